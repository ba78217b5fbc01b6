import type { CoberturaFile } from "../cobertura/model.ts";
import type { JunitFile } from "../junit/model.ts";
import type { LintFinding } from "../lint/findings.ts";
import { lintRules } from "../lint/rules.ts";
import { percentText } from "../percent.ts";
import { headOf, tailOf } from "../plain-text.ts";
import type { View } from "./view.ts";

const mostText = 8 * 1024;

/** The facts of `junit-report-check.json`: every file under the names of GitLab's and the readers' numbers. */
export function dataOf(view: View): Record<string, unknown> {
  const { totals, objections, coverage } = view;
  const failing = objections.some(({ reaction }) => reaction === "fail");
  return {
    schema: 1,
    conclusion: failing ? "failed" : "passed",
    totals,
    objections,
    files: [...view.junit.map(junitData), ...view.cobertura.map(coberturaData)],
    failed: view.failed.map(caseData),
    flaky: view.flaky.map(caseData),
    suiteProblems: view.junit.flatMap(({ path, problems }) =>
      problems.map((problem) => ({
        report: path,
        ...problem,
        text: headOf(problem.text, mostText),
      })),
    ),
    slowest: view.junit
      .flatMap(({ path, slowest }) => slowest.map((test) => ({ report: path, ...test })))
      .toSorted((one, other) => other.seconds - one.seconds)
      .slice(0, 20),
    coverage:
      coverage === undefined
        ? null
        : {
            lines: { ...coverage.lines, percent: percentText(coverage.lines) ?? null },
            branches: { ...coverage.branches, percent: percentText(coverage.branches) ?? null },
            isLowerBound: coverage.isLowerBound,
            files: coverage.files,
          },
    baseline: view.comparison ?? null,
    mergedRetries: view.merged,
    lint: {
      errors: view.findings.filter(({ finding }) => finding.level === "E").length,
      warnings: view.findings.filter(({ finding }) => finding.level === "L").length,
      job: view.findings
        .filter(({ path }) => path === "")
        .map(({ finding }) => findingData(finding)),
      remarks: view.remarks,
    },
    identicalFiles: view.twins,
  };
}

function junitData(file: JunitFile): Record<string, unknown> {
  return {
    path: file.path,
    kind: file.kind,
    readable: file.readable,
    bytes: file.bytes,
    wellformed: file.wellformed,
    root: file.root,
    encoding: file.encoding,
    ...(file.error === undefined ? {} : { error: file.error }),
    ...(file.wellformed === "no" ? {} : { ...file.counts, declared: file.declared }),
    ...(file.wellformed === "no" && file.error !== undefined
      ? { cases_before_error: file.error.casesBefore }
      : {}),
    ...file.gitlab,
    lint: file.findings.map(findingData),
  };
}

function coberturaData(file: CoberturaFile): Record<string, unknown> {
  const { attributes } = file;
  return {
    path: file.path,
    kind: file.kind,
    readable: file.readable,
    bytes: file.bytes,
    wellformed: file.wellformed,
    root: file.root,
    encoding: file.encoding,
    ...(file.error === undefined ? {} : { error: file.error }),
    ...(file.wellformed === "no" ? {} : file.counts),
    // Where GitLab's reader gives up, it counts nothing: that is no count of 0.
    ...(file.gitlab_error === ""
      ? {}
      : { gitlab_files: null, gitlab_lines: null, gitlab_covered: null }),
    attr_line_rate: attributes.line_rate,
    attr_lines: attributes.lines,
    attr_branches: attributes.branches,
    agrees: file.agrees,
    gitlab_error: file.gitlab_error,
    lint: file.findings.map(findingData),
  };
}

function findingData(finding: LintFinding): Record<string, unknown> {
  const { loses, cure } = lintRules[finding.rule];
  return { ...finding, loses, cure };
}

function caseData({ report, detail, location }: View["failed"][number]): Record<string, unknown> {
  return {
    report,
    location: location ?? null,
    ...detail,
    output: tailOf(detail.output, 2048),
    problems: detail.problems.map((problem) => ({
      ...problem,
      text: headOf(problem.text, mostText),
    })),
  };
}
