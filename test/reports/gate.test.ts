import { describe, expect, test } from "vitest";
import type { Coverage } from "../../src/reports/coverage.ts";
import { type Evidence, judge, type Limits } from "../../src/reports/gate.ts";
import { dropsBeyond, exceedsPercent, percentText, reaches } from "../../src/reports/percent.ts";
import type { Totals } from "../../src/reports/totals.ts";

const limits: Limits = {
  onMissing: "fail",
  onMalformed: "fail",
  onEmpty: "fail",
  onEmptyFile: "warn",
  onBlankFile: "fail",
  onNothingMeasured: "fail",
  onDeclaredMismatch: "warn",
  onStale: "warn",
  flaky: "warn",
  lint: "warn",
  minTests: 1,
  minPassed: 0,
  maxFailures: 0,
  maxFailurePercent: undefined,
  maxSkipped: undefined,
  maxSkippedPercent: undefined,
  maxTestSeconds: undefined,
  maxTotalSeconds: undefined,
  minLineCoverage: undefined,
  minBranchCoverage: undefined,
  minFileCoverage: undefined,
  maxCoverageDrop: undefined,
};

const green: Totals = {
  files: 1,
  unreadable: 0,
  tests: 10,
  passed: 10,
  failed: 0,
  errored: 0,
  skipped: 0,
  flaky: 0,
  rerun: 0,
  suiteProblems: 0,
  duplicates: 0,
  seconds: 5,
  badTimes: 0,
  tooSlow: 0,
};

const none: Evidence = {
  wantsTests: true,
  wantsCoverage: false,
  totals: green,
  missing: [],
  unreadable: [],
  emptyFiles: [],
  blankFiles: [],
  unmeasuredFiles: [],
  stale: [],
  mismatches: [],
  slowest: [],
  coverage: undefined,
  difference: undefined,
  findings: [],
};

const covered = (lines: number, valid: number, branches = 0, of = 0): Coverage => ({
  files: [
    {
      path: "a.py",
      isResolved: true,
      lines: { covered: lines, valid },
      branches: { covered: branches, valid: of },
    },
  ],
  lines: { covered: lines, valid },
  branches: { covered: branches, valid: of },
  isLowerBound: false,
});

const withCoverage = (coverage: Coverage | undefined): Partial<Evidence> => ({
  wantsCoverage: true,
  coverage,
});

