import type { LintFinding } from "../lint/findings.ts";
import type { XmlFaultKind } from "../xml/faults.ts";

export type Outcome = "passed" | "failed" | "errored" | "skipped";

/** One failure, error, skip reason, rerun or flaky attempt. */
export interface Problem {
  kind:
    | "failure"
    | "error"
    | "skipped"
    | "flakyFailure"
    | "flakyError"
    | "rerunFailure"
    | "rerunError";
  /** At most 4 KiB. */
  message: string | undefined;
  type: string | undefined;
  /** Head and tail, at most 64 KiB. */
  text: string;
  /** Seconds. */
  time: number | undefined;
}

/** What is kept of a test case that people want to see. */
export interface CaseDetail {
  /** One-based, in document order. */
  ordinal: number;
  /** Where it is in the report. */
  reportLine: number;
  reportColumn: number;
  /** Names of the enclosing suites, outermost first. */
  suites: string[];
  classname: string | undefined;
  name: string | undefined;
  file: string | undefined;
  line: number | undefined;
  /** Seconds; `undefined` where unknown. */
  time: number | undefined;
  outcome: Outcome;
  flaky: boolean;
  /** The deciding problem first, then further failures, then flaky and rerun attempts. */
  problems: Problem[];
  /** The end of system-out and system-err; empty for passed cases. */
  output: string;
  attachments: string[];
}

/** A failure or error outside any test. */
export interface SuiteProblem extends Problem {
  suites: string[];
  reportLine: number;
  reportColumn: number;
}

/** A declared number that is not the number found. */
export interface DeclaredMismatch {
  suite: string;
  line: number;
  attribute: "tests" | "failures" | "errors" | "skipped";
  declared: string;
  found: number;
}

export interface SlowCase {
  name: string;
  seconds: number;
}

/** A test as a comparison sees it. */
export interface TestRecord {
  outcome: Outcome;
  /** Seconds; 0 where unknown. */
  seconds: number;
}

/** Numbers of one file, under the names of the oracle's columns. */
export interface JunitCounts {
  suites: number;
  tests: number;
  passed: number;
  failures: number;
  errors: number;
  skipped: number;
  flaky: number;
  rerun: number;
  suite_problems: number;
  dup_keys: number;
  no_classname: number;
  /** Seconds, three decimals. */
  time: number;
  bad_times: number;
}

/** What GitLab's Tests tab would count. */
export interface GitlabCounts {
  gitlab_error: "" | "xml" | "data";
  gitlab_total: number;
  gitlab_success: number;
  gitlab_failed: number;
  gitlab_errored: number;
  gitlab_skipped: number;
  gitlab_lost: number;
  gitlab_raw: number;
}

/** Why a file could not be read to its end, and what was read before. */
export interface ReadError {
  kind: XmlFaultKind | "format" | "file";
  text: string;
  line: number;
  column: number;
  casesBefore: number;
  failuresBefore: number;
  lastCase: string | undefined;
}

/** A JUnit report as read. */
export interface JunitFile {
  kind: "junit";
  /** Relative to the working directory. */
  path: string;
  bytes: number;
  characters: number;
  encoding: string;
  bom: boolean;
  /** Local name of the root element; empty where there is none. */
  root: string;
  wellformed: "yes" | "no" | "empty";
  readable: boolean;
  error: ReadError | undefined;
  counts: JunitCounts;
  gitlab: GitlabCounts;
  declared: "ok" | "differs";
  mismatches: DeclaredMismatch[];
  /** Failed, errored and flaky cases, as many as the retention allows. */
  cases: CaseDetail[];
  skippedCases: { name: string; reason: string | undefined }[];
  problems: SuiteProblem[];
  slowest: SlowCase[];
  /** Cases beyond `MAX_TEST_SECONDS`. */
  tooSlow: number;
  findings: LintFinding[];
  /** What is known of each test, by the hash of its exact key; only where it was asked for. */
  tests: ReadonlyMap<number, TestRecord> | undefined;
  /** Hashes of the keys that GitLab is shown, each once; empty where there is no other file to compare them with. */
  gitlabKeys: Float64Array;
}
