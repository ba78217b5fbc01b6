import type { Limits } from "../../src/reports/gate.ts";
import { isLintRuleId, type LintRuleId } from "../../src/reports/lint/rules.ts";
import type { Values } from "../../src/step/index.ts";
import type { gateInputs } from "./inputs.ts";

type Given = Values<typeof gateInputs>;

/** The gates as the inputs set them. */
export function limitsOf(inputs: Given): Limits {
  return {
    onMissing: inputs.ON_MISSING,
    onMalformed: inputs.ON_MALFORMED,
    // Whoever wants no test at all has said so.
    onEmpty: inputs.ON_EMPTY ?? (inputs.MIN_TESTS === 0 ? "warn" : "fail"),
    onEmptyFile: inputs.ON_EMPTY_FILE ?? "warn",
    onBlankFile: inputs.ON_EMPTY_FILE ?? "fail",
    onNothingMeasured: inputs.ON_EMPTY ?? "fail",
    onDeclaredMismatch: inputs.ON_DECLARED_MISMATCH,
    onStale: inputs.ON_STALE,
    flaky: flakyReaction(inputs),
    lint: inputs.LINT_LEVEL,
    minTests: inputs.MIN_TESTS,
    minPassed: inputs.MIN_PASSED,
    maxFailures: inputs.MAX_FAILURES,
    maxFailurePercent: inputs.MAX_FAILURE_PERCENT,
    maxSkipped: inputs.MAX_SKIPPED,
    maxSkippedPercent: inputs.MAX_SKIPPED_PERCENT,
    maxTestSeconds: inputs.MAX_TEST_SECONDS,
    maxTotalSeconds: inputs.MAX_TOTAL_SECONDS,
    minLineCoverage: inputs.MIN_LINE_COVERAGE,
    minBranchCoverage: inputs.MIN_BRANCH_COVERAGE,
    minFileCoverage: inputs.MIN_FILE_COVERAGE,
    maxCoverageDrop: inputs.MAX_COVERAGE_DROP,
  };
}

function flakyReaction({ FAIL_ON_FLAKY, FLAKY }: Given): Limits["flaky"] {
  if (FAIL_ON_FLAKY === true) return "fail";
  if (FLAKY === "allow") return "ignore";
  return FAIL_ON_FLAKY === false ? "warn" : FLAKY;
}

/** Ids of `LINT_IGNORE`, without their reasons. */
export function ignoredRules({ LINT_IGNORE = [] }: Given): ReadonlySet<LintRuleId> {
  return new Set(LINT_IGNORE.flatMap((entry) => entry.split(/[:\s]/, 1)).filter(isLintRuleId));
}