const cases: readonly {
  title: string;
  evidence?: Partial<Evidence>;
  totals?: Partial<Totals>;
  limits?: Partial<Limits>;
  expected: string[];
}[] = [
  { title: "ten passed tests are green", expected: [] },
  {
    title: "one failed test",
    totals: { failed: 1, passed: 9 },
    expected: ["fail MAX_FAILURES: 1 test failed, at most 0 may fail"],
  },
  {
    title: "errors and problems of suites count like failures",
    totals: { failed: 2, errored: 1, suiteProblems: 1 },
    limits: { maxFailures: 3 },
    expected: [
      "fail MAX_FAILURES: 2 tests failed, 1 test ended with an error, 1 failure outside of any test, at most 3 may fail",
    ],
  },
  {
    title: "as many failures as allowed",
    totals: { failed: 3 },
    limits: { maxFailures: 3 },
    expected: [],
  },
  {
    title: "R16 no test at all",
    totals: { tests: 0, passed: 0 },
    expected: ["fail ON_EMPTY: no test in any report"],
  },
  {
    title: "no test at all, allowed",
    totals: { tests: 0, passed: 0 },
    limits: { onEmpty: "warn", minTests: 0 },
    expected: ["warn ON_EMPTY: no test in any report"],
  },
  {
    title: "too few tests",
    limits: { minTests: 11 },
    expected: ["fail MIN_TESTS: 10 tests in the reports, at least 11 must be there"],
  },
  {
    title: "no test where eleven are wanted",
    totals: { tests: 0, passed: 0 },
    limits: { minTests: 11, onEmpty: "ignore" },
    expected: ["fail MIN_TESTS: 0 tests in the reports, at least 11 must be there"],
  },
  {
    title: "only skipped tests are warned of",
    totals: { passed: 0, skipped: 10 },
    expected: ["warn MIN_PASSED: no test passed and 10 were skipped"],
  },
  {
    title: "too few passed tests",
    limits: { minPassed: 11 },
    expected: ["fail MIN_PASSED: 10 tests passed, at least 11 must pass"],
  },
  {
    title: "too many skipped tests",
    totals: { skipped: 3, passed: 7 },
    limits: { maxSkipped: 2 },
    expected: ["fail MAX_SKIPPED: 3 tests skipped, at most 2 may be"],
  },
  {
    title: "too large a share of skipped tests",
    totals: { skipped: 3, passed: 7 },
    limits: { maxSkippedPercent: 29.9 },
    expected: ["fail MAX_SKIPPED_PERCENT: 3 of 10 tests (30.00%) skipped, at most 29.9% may be"],
  },
  {
    title: "exactly the share of failures that is allowed",
    totals: { failed: 3 },
    limits: { maxFailures: 100, maxFailurePercent: 30 },
    expected: [],
  },
  {
    title: "a larger share of failures",
    totals: { failed: 3 },
    limits: { maxFailures: 100, maxFailurePercent: 29 },
    expected: ["fail MAX_FAILURE_PERCENT: 3 of 10 tests (30.00%) failed, at most 29% may fail"],
  },
  {
    title: "flaky tests are warned of",
    totals: { flaky: 2 },
    expected: ["warn FAIL_ON_FLAKY: 2 flaky tests"],
  },
  {
    title: "flaky tests fail where wanted",
    totals: { flaky: 2 },
    limits: { flaky: "fail" },
    expected: ["fail FAIL_ON_FLAKY: 2 flaky tests"],
  },
  {
    title: "flaky tests may be fine",
    totals: { flaky: 2 },
    limits: { flaky: "ignore" },
    expected: [],
  },
  {
    title: "a test that takes too long",
    totals: { tooSlow: 1 },
    evidence: { slowest: ["a › b (12s)"] },
    limits: { maxTestSeconds: 10 },
    expected: ["fail MAX_TEST_SECONDS: 1 test took more than 10 s, the slowest is a › b (12s)"],
  },
  {
    title: "all tests take too long",
    limits: { maxTotalSeconds: 4.5 },
    expected: ["fail MAX_TOTAL_SECONDS: the tests took 5 s together, at most 4.5 s are allowed"],
  },
  {
    title: "a pattern without files",
    evidence: { missing: [{ pattern: "x/*.xml", note: undefined }] },
    expected: ["fail ON_MISSING: no file matches x/*.xml"],
  },
  {
    title: "an unreadable file",
    evidence: { unreadable: ["a.xml:3:1 cannot be read: …"] },
    expected: ["fail ON_MALFORMED: a.xml:3:1 cannot be read: …"],
  },
  {
    title: "an unreadable file that is tolerated",
    evidence: { unreadable: ["a.xml"] },
    limits: { onMalformed: "ignore" },
    expected: [],
  },
  {
    title: "a file of no bytes among others",
    evidence: { blankFiles: ["a.xml"] },
    expected: ["fail ON_EMPTY_FILE: a.xml is empty: what wrote it was probably killed"],
  },
  {
    title: "a file of no bytes that is tolerated",
    evidence: { blankFiles: ["a.xml"] },
    limits: { onBlankFile: "warn" },
    expected: ["warn ON_EMPTY_FILE: a.xml is empty: what wrote it was probably killed"],
  },
  {
    title: "a file without tests among others",
    evidence: { emptyFiles: ["a.xml"] },
    expected: ["warn ON_EMPTY_FILE: a.xml holds no test"],
  },
  {
    title: "an old file",
    evidence: { stale: ["a.xml"] },
    limits: { onStale: "fail" },
    expected: [
      "fail ON_STALE: a.xml is older than this job: left over from a cache or the checkout",
    ],
  },
  {
    title: "a declared number that differs",
    evidence: { mismatches: ['a.xml:1: s declares tests="3", 2 are present'] },
    expected: ['warn ON_DECLARED_MISMATCH: a.xml:1: s declares tests="3", 2 are present'],
  },
  {
    title: "lint errors where they fail",
    evidence: {
      findings: [{ rule: "GJ20", level: "L", line: 1, column: 1, message: "", count: 1 }],
    },
    limits: { lint: "fail" },
    expected: ["fail LINT_LEVEL: GitLab would lose or misread parts of the reports: GJ20"],
  },
  {
    title: "69.999 % is not 70 %",
    evidence: withCoverage(covered(69_999, 100_000)),
    limits: { minLineCoverage: 70 },
    expected: [
      "fail MIN_LINE_COVERAGE: 69.99% of lines are covered (69999 of 100000), at least 70.00% must be",
    ],
  },
  {
    title: "exactly the threshold",
    evidence: withCoverage(covered(7, 8)),
    limits: { minLineCoverage: 87.5 },
    expected: [],
  },
  {
    title: "a threshold with nothing to measure",
    evidence: withCoverage(covered(0, 0)),
    limits: { minLineCoverage: 0 },
    expected: ["fail MIN_LINE_COVERAGE: no lines to measure, 0% are expected"],
  },
  {
    title: "coverage that measures nothing at all",
    evidence: { ...withCoverage(covered(0, 0)), unmeasuredFiles: ["c.xml"] },
    expected: ["fail ON_EMPTY: c.xml measures no line"],
  },
  {
    title: "one coverage report that measures nothing",
    evidence: { ...withCoverage(covered(1, 1)), unmeasuredFiles: ["c.xml"] },
    expected: ["warn ON_EMPTY_FILE: c.xml measures no line"],
  },
  {
    title: "branches below the threshold",
    evidence: withCoverage(covered(9, 10, 1, 3)),
    limits: { minBranchCoverage: 33.34 },
    expected: [
      "fail MIN_BRANCH_COVERAGE: 33.33% of branches are covered (1 of 3), at least 33.34% must be",
    ],
  },
  {
    title: "a file below the threshold",
    evidence: withCoverage(covered(1, 4)),
    limits: { minFileCoverage: 50 },
    expected: [
      "fail MIN_FILE_COVERAGE: a.py has 25.00% of its lines covered, at least 50.00% must be",
    ],
  },
  {
    title: "coverage that fell too far",
    evidence: {
      ...withCoverage(covered(80, 100)),
      difference: {
        lines: { before: { covered: 82, valid: 100 }, after: { covered: 80, valid: 100 } },
        branches: undefined,
      },
    },
    limits: { maxCoverageDrop: 1.9 },
    expected: [
      "fail MAX_COVERAGE_DROP: line coverage fell from 82.00% to 80.00%, at most 1.9 points are allowed",
    ],
  },
  {
    title: "a drop without a baseline",
    evidence: withCoverage(covered(80, 100)),
    limits: { maxCoverageDrop: 1 },
    expected: ["fail MAX_COVERAGE_DROP: no line coverage to compare with the baseline"],
  },
  {
    title: "coverage alone is judged without tests",
    evidence: { ...withCoverage(covered(1, 1)), wantsTests: false },
    totals: { tests: 0, passed: 0 },
    expected: [],
  },
];

