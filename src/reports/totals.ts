import type { JunitFile } from "./junit/model.ts";

/** Sums over all readable JUnit files. */
export interface Totals {
  files: number;
  unreadable: number;
  tests: number;
  passed: number;
  failed: number;
  errored: number;
  skipped: number;
  flaky: number;
  rerun: number;
  suiteProblems: number;
  duplicates: number;
  /** Seconds of all tests added up; not wall time, as tests run side by side. */
  seconds: number;
  badTimes: number;
  tooSlow: number;
}

/** Adds files up: plain sums. What an unreadable file held is not part of them. */
export function sumUp(files: readonly JunitFile[]): Totals {
  const readable = files.filter((file) => file.readable);
  const sum = (of: (file: JunitFile) => number): number =>
    readable.reduce((total, file) => total + of(file), 0);
  return {
    files: files.length,
    unreadable: files.length - readable.length,
    tests: sum(({ counts }) => counts.tests),
    passed: sum(({ counts }) => counts.passed),
    failed: sum(({ counts }) => counts.failures),
    errored: sum(({ counts }) => counts.errors),
    skipped: sum(({ counts }) => counts.skipped),
    flaky: sum(({ counts }) => counts.flaky),
    rerun: sum(({ counts }) => counts.rerun),
    suiteProblems: sum(({ counts }) => counts.suite_problems),
    duplicates: sum(({ counts }) => counts.dup_keys),
    seconds: Math.round(sum(({ counts }) => counts.time) * 1000) / 1000,
    badTimes: sum(({ counts }) => counts.bad_times),
    tooSlow: sum(({ tooSlow }) => tooSlow),
  };
}
