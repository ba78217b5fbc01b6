import { isLintRuleId } from "../../src/reports/lint/rules.ts";
import type { Problem, Values } from "../../src/step/index.ts";
import type { gateInputs, workInputs } from "./inputs.ts";

type Given = Values<typeof gateInputs> & Values<typeof workInputs>;

/** Rules across inputs. */
export function checkInputs(values: Given): Problem[] {
  const problems: Problem[] = [];
  if (values.JUNIT_REPORTS === undefined && values.COVERAGE_REPORTS === undefined)
    problems.push({
      name: "JUNIT_REPORTS",
      got: "nothing",
      expected: "glob patterns of JUnit XML files (or COVERAGE_REPORTS, for coverage alone)",
      cure: "set JUNIT_REPORTS, for example to reports/**/*.xml",
    });
  for (const name of ["JUNIT_REPORTS", "COVERAGE_REPORTS", "BASELINE_REPORTS"] as const) {
    const patterns = values[name];
    if (patterns?.every((pattern) => pattern.startsWith("!")))
      problems.push({
        name,
        got: patterns.join(", "),
        expected: "at least one pattern that does not begin with !",
        cure: "add the pattern of the files that are to be read",
      });
  }
  problems.push(...needsCoverage(values));
  if (values.MAX_COVERAGE_DROP !== undefined && values.BASELINE_REPORTS === undefined)
    problems.push(needs("MAX_COVERAGE_DROP", values.MAX_COVERAGE_DROP, "BASELINE_REPORTS"));
  for (const entry of values.LINT_IGNORE ?? []) {
    const [id = ""] = entry.split(/[:\s]/, 1);
    if (isLintRuleId(id)) continue;
    problems.push({
      name: "LINT_IGNORE",
      got: entry,
      expected:
        "ids of rules such as GJ20, each with its reason behind a colon and without a comma",
      cure: "write one rule a line: GJ20: why it does not matter here",
    });
  }
  return problems;
}

function needsCoverage(values: Given): Problem[] {
  if (values.COVERAGE_REPORTS !== undefined) return [];
  const names = [
    "MIN_LINE_COVERAGE",
    "MIN_BRANCH_COVERAGE",
    "MIN_FILE_COVERAGE",
    "MAX_COVERAGE_DROP",
  ] as const;
  return names.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [needs(name, value, "COVERAGE_REPORTS")];
  });
}

function needs(name: string, value: number, other: string): Problem {
  return {
    name,
    got: `${value} without ${other}`,
    expected: `${other} beside it`,
    cure: `set ${other}, or leave ${name} out`,
  };
}