test.each(cases)("$title", ({ evidence = {}, totals = {}, limits: given = {}, expected }) => {
  const objections = judge(
    { ...none, ...evidence, totals: { ...green, ...totals } },
    { ...limits, ...given },
  );
  expect(
    objections.map(({ reaction, gate, sentence }) => `${reaction} ${gate}: ${sentence}`),
  ).toEqual(expected);
});

test("everything that is wrong is told at once", () => {
  const objections = judge(
    {
      ...none,
      totals: { ...green, failed: 1, skipped: 1 },
      missing: [{ pattern: "x", note: undefined }],
    },
    { ...limits, maxSkipped: 0, minTests: 20 },
  );
  expect(objections.map(({ gate }) => gate)).toEqual([
    "ON_MISSING",
    "MIN_TESTS",
    "MAX_FAILURES",
    "MAX_SKIPPED",
  ]);
});

describe("percentages are exact", () => {
  test.each([
    [{ covered: 1, valid: 3 }, "33.33"],
    [{ covered: 2, valid: 3 }, "66.66"],
    [{ covered: 99_999, valid: 100_000 }, "99.99"],
    [{ covered: 5, valid: 5 }, "100.00"],
    [{ covered: 0, valid: 5 }, "0.00"],
    [{ covered: 0, valid: 0 }, undefined],
  ])("%o is %s", (share, text) => {
    expect(percentText(share)).toBe(text);
  });

  test("thresholds are compared in whole numbers", () => {
    expect(reaches({ covered: 7, valid: 10 }, 70)).toBe(true);
    expect(reaches({ covered: 699_999, valid: 1_000_000 }, 70)).toBe(false);
    expect(reaches({ covered: 1, valid: 3 }, 33.333_333)).toBe(true);
    expect(exceedsPercent(1, 3, 33.3)).toBe(true);
    expect(exceedsPercent(0, 0, 0)).toBe(false);
    expect(dropsBeyond({ covered: 82, valid: 100 }, { covered: 80, valid: 100 }, 2)).toBe(false);
    expect(dropsBeyond({ covered: 80, valid: 100 }, { covered: 82, valid: 100 }, 0)).toBe(false);
  });
});
