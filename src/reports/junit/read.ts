import type { LintFinding } from "../lint/findings.ts";
import { type DocumentFacts, type DocumentOptions, readDocument } from "../xml/read-document.ts";
import type { CaseState } from "./case-state.ts";
import { lintWholeFile } from "./file-lint.ts";
import { foreignFormat, isCoverage } from "./foreign-formats.ts";
import { type KeySummary, shownHashes, summariseKeys } from "./key-summary.ts";
import type { GitlabCounts, JunitFile, ReadError, TestRecord } from "./model.ts";
import { JunitReader, type ReaderOptions } from "./reader.ts";
import { lintRepeats } from "./repeats.ts";
import { junitVocabulary } from "./vocabulary.ts";

export interface JunitOptions {
  /** Keep what a comparison with a baseline needs of every test. */
  keepTests?: boolean;
  /** There is no other file whose names could be the same. */
  isOnlyFile?: boolean;
}

/**
 * Reads one JUnit report: every dialect, in constant memory but for some 40 bytes a case.
 *
 * @param file where it is
 * @param path how it is called in messages: relative to the working directory
 * @throws what the file system throws where the file cannot be opened
 */
export async function readJunit(
  file: string,
  path: string,
  options: ReaderOptions & DocumentOptions & JunitOptions,
): Promise<JunitFile> {
  const tests = options.keepTests === true ? new Map<number, TestRecord>() : undefined;
  const reader = new JunitReader(
    tests === undefined ? options : { ...options, onCase: (state) => remember(tests, state) },
  );
  const facts = await readDocument(file, junitVocabulary, reader, options);
  const { keys, repeatedKeys } = reader.tally;
  const summary = summariseKeys(keys);
  if (facts.fault === undefined) lintRepeats(summary.repeated, repeatedKeys, reader.tally.findings);
  lintWholeFile(path, facts, reader.tally);
  const error = errorOf(facts, reader);
  const findings = reader.tally.findings.sorted();
  return {
    kind: "junit",
    path,
    bytes: facts.bytes,
    characters: facts.characters,
    encoding: facts.encoding,
    bom: facts.bom,
    root: reader.root,
    wellformed: wellformed(facts),
    readable: error === undefined,
    error,
    counts: countsOf(reader, facts.fault === undefined ? summary.repeats : 0),
    gitlab: gitlabCounts(facts, findings, summary, reader),
    declared: reader.tally.mismatched === 0 ? "ok" : "differs",
    mismatches: reader.tally.mismatches,
    cases: reader.tally.cases,
    skippedCases: reader.tally.skippedCases,
    problems: reader.tally.problems,
    slowest: reader.tally.times.slowest,
    tooSlow: reader.tally.times.tooSlow,
    findings,
    tests,
    gitlabKeys: options.isOnlyFile === true ? noKeys : shownHashes(keys),
  };
}

/** Of several tests with one key the worst outcome counts. */
function remember(tests: Map<number, TestRecord>, state: CaseState): void {
  const known = tests.get(state.exactHash);
  const outcome = state.outcome;
  if (known === undefined || badness[outcome] > badness[known.outcome])
    tests.set(state.exactHash, { outcome, seconds: state.seconds ?? 0 });
}

const badness = { passed: 0, skipped: 1, errored: 2, failed: 3 } as const;

const noKeys = new Float64Array();

function errorOf(facts: DocumentFacts, reader: JunitReader): ReadError | undefined {
  const { fault } = facts;
  const before = {
    casesBefore: reader.tally.counts.started,
    failuresBefore: reader.tally.counts.failed + reader.tally.counts.errored,
    lastCase: reader.lastCase,
  };
  if (fault !== undefined)
    return {
      kind: fault.kind,
      text: fault.message,
      line: fault.line,
      column: fault.column,
      ...before,
    };
  const format =
    facts.isEmpty || reader.tally.counts.tests > 0 ? undefined : foreignFormat(reader.root);
  if (format === undefined) return undefined;
  const advice = isCoverage(reader.root)
    ? "leave it out of JUNIT_REPORTS; COVERAGE_REPORTS reads Cobertura"
    : "convert it to JUnit";
  const text = `this is ${format}, not JUnit: ${advice}`;
  return { kind: "format", text, line: 1, column: 1, ...before };
}

function wellformed(facts: DocumentFacts): JunitFile["wellformed"] {
  if (facts.isEmpty) return "empty";
  return facts.fault === undefined ? "yes" : "no";
}

function countsOf(reader: JunitReader, repeats: number): JunitFile["counts"] {
  const { counts, times } = reader.tally;
  return {
    suites: counts.suites,
    tests: counts.tests,
    passed: counts.passed,
    failures: counts.failed,
    errors: counts.errored,
    skipped: counts.skipped,
    flaky: counts.flaky,
    rerun: counts.rerun,
    suite_problems: counts.suiteProblems,
    dup_keys: repeats,
    no_classname: counts.noClassname,
    time: Math.round(times.seconds * 1000) / 1000,
    bad_times: times.bad,
  };
}

const dataErrors = new Set(["GJ04", "GJ05", "GJ06", "GJ07", "GJ08", "GJ09"]);

function gitlabCounts(
  facts: DocumentFacts,
  findings: readonly LintFinding[],
  summary: KeySummary,
  reader: JunitReader,
): GitlabCounts {
  const error = gitlabError(facts, findings);
  if (error !== "")
    return {
      gitlab_error: error,
      gitlab_total: 0,
      gitlab_success: 0,
      gitlab_failed: 0,
      gitlab_errored: 0,
      gitlab_skipped: 0,
      gitlab_lost: 0,
      gitlab_raw: 0,
    };
  const { passed, failed, errored, skipped } = summary.distinct;
  const total = passed + failed + errored + skipped;
  return {
    gitlab_error: "",
    gitlab_total: total,
    gitlab_success: passed,
    gitlab_failed: failed,
    gitlab_errored: errored,
    gitlab_skipped: skipped,
    gitlab_lost: summary.shown - total,
    gitlab_raw: reader.tally.counts.raw,
  };
}

function gitlabError(facts: DocumentFacts, findings: readonly LintFinding[]): "" | "xml" | "data" {
  if (facts.encoding.startsWith("utf-16")) return "data";
  if (facts.fault !== undefined) return "xml";
  const [worst] = findings;
  if (worst === undefined || worst.level !== "E") return "";
  return dataErrors.has(worst.rule) ? "data" : "xml";
}
