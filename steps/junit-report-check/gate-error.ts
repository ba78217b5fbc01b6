import { reportError } from "../../src/reports/errors.ts";
import type { Objection } from "../../src/reports/gate.ts";
import type { StepError } from "../../src/step/index.ts";

/** The gate's no: every condition that is not met, with value and limit. */
export function gateError(
  objections: readonly Objection[],
  patterns: readonly string[],
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
function missingYaml(patterns: readonly string[]): string[] {
  const shown = patterns.filter((pattern) => !pattern.startsWith("!"));
  return [
    "Files under artifacts:reports: alone are not handed to later jobs. The job that writes them needs paths: too:",
    "  artifacts:",
    "    when: always",
    "    paths:",
    ...shown.map((pattern) => `      - ${quoted(pattern)}`),
    "    reports:",
    "      junit:",
    ...shown.map((pattern) => `        - ${quoted(pattern)}`),
    "and this job must take them: by its stage, or by needs: [the job's name].",
  ];
}

function quoted(pattern: string): string {
  return /^[\w./-]+$/.test(pattern) ? pattern : JSON.stringify(pattern);
}
