import { gitErrors } from "../src/git/index.ts";
import { gitlabError } from "../src/gitlab/index.ts";
import { checkReports } from "../src/reports/check.ts";
import { reportError } from "../src/reports/errors.ts";
import { percentText } from "../src/reports/percent.ts";
import { resultBlocks } from "../src/reports/show/blocks.ts";
import { dataOf } from "../src/reports/show/data.ts";
import { tellResult } from "../src/reports/show/log-lines.ts";
import { defineStep, type Effect } from "../src/step/index.ts";
import { planFix } from "./junit-report-check/fix-effect.ts";
import { gateError } from "./junit-report-check/gate-error.ts";
import { gateInputs, workInputs } from "./junit-report-check/inputs.ts";
import { ignoredRules, limitsOf } from "./junit-report-check/limits.ts";
import { addLinks } from "./junit-report-check/links.ts";
import { planNote } from "./junit-report-check/note-effect.ts";
import { checkInputs } from "./junit-report-check/rules.ts";
import { readRepository } from "./junit-report-check/tracked-files.ts";

export default defineStep({
  name: "junit-report-check",
  summary:
    "Fail the job when its test and coverage reports say so, and tell what GitLab would drop or misread",
  inputs: { ...gateInputs, ...workInputs },
  outputs: {
    TESTS_TOTAL: "Test cases in all readable reports",
    TESTS_PASSED: "Of these, passed",
    TESTS_FAILED: "Failed",
    TESTS_ERRORED: "Ended with an error",
    TESTS_SKIPPED: "Skipped",
    TESTS_FLAKY: "Passed or failed after other attempts had failed",
    COVERAGE_LINES: "Percent of lines that are covered, two decimals, rounded down",
    COVERAGE_BRANCHES: "Percent of branches that are covered",
  },
  examples: [
    {
      title: "Fail when a test of any report failed, or when there is no report",
      command: "JUNIT_REPORTS='reports/**/*.xml' junit-report-check",
    },
    {
      title: "Look at tests and coverage without failing",
      command:
        "JUNIT_REPORTS=junit.xml COVERAGE_REPORTS=coverage.xml MIN_LINE_COVERAGE=80 REPORT_ONLY=true junit-report-check",
    },
  ],
  errors: [reportError.table, gitErrors.table, gitlabError.table],
  check: checkInputs,
  async plan(context) {
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
  },
});
