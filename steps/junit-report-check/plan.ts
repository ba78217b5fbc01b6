import { checkReports } from "../../src/reports/check.ts";
import { percentText } from "../../src/reports/percent.ts";
import { resultBlocks } from "../../src/reports/show/blocks.ts";
import { dataOf } from "../../src/reports/show/data.ts";
import { tellResult } from "../../src/reports/show/log-lines.ts";
import type { Effect } from "../../src/step/index.ts";
import { planFix } from "./fix-effect.ts";
import { gateError } from "./gate-error.ts";
import type { CheckContext } from "./inputs.ts";
import { ignoredRules, limitsOf } from "./limits.ts";
import { addLinks } from "./links.ts";
import { planNote } from "./note-effect.ts";
import { readRepository } from "./tracked-files.ts";

/** Reads and judges the reports; plans what is to be mended and told. */
export async function planReportCheck(context: CheckContext): Promise<readonly Effect[]> {
  const { inputs, cwd, log, variable, output, fact, report, fail } = context;
  const started = Date.parse(variable("CI_JOB_STARTED_AT") ?? "");
  const { view, found } = await checkReports({
    cwd,
    reportFolder: context.reportFolder,
    junit: inputs.JUNIT_REPORTS,
    coverage: inputs.COVERAGE_REPORTS,
    baseline: inputs.BASELINE_REPORTS,
    limits: limitsOf(inputs),
    mergeRetries: inputs.RETRIES === "merge",
    ignored: ignoredRules(inputs),
    repository: inputs.COVERAGE_REPORTS === undefined ? "" : await readRepository(context),
    stripPrefix: inputs.STRIP_PREFIX ?? "",
    pathPrefix: inputs.PATH_PREFIX ?? "",
    maxBytes: inputs.MAX_REPORT_SIZE,
    jobStartedMs: Number.isNaN(started) ? undefined : started,
    job: variable("CI_JOB_NAME"),
    signal: context.signal,
  });
  await tellResult(view, log);
  for (const [name, value] of Object.entries(dataOf(view))) fact(name, value);
  report(...resultBlocks(view));
  addLinks(view, context);

  const { totals, coverage } = view;
  output("TESTS_TOTAL", String(totals.tests));
  output("TESTS_PASSED", String(totals.passed));
  output("TESTS_FAILED", String(totals.failed));
  output("TESTS_ERRORED", String(totals.errored));
  output("TESTS_SKIPPED", String(totals.skipped));
  output("TESTS_FLAKY", String(totals.flaky));
  const lines = coverage === undefined ? undefined : percentText(coverage.lines);
  const branches = coverage === undefined ? undefined : percentText(coverage.branches);
  if (lines !== undefined) output("COVERAGE_LINES", lines);
  if (branches !== undefined) output("COVERAGE_BRANCHES", branches);

  const effects: Effect[] = [];
  if (inputs.FIX_REPORTS) effects.push(await planFix(found, context));
  if (inputs.MR_NOTE) effects.push(...planNote(view, inputs, context));

  const patterns = { junit: inputs.JUNIT_REPORTS ?? [], coverage: inputs.COVERAGE_REPORTS ?? [] };
  const inJob = variable("GITLAB_CI") === "true";
  const no = gateError(view.objections, patterns, inJob);
  if (no === undefined) return effects;
  if (inputs.REPORT_ONLY) log.warn(`It would fail (REPORT_ONLY): ${no.message}`);
  else fail(no);
  return effects;
}
