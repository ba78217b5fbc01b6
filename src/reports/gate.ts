import type { CoverageDifference } from "./baseline.ts";
import type { Coverage } from "./coverage.ts";
import type { LintFinding } from "./lint/findings.ts";
import { dropsBeyond, exceedsPercent, percentText, reaches } from "./percent.ts";
import type { Totals } from "./totals.ts";
import { count } from "./words.ts";

export type Reaction = "fail" | "warn" | "ignore";

/** What the user asked for. `undefined` means: no limit. */
export interface Limits {
  onMissing: Reaction;
  onMalformed: Reaction;
  onEmpty: Reaction;
  onEmptyFile: Reaction;
  onBlankFile: Reaction;
  onNothingMeasured: Reaction;
  onDeclaredMismatch: Reaction;
  onStale: Reaction;
  flaky: Reaction;
  lint: Reaction;
  minTests: number;
  minPassed: number;
  maxFailures: number;
  maxFailurePercent: number | undefined;
  maxSkipped: number | undefined;
  maxSkippedPercent: number | undefined;
  maxTestSeconds: number | undefined;
  maxTotalSeconds: number | undefined;
  minLineCoverage: number | undefined;
  minBranchCoverage: number | undefined;
  minFileCoverage: number | undefined;
  maxCoverageDrop: number | undefined;
}

/** Everything a gate looks at. */
export interface Evidence {
  /** Whether reports of tests, of coverage were asked for. */
  wantsTests: boolean;
  wantsCoverage: boolean;
  totals: Totals;
  /** Positive patterns that match nothing. */
  missing: readonly { pattern: string; note: string | undefined }[];
  /** One sentence for each unreadable file. */
  unreadable: readonly string[];
  /** Files with a root and no test. */
  emptyFiles: readonly string[];
  /** Files without a single element: what wrote them was probably killed. */
  blankFiles: readonly string[];
  /** Coverage reports without a line. */
  unmeasuredFiles: readonly string[];
  stale: readonly string[];
  mismatches: readonly string[];
  /** The longest tests, as `name: 12.5 s`. */
  slowest: readonly string[];
  coverage: Coverage | undefined;
  difference: CoverageDifference | undefined;
  /** Errors and losses that are not ignored. */
  findings: readonly LintFinding[];
}

/** A condition that is not met. */
export interface Objection {
  /** The input that sets it. */
  gate: string;
  reaction: "fail" | "warn";
  sentence: string;
}

type Found = Omit<Objection, "reaction"> & { reaction: Reaction };

/** Looks at every condition, never stopping at the first; what is ignored is left out. */
export function judge(evidence: Evidence, limits: Limits): Objection[] {
  const found = [
    ...judgeFiles(evidence, limits),
    ...(evidence.wantsTests ? judgeTests(evidence, limits) : []),
    ...(evidence.wantsCoverage ? judgeCoverage(evidence, limits) : []),
    ...judgeLint(evidence, limits),
  ];
  return found.flatMap(({ gate, reaction, sentence }) =>
    reaction === "ignore" ? [] : [{ gate, reaction, sentence }],
  );
}

function judgeFiles(evidence: Evidence, limits: Limits): Found[] {
  const { onMissing, onMalformed, onEmptyFile, onBlankFile, onStale, onDeclaredMismatch } = limits;
  return [
    ...evidence.missing.map(({ pattern, note }) => ({
      gate: "ON_MISSING",
      reaction: onMissing,
      sentence: `no file matches ${pattern}${note === undefined ? "" : ` (${note})`}`,
    })),
    ...evidence.unreadable.map((sentence) => ({
      gate: "ON_MALFORMED",
      reaction: onMalformed,
      sentence,
    })),
    ...evidence.blankFiles.map((path) => ({
      gate: "ON_EMPTY_FILE",
      reaction: onBlankFile,
      sentence: `${path} is empty: what wrote it was probably killed`,
    })),
    ...evidence.emptyFiles.map((path) => ({
      gate: "ON_EMPTY_FILE",
      reaction: onEmptyFile,
      sentence: `${path} holds no test`,
    })),
    ...evidence.stale.map((path) => ({
      gate: "ON_STALE",
      reaction: onStale,
      sentence: `${path} is older than this job: left over from a cache or the checkout`,
    })),
    ...evidence.mismatches.map((sentence) => ({
      gate: "ON_DECLARED_MISMATCH",
      reaction: onDeclaredMismatch,
      sentence,
    })),
  ];
}

