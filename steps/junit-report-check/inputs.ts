import { gitlabInputs } from "../../src/gitlab/inputs.ts";
import {
  boolean,
  byteSize,
  choice,
  decimal,
  globs,
  integer,
  list,
  type StepContext,
  text,
  url,
} from "../../src/step/index.ts";

const reactions = ["fail", "warn", "ignore"] as const;

const percent = { optional: true, min: 0, max: 100, example: "80" } as const;

/** What the gates of junit-report-check may be told. */
export const gateInputs = {
  JUNIT_REPORTS: globs({
    optional: true,
    about:
      "JUnit XML files: names or glob patterns, relative to the working directory; a pattern that begins with ! excludes.",
    example: "reports/**/*.xml",
  }),
  COVERAGE_REPORTS: globs({
    optional: true,
    about: "Cobertura XML files, in the same way.",
    example: "coverage.xml",
  }),
  BASELINE_REPORTS: globs({
    optional: true,
    about:
      "Reports of an earlier run to compare with, JUnit or Cobertura: new failures, fixed, added, removed, newly skipped and slower tests, difference of coverage.",
    example: "baseline/*.xml",
  }),
  ON_MISSING: choice(reactions, {
    default: "fail",
    about: "What a pattern that matches no file means.",
  }),
  ON_MALFORMED: choice(reactions, { default: "fail", about: "What an unreadable report means." }),
  ON_EMPTY: choice(reactions, {
    optional: true,
    about:
      "What it means when all reports together hold no test (without it: fail, unless MIN_TESTS is 0, then warn), or all coverage reports together no line (without it: fail).",
  }),
  ON_EMPTY_FILE: choice(reactions, {
    optional: true,
    about:
      "What one report without a test means, beside others: without it, a file of no bytes or blanks alone fails, and one that holds suites without tests warns.",
  }),
  ON_DECLARED_MISMATCH: choice(reactions, {
    default: "warn",
    about: "What it means when a suite declares more tests than it holds, which often is a crash.",
  }),
  ON_STALE: choice(reactions, {
    default: "warn",
    about: "What a report that is older than the job means: it may come from a cache.",
  }),
  MIN_TESTS: integer({
    default: "1",
    min: 0,
    about: "Tests that must be there at least, skipped ones included.",
  }),
  MIN_PASSED: integer({ default: "0", min: 0, about: "Tests that must have passed at least." }),
  MAX_FAILURES: integer({
    default: "0",
    min: 0,
    about: "Tests that may fail or end with an error, problems of whole suites included.",
  }),
  MAX_FAILURE_PERCENT: decimal({ ...percent, about: "The same as a share of all tests." }),
  MAX_SKIPPED: integer({
    optional: true,
    min: 0,
    about: "Tests that may be skipped.",
    example: "10",
  }),
  MAX_SKIPPED_PERCENT: decimal({ ...percent, about: "The same as a share of all tests." }),
  FAIL_ON_FLAKY: boolean({
    optional: true,
    about: "Whether flaky tests fail the job. Without it FLAKY decides.",
  }),
  FLAKY: choice(["allow", "warn", "fail"], {
    default: "warn",
    about: "What tests mean that failed and then passed.",
  }),
  RETRIES: choice(["separate", "merge"], {
    default: "separate",
    about:
      "Whether cases with the same suites, class, name and file in one report are attempts of one test, of which the last decides.",
  }),
  MAX_TEST_SECONDS: decimal({
    optional: true,
    min: 0,
    about: "Seconds that one test may take.",
    example: "30",
  }),
  MAX_TOTAL_SECONDS: decimal({
    optional: true,
    min: 0,
    about: "Seconds that all tests may take, added up.",
    example: "3600",
  }),
  MIN_LINE_COVERAGE: decimal({ ...percent, about: "Percent of lines that must be covered." }),
  MIN_BRANCH_COVERAGE: decimal({ ...percent, about: "Percent of branches that must be covered." }),
  MIN_FILE_COVERAGE: decimal({
    ...percent,
    about: "Percent of lines that must be covered in every single file.",
  }),
  MAX_COVERAGE_DROP: decimal({
    ...percent,
    about: "Percentage points that line coverage may fall below that of BASELINE_REPORTS.",
    example: "0.5",
  }),
  LINT_LEVEL: choice(reactions, {
    default: "warn",
    about:
      "What it means when GitLab would drop or misread parts of the reports (levels E and L of the rules).",
  }),
  LINT_IGNORE: list({
    optional: true,
    about: "Rules that do not count here, each with its reason behind a colon.",
    example: "GJ20: parameters are not in the names of this tool",
  }),
  REPORT_ONLY: boolean({
    default: "false",
    about: "Judge and report, but end with 0 whatever the gates say.",
  }),
};

/** How reports are read, and what else is made of them. */
export const workInputs = {
  PATH_PREFIX: text({
    optional: true,
    about: "Put before paths of reports to make them paths of the repository.",
    example: "services/api",
  }),
  STRIP_PREFIX: text({
    optional: true,
    about: "Taken from the beginning of paths of reports.",
    example: "/app/",
  }),
  MAX_REPORT_SIZE: byteSize({
    default: "1GiB",
    about: "Largest report that is read.",
  }),
  FIX_REPORTS: boolean({
    default: "false",
    about:
      "Write repaired copies that GitLab reads whole to fixed/ in the report folder: split by size, unique names, messages in the text, attachment paths.",
  }),
  MR_NOTE: boolean({
    default: "false",
    about:
      "Write the result into one note of the merge request. It needs GITLAB_TOKEN or CI_PROJECT_PASSWORD: the job token may not write notes.",
  }),
  GITLAB_API: url({
    optional: true,
    from: ["CI_API_V4_URL"],
    about: "Address of GitLab's API, for MR_NOTE. In a job it is known.",
    example: "https://gitlab.example.org/api/v4",
  }),
  GITLAB_PROJECT: text({
    optional: true,
    from: ["CI_MERGE_REQUEST_PROJECT_ID", "CI_PROJECT_ID", "CI_PROJECT_PATH"],
    about: "Number or full path of the project of the merge request, for MR_NOTE.",
    example: "group/project",
  }),
  CI_JOB_TOKEN: gitlabInputs.CI_JOB_TOKEN,
  GITLAB_TOKEN: gitlabInputs.GITLAB_TOKEN,
  CI_PROJECT_PASSWORD: gitlabInputs.CI_PROJECT_PASSWORD,
  CI_SERVER_TLS_CA_FILE: gitlabInputs.CI_SERVER_TLS_CA_FILE,
  EXTRA_CA_FILE: gitlabInputs.EXTRA_CA_FILE,
};

export const gateOutputs = {
  TESTS_TOTAL: "Test cases in all readable reports",
  TESTS_PASSED: "Of these, passed",
  TESTS_FAILED: "Failed",
  TESTS_ERRORED: "Ended with an error",
  TESTS_SKIPPED: "Skipped",
  TESTS_FLAKY: "Passed or failed after other attempts had failed",
  COVERAGE_LINES: "Percent of lines that are covered, two decimals, rounded down",
  COVERAGE_BRANCHES: "Percent of branches that are covered",
};

export type CheckContext = StepContext<typeof gateInputs & typeof workInputs, typeof gateOutputs>;
