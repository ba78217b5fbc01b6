import { FindingList } from "../lint/findings.ts";
import { CaseKeys } from "./case-keys.ts";
import type { CaseDetail, DeclaredMismatch, SuiteProblem } from "./model.ts";
import { TimeTally } from "./time-tally.ts";

const mostMismatches = 100;
/** How many repeated names are told; of others only the number. */
const mostNames = 1000;

/** What a report has come to so far. */
export class ReportTally {
  readonly findings = new FindingList();
  readonly times: TimeTally;
  readonly keys = new CaseKeys();
  /** GitLab's keys of cases that others repeat, by the number of the first. */
  readonly repeatedKeys = new Map<number, string>();
  readonly cases: CaseDetail[] = [];
  readonly skippedCases: { name: string; reason: string | undefined }[] = [];
  readonly problems: SuiteProblem[] = [];
  readonly mismatches: DeclaredMismatch[] = [];
  mismatched = 0;
  readonly counts = {
    suites: 0,
    tests: 0,
    passed: 0,
    failed: 0,
    errored: 0,
    skipped: 0,
    flaky: 0,
    rerun: 0,
    suiteProblems: 0,
    noClassname: 0,
    noFile: 0,
    noName: 0,
    started: 0,
    raw: 0,
  };

  /**
   * @param maxTestSeconds seconds above which a case counts as too slow
   * @param slowerThan seconds above which a case may be among the slowest of the job
   */
  constructor(maxTestSeconds: number | undefined, slowerThan: number | undefined) {
    this.times = new TimeTally(maxTestSeconds, slowerThan);
  }

  /** @param repeat a case with the key of an earlier one, whose name is no longer known */
  nameRepeat(first: number, repeat: { readonly key: string }): void {
    if (this.repeatedKeys.size < mostNames && !this.repeatedKeys.has(first))
      this.repeatedKeys.set(first, repeat.key);
  }

  /** Keeps the first of them, and the number of all. */
  addMismatches(mismatches: readonly DeclaredMismatch[]): void {
    this.mismatched += mismatches.length;
    if (this.mismatches.length < mostMismatches) this.mismatches.push(...mismatches);
  }
}

/** Where the tag is that is being read. */
export interface Place {
  readonly tagLine: number;
  readonly tagColumn: number;
}
