import { FindingList } from "../lint/findings.ts";
import { KeyList } from "./keys.ts";
import type { CaseDetail, DeclaredMismatch, SuiteProblem } from "./model.ts";
import { TimeTally } from "./time-tally.ts";

const mostMismatches = 100;

/** What a report has come to so far. */
export class ReportTally {
  readonly findings = new FindingList();
  readonly times: TimeTally;
  readonly keys = new KeyList();
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

  /** @param maxTestSeconds seconds above which a case counts as too slow */
  constructor(maxTestSeconds: number | undefined) {
    this.times = new TimeTally(maxTestSeconds);
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
