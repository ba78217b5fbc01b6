import { gitErrors } from "../src/git/index.ts";
import { gitlabError } from "../src/gitlab/index.ts";
import { reportError } from "../src/reports/errors.ts";
import { defineStep } from "../src/step/index.ts";
import { gateInputs, gateOutputs, workInputs } from "./junit-report-check/inputs.ts";
import { gateRules } from "./junit-report-check/rules.ts";

export default defineStep({
  name: "junit-report-check",
  summary:
    "Fail the job when its test and coverage reports say so, and tell what GitLab would drop or misread",
  inputs: { ...gateInputs, ...workInputs },
  outputs: gateOutputs,
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
  check: gateRules,
  async plan(context) {
    const { planReportCheck } = await import("./junit-report-check/plan.ts");
    return planReportCheck(context);
  },
});
