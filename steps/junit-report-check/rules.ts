import { isLintRuleId } from "../../src/reports/lint/rules.ts";
import type { Problem, Values } from "../../src/step/index.ts";
import type { gateInputs, workInputs } from "./inputs.ts";

type Given = Values<typeof gateInputs> & Values<typeof workInputs>;

/** Rules across inputs. */
export const gateRules: readonly ((values: Given) => readonly Problem[])[] = [
  needsReports,
  namesFiles("JUNIT_REPORTS"),
  namesFiles("COVERAGE_REPORTS"),
  namesFiles("BASELINE_REPORTS"),
  needsCoverage("MIN_LINE_COVERAGE"),
  needsCoverage("MIN_BRANCH_COVERAGE"),
  needsCoverage("MIN_FILE_COVERAGE"),
  needsCoverage("MAX_COVERAGE_DROP"),
  needsBaseline,
  ignoresRules,
];

function needsReports({ JUNIT_REPORTS, COVERAGE_REPORTS }: Given): Problem[] {
  if (JUNIT_REPORTS !== undefined || COVERAGE_REPORTS !== undefined) return [];
  return [
    {
      name: "JUNIT_REPORTS",
      got: "nothing",
      expected: "glob patterns of JUnit XML files (or COVERAGE_REPORTS, for coverage alone)",
      cure: "set JUNIT_REPORTS, for example to reports/**/*.xml",
    },
  ];
}

function namesFiles(name: "JUNIT_REPORTS" | "COVERAGE_REPORTS" | "BASELINE_REPORTS") {
  return ({ [name]: patterns }: Given): Problem[] =>
    patterns?.every((pattern) => pattern.startsWith("!")) === true
      ? [
          {
            name,
            got: patterns.join(", "),
            expected: "at least one pattern that does not begin with !",
            cure: "add the pattern of the files that are to be read",
          },
        ]
      : [];
}

function needsCoverage(
  name: "MIN_LINE_COVERAGE" | "MIN_BRANCH_COVERAGE" | "MIN_FILE_COVERAGE" | "MAX_COVERAGE_DROP",
) {
  return ({ [name]: value, COVERAGE_REPORTS }: Given): Problem[] =>
    value === undefined || COVERAGE_REPORTS !== undefined
      ? []
      : [needs(name, value, "COVERAGE_REPORTS")];
}

function needsBaseline({ MAX_COVERAGE_DROP, BASELINE_REPORTS }: Given): Problem[] {
  return MAX_COVERAGE_DROP === undefined || BASELINE_REPORTS !== undefined
    ? []
    : [needs("MAX_COVERAGE_DROP", MAX_COVERAGE_DROP, "BASELINE_REPORTS")];
}

function ignoresRules({ LINT_IGNORE = [] }: Given): Problem[] {
  const unknown = LINT_IGNORE.filter((entry) => !isLintRuleId(entry.split(/[:\s]/, 1)[0] ?? ""));
  return unknown.map((got) => ({
    name: "LINT_IGNORE",
    got,
    expected: "ids of rules such as GJ20, each with its reason behind a colon and without a comma",
    cure: "write one rule a line: GJ20: why it does not matter here",
  }));
}

function needs(name: string, value: number, other: string): Problem {
  return {
    name,
    got: `${value} without ${other}`,
    expected: `${other} beside it`,
    cure: `set ${other}, or leave ${name} out`,
  };
}