function judgeTests({ totals, slowest }: Evidence, limits: Limits): Found[] {
  const { tests, passed, failed, errored, skipped, flaky, suiteProblems, seconds, tooSlow } =
    totals;
  const failures = failed + errored + suiteProblems;
  const found: Found[] = [];
  const fail = (gate: string, sentence: string): void => {
    found.push({ gate, reaction: "fail", sentence });
  };
  if (tests === 0)
    found.push({ gate: "ON_EMPTY", reaction: limits.onEmpty, sentence: "no test in any report" });
  // That there is none at all has been said.
  if (tests < limits.minTests && (tests > 0 || limits.minTests > 1))
    fail(
      "MIN_TESTS",
      `${count(tests, "test")} in the reports, at least ${limits.minTests} must be there`,
    );
  if (passed < limits.minPassed)
    fail("MIN_PASSED", `${count(passed, "test")} passed, at least ${limits.minPassed} must pass`);
  else if (passed === 0 && skipped > 0)
    found.push({
      gate: "MIN_PASSED",
      reaction: "warn",
      sentence: `no test passed and ${skipped} were skipped`,
    });
  if (failures > limits.maxFailures)
    fail("MAX_FAILURES", `${failuresInWords(totals)}, at most ${limits.maxFailures} may fail`);
  const { maxFailurePercent, maxSkipped, maxSkippedPercent } = limits;
  if (
    maxFailurePercent !== undefined &&
    exceedsPercent(failures, Math.max(tests, 1), maxFailurePercent)
  )
    fail(
      "MAX_FAILURE_PERCENT",
      `${share(failures, tests)} failed, at most ${maxFailurePercent}% may fail`,
    );
  if (maxSkipped !== undefined && skipped > maxSkipped)
    fail("MAX_SKIPPED", `${count(skipped, "test")} skipped, at most ${maxSkipped} may be`);
  if (maxSkippedPercent !== undefined && exceedsPercent(skipped, tests, maxSkippedPercent))
    fail(
      "MAX_SKIPPED_PERCENT",
      `${share(skipped, tests)} skipped, at most ${maxSkippedPercent}% may be`,
    );
  if (flaky > 0)
    found.push({
      gate: "FAIL_ON_FLAKY",
      reaction: limits.flaky,
      sentence: `${count(flaky, "flaky test")}`,
    });
  if (limits.maxTestSeconds !== undefined && tooSlow > 0)
    fail(
      "MAX_TEST_SECONDS",
      `${count(tooSlow, "test")} took more than ${limits.maxTestSeconds} s, the slowest is ${slowest[0] ?? "not known"}`,
    );
  if (limits.maxTotalSeconds !== undefined && seconds > limits.maxTotalSeconds)
    fail(
      "MAX_TOTAL_SECONDS",
      `the tests took ${seconds} s together, at most ${limits.maxTotalSeconds} s are allowed`,
    );
  return found;
}

function failuresInWords({ failed, errored, suiteProblems }: Totals): string {
  const parts = [
    failed > 0 ? `${count(failed, "test")} failed` : "",
    errored > 0 ? `${count(errored, "test")} ended with an error` : "",
    suiteProblems > 0 ? `${count(suiteProblems, "failure")} outside of any test` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function judgeCoverage(evidence: Evidence, limits: Limits): Found[] {
  const { coverage, difference } = evidence;
  const found = judgeUnmeasured(evidence, limits);
  const fail = (gate: string, sentence: string): void => {
    found.push({ gate, reaction: "fail", sentence });
  };
  for (const part of ["lines", "branches"] as const) {
    const limit = part === "lines" ? limits.minLineCoverage : limits.minBranchCoverage;
    if (limit === undefined) continue;
    const gate = part === "lines" ? "MIN_LINE_COVERAGE" : "MIN_BRANCH_COVERAGE";
    const measured = coverage?.[part] ?? { covered: 0, valid: 0 };
    if (measured.valid === 0) fail(gate, `no ${part} to measure, ${limit}% are expected`);
    else if (!reaches(measured, limit))
      fail(
        gate,
        `${percentText(measured)}% of ${part} are covered (${measured.covered} of ${measured.valid}), at least ${limit.toFixed(2)}% must be`,
      );
  }
  const { minFileCoverage, maxCoverageDrop } = limits;
  if (minFileCoverage !== undefined) {
    if ((coverage?.lines.valid ?? 0) === 0)
      fail("MIN_FILE_COVERAGE", `no lines to measure, ${minFileCoverage}% are expected`);
    for (const { path, lines } of coverage?.files ?? [])
      if (lines.valid > 0 && !reaches(lines, minFileCoverage))
        fail(
          "MIN_FILE_COVERAGE",
          `${path} has ${percentText(lines)}% of its lines covered, at least ${minFileCoverage.toFixed(2)}% must be`,
        );
  }
  if (maxCoverageDrop !== undefined) {
    const lines = difference?.lines;
    if (lines === undefined)
      fail("MAX_COVERAGE_DROP", "no line coverage to compare with the baseline");
    else if (dropsBeyond(lines.before, lines.after, maxCoverageDrop))
      fail(
        "MAX_COVERAGE_DROP",
        `line coverage fell from ${percentText(lines.before)}% to ${percentText(lines.after)}%, at most ${maxCoverageDrop} points are allowed`,
      );
  }
  return found;
}

/** Coverage was asked for: reports that measure nothing at all are no better than none. */
function judgeUnmeasured({ coverage, unmeasuredFiles }: Evidence, limits: Limits): Found[] {
  const nothing = (coverage?.lines.valid ?? 0) === 0;
  return unmeasuredFiles.map((path) => ({
    gate: nothing ? "ON_EMPTY" : "ON_EMPTY_FILE",
    reaction: nothing ? limits.onNothingMeasured : limits.onEmptyFile,
    sentence: `${path} measures no line`,
  }));
}

function judgeLint({ findings }: Evidence, { lint }: Limits): Found[] {
  if (findings.length === 0) return [];
  const rules = [...new Set(findings.map(({ rule }) => rule))].join(", ");
  const sentence = `GitLab would lose or misread parts of the reports: ${rules}`;
  return [{ gate: "LINT_LEVEL", reaction: lint, sentence }];
}

function share(part: number, whole: number): string {
  return `${part} of ${whole} tests (${percentText({ covered: part, valid: Math.max(whole, 1) })}%)`;
}
