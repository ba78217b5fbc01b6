import { reportError } from "../../src/reports/errors.ts";
import type { Objection } from "../../src/reports/gate.ts";
import type { StepError } from "../../src/step/index.ts";

/** The gate's no: every condition that is not met, with value and limit. */
export function gateError(
  objections: readonly Objection[],
  patterns: { junit: readonly string[]; coverage: readonly string[] },
  inJob: boolean,
): StepError | undefined {
  const failed = objections.filter(({ reaction }) => reaction === "fail");
  if (failed.length === 0) return undefined;
  const lines = failed.map(({ gate, sentence }) => `  ${gate}: ${sentence}`);
  const title = `The gate says no: ${failed.length} ${failed.length === 1 ? "condition is" : "conditions are"} not met.`;
  const isMissing = failed.some(({ gate }) => gate === "ON_MISSING");
  const advice = isMissing && inJob ? ["", ...missingYaml(patterns)] : [];
  return reportError("E_GATE", [title, ...lines, ...advice].join("\n"));
}

/** What is usually missing where another job wrote the reports. */
function missingYaml({ junit, coverage }: Parameters<typeof gateError>[1]): string[] {
  const tests = positive(junit);
  const measured = positive(coverage);
  return [
    "Files under artifacts:reports: alone are not handed to later jobs. The job that writes them needs paths: too:",
    "  artifacts:",
    "    when: always",
    "    paths:",
    ...[...tests, ...measured].map((pattern) => `      - ${pattern}`),
    "    reports:",
    ...(tests.length === 0 ? [] : ["      junit:"]),
    ...tests.map((pattern) => `        - ${pattern}`),
    ...measured
      .slice(0, 1)
      .flatMap((pattern) => [
        "      coverage_report:",
        "        coverage_format: cobertura",
        `        path: ${pattern}`,
      ]),
    "and this job must take them: by its stage, or by needs: [the job's name].",
  ];
}

function positive(patterns: readonly string[]): string[] {
  return patterns.filter((pattern) => !pattern.startsWith("!")).map(quoted);
}

function quoted(pattern: string): string {
  return /^[\w./-]+$/.test(pattern) ? pattern : JSON.stringify(pattern);
}
