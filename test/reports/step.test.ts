import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { runStep } from "../../src/step/index.ts";
import step from "../../steps/junit-report-check.ts";

vi.setConfig({ testTimeout: 60_000 });

const folder = await mkdtemp(join(tmpdir(), "check-"));
afterAll(() => rm(folder, { recursive: true }));
let number = 0;
let cwd = folder;
beforeEach(async () => {
  number += 1;
  cwd = join(folder, String(number));
  await mkdir(cwd);
});

const put = async (name: string, content: string): Promise<void> => {
  await mkdir(dirname(join(cwd, name)), { recursive: true });
  await writeFile(join(cwd, name), content);
};
const run = (env: Record<string, string>) => runStep(step, { env, cwd });
const suite = (inner: string): string => `<testsuite name="s">${inner}</testsuite>`;
const passed = '<testcase classname="c" name="ok" time="1.5"/>';
const failed =
  '<testcase classname="tests.test_a" name="bad" time="0.5"><failure message="assert 1 == 2">def test_bad():\n&gt;   assert 1 == 2\n\ntests/test_a.py:7: AssertionError</failure><system-out>first line\nlast line</system-out></testcase>';
const skipped = '<testcase classname="c" name="later"><skipped message="not yet"/></testcase>';

test("a green report ends with 0, outputs and a record", async () => {
  await put("junit.xml", suite(passed + skipped));
  const result = await run({ JUNIT_REPORTS: "*.xml" });
  expect(result.exitCode).toBe(0);
  expect(result.stdout).toContain("2 tests: 1 skipped, 1 passed in 1.5s (1 file)");
  expect(result.outputs).toEqual({
    TESTS_TOTAL: "2",
    TESTS_PASSED: "1",
    TESTS_FAILED: "0",
    TESTS_ERRORED: "0",
    TESTS_SKIPPED: "1",
    TESTS_FLAKY: "0",
  });
  expect(result.record).toMatchObject({
    exitCode: 0,
    data: {
      conclusion: "passed",
      files: [
        {
          path: "junit.xml",
          kind: "junit",
          readable: true,
          tests: 2,
          passed: 1,
          skipped: 1,
          gitlab_total: 2,
          time: 1.5,
        },
      ],
    },
  });
});

test("a failed test ends with 1, is shown with its place, message and output, and outputs are written", async () => {
  await put("junit.xml", suite(passed + failed));
  await put("tests/test_a.py", "");
  const result = await run({ JUNIT_REPORTS: "junit.xml" });
  expect(result.exitCode).toBe(1);
  expect(result.stdout).toContain("✗ tests.test_a › bad  tests/test_a.py:7\n    assert 1 == 2");
  expect(result.stdout).toContain("    | last line");
  expect(result.stderr).toContain(
    "ERROR E_GATE: The gate says no: 1 condition is not met.\n  MAX_FAILURES: 1 test failed, at most 0 may fail",
  );
  expect(result.outputs).toMatchObject({ TESTS_FAILED: "1" });
  expect(result.record).toMatchObject({
    exitCode: 1,
    error: { code: "E_GATE" },
    data: { failed: [{ name: "bad", location: { file: "tests/test_a.py", line: 7 } }] },
  });
  const page = await readFile(join(cwd, "slipway-report/index.html"), "utf8");
  expect(page).toContain("tests.test_a › bad · tests/test_a.py:7 — assert 1 == 2");
  expect(page).not.toContain("<script");
});

describe("R16 what is not green says which and why", () => {
  test.each([
    { title: "no file", files: {}, message: "ON_MISSING: no file matches *.xml" },
    { title: "an empty file", files: { "a.xml": "" }, message: "ON_EMPTY_FILE: a.xml is empty" },
    {
      title: "an empty file beside one with tests",
      files: { "a.xml": "", "b.xml": suite(passed) },
      message: "ON_EMPTY_FILE: a.xml is empty",
    },
    {
      title: "a file of blanks",
      files: { "a.xml": " \n" },
      message: "ON_EMPTY: no test in any report",
    },
    {
      title: "a suite without tests",
      files: { "a.xml": '<testsuite name="s"/>' },
      message: "ON_EMPTY: no test in any report",
    },
    {
      title: "a truncated file",
      files: { "a.xml": '<testsuite name="s">\n<testcase name="a"/><testcase na' },
      message:
        "ON_MALFORMED: a.xml:2:33 cannot be read: the document ends inside a tag or reference (before it: 1 test, 0 of them failed)",
    },
    {
      title: "no XML",
      files: { "a.xml": "Running tests" },
      message:
        "ON_MALFORMED: a.xml:1:1 cannot be read: text before the root element: this is no XML document",
    },
    {
      title: "a DOCTYPE with entities",
      files: { "a.xml": '<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>' },
      message:
        "ON_MALFORMED: a.xml:1:1 cannot be read: the document declares entities, which are not read for safety",
    },
    {
      title: "another format",
      files: { "a.xml": "<test-run/>" },
      message:
        "ON_MALFORMED: a.xml:1:1 cannot be read: this is an NUnit 3 report, not JUnit: convert it to JUnit",
    },
  ])("$title", async ({ files, message }) => {
    for (const [name, content] of Object.entries(files)) await put(name, content);
    const result = await run({ JUNIT_REPORTS: "*.xml" });
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain(message);
    expect(result.record).toMatchObject({
      exitCode: 1,
      data: { files: Object.keys(files).map((path) => ({ path })) },
    });
  });
});

describe("coverage that was asked for and is not there is not green", () => {
  test.each([
    { content: "", message: "ON_EMPTY_FILE: c.xml is empty" },
    { content: "<coverage><packages/></coverage>", message: "ON_EMPTY: c.xml measures no line" },
  ])("$message", async ({ content, message }) => {
    await put("c.xml", content);
    const result = await run({ COVERAGE_REPORTS: "c.xml" });
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain(message);
  });
});

test("an unreadable file is in the record with its kind, place and lint", async () => {
  await put("bad.xml", "<testsuite><testcase");
  await put("good.xml", suite(passed));
  const result = await run({ JUNIT_REPORTS: "*.xml" });
  expect(result.record).toMatchObject({
    data: {
      totals: { tests: 1, unreadable: 1 },
      files: [
        {
          path: "bad.xml",
          kind: "junit",
          readable: false,
          gitlab_error: "xml",
          lint: [{ rule: "GJ01", level: "E" }, { rule: "GJ49" }],
        },
        { path: "good.xml", readable: true },
      ],
    },
  });
});

test("where no file is found inside a job, the usual missing lines are shown", async () => {
  const outside = await run({ JUNIT_REPORTS: "reports/*.xml" });
  expect(outside.stderr).not.toContain("artifacts:");
  const inside = await run({ JUNIT_REPORTS: "reports/*.xml", GITLAB_CI: "true" });
  expect(inside.stderr).toContain(
    "Files under artifacts:reports: alone are not handed to later jobs.",
  );
  expect(inside.stderr).toContain(
    '    paths:\n      - "reports/*.xml"\n    reports:\n      junit:\n        - "reports/*.xml"',
  );
  const coverage = await run({ COVERAGE_REPORTS: "coverage.xml", GITLAB_CI: "true" });
  expect(coverage.stderr).toContain(
    "      - coverage.xml\n    reports:\n      coverage_report:\n        coverage_format: cobertura\n        path: coverage.xml\n",
  );
});

describe("wrong inputs end with 2, all at once", () => {
  test.each([
    { title: "nothing to read", env: {}, names: ["JUNIT_REPORTS"] },
    {
      title: "numbers that are none",
      env: { JUNIT_REPORTS: "a", MIN_TESTS: "many", MIN_LINE_COVERAGE: "101", LINT_LEVEL: "loud" },
      names: ["MIN_TESTS", "MIN_LINE_COVERAGE", "LINT_LEVEL"],
    },
    {
      title: "coverage gates without coverage",
      env: { JUNIT_REPORTS: "a", MIN_LINE_COVERAGE: "80", MAX_COVERAGE_DROP: "1" },
      names: ["MIN_LINE_COVERAGE", "MAX_COVERAGE_DROP"],
    },
    {
      title: "a rule that does not exist",
      env: { JUNIT_REPORTS: "a", LINT_IGNORE: "GJ99: because" },
      names: ["LINT_IGNORE"],
    },
    { title: "only exclusions", env: { JUNIT_REPORTS: "!a.xml" }, names: ["JUNIT_REPORTS"] },
  ])("$title", async ({ env, names }) => {
    const result = await run(env);
    expect(result.exitCode).toBe(2);
    for (const name of names) expect(result.stderr).toContain(name);
  });
});

test("coverage is measured, printed for the coverage: expression, and judged", async () => {
  const line = (line: number, hits: number): string => `<line number="${line}" hits="${hits}"/>`;
  await put(
    "coverage.xml",
    `<coverage line-rate="0.5"><packages><package><classes><class filename="a.py"><lines>${line(1, 1)}${line(2, 1)}${line(3, 0)}</lines></class></classes></package></packages></coverage>`,
  );
  const result = await run({ COVERAGE_REPORTS: "coverage.xml", MIN_LINE_COVERAGE: "66.67" });
  expect(result.exitCode).toBe(1);
  expect(result.stdout).toMatch(/^Line coverage: 66\.66%$/m);
  expect(result.stderr).toContain(
    "MIN_LINE_COVERAGE: 66.66% of lines are covered (2 of 3), at least 66.67% must be",
  );
  expect(result.outputs).toMatchObject({ COVERAGE_LINES: "66.66", TESTS_TOTAL: "0" });
  expect(result.stdout).toContain(
    'coverage.xml says line-rate="0.5", but 66.66% of the lines in it are covered.',
  );
  expect(result.record).toMatchObject({
    data: {
      files: [
        {
          path: "coverage.xml",
          kind: "cobertura",
          readable: true,
          lines_valid: 3,
          lines_covered: 2,
          agrees: "no",
        },
      ],
    },
  });
});

test("LINT_LEVEL decides whether losses fail, and LINT_IGNORE what counts", async () => {
  await put(
    "junit.xml",
    suite('<testcase classname="c" name="a"/><testcase classname="c" name="a"/>'),
  );
  const warned = await run({ JUNIT_REPORTS: "junit.xml" });
  expect([warned.exitCode, warned.stderr]).toEqual([
    0,
    expect.stringContaining("GJ20 (LINT_LEVEL)"),
  ]);
  expect(warned.stdout).toContain(
    "GJ20 junit.xml:1:21: 2 tests share the name s_c_a; GitLab shows 1",
  );
  const refused = await run({ JUNIT_REPORTS: "junit.xml", LINT_LEVEL: "fail" });
  expect(refused.exitCode).toBe(1);
  const ignored = await run({
    JUNIT_REPORTS: "junit.xml",
    LINT_LEVEL: "fail",
    LINT_IGNORE: "GJ20: parameters are not in the names",
  });
  expect(ignored.exitCode).toBe(0);
});

test("GJ22 the same name in two files is told with both", async () => {
  await put("a.xml", suite(passed));
  await put("b.xml", suite(passed));
  const result = await run({ JUNIT_REPORTS: "*.xml" });
  expect(result.stdout).toContain("GJ22 s_c_ok is in a.xml, b.xml");
  expect(result.record).toMatchObject({
    data: { identicalFiles: [["a.xml", "b.xml"]], totals: { tests: 2 } },
  });
});

test("the record leaves out what was not counted: of a file that GitLab gives up on, of one that is no JUnit", async () => {
  await put(
    "clover.xml",
    '<coverage><project><file name="a.ts"><line num="1" type="stmt" count="1"/></file></project></coverage>',
  );
  await put("jenkins.xml", "<result><suites/></result>");
  const result = await run({ JUNIT_REPORTS: "jenkins.xml", COVERAGE_REPORTS: "clover.xml" });
  expect(result.exitCode).toBe(1);
  expect(result.record).toMatchObject({
    data: {
      files: [
        { path: "jenkins.xml", readable: false, wellformed: "yes", tests: 0 },
        { path: "clover.xml", gitlab_error: "line", gitlab_files: null, gitlab_covered: null },
      ],
    },
  });
  expect(result.record).not.toMatchObject({
    data: { files: [{ cases_before_error: 0 }, {}] },
  });
});

test("GC10 to GC16 are checked where project and tracked files are known, else it says why not", async () => {
  await put(
    "coverage.xml",
    '<coverage><packages><package><classes><class filename="a.py"><lines><line number="1" hits="1"/></lines></class></classes></package></packages></coverage>',
  );
  const result = await run({ COVERAGE_REPORTS: "coverage.xml" });
  expect(result.stdout).toContain(
    "Not checked: whether GitLab finds the files of the coverage reports (GC10 to GC16), because CI_PROJECT_PATH is not set.",
  );
});

test("GC21 and GJ35 come from the job's own keywords", async () => {
  await put("reports/junit.xml", suite(passed));
  await put("coverage.xml", "<coverage/>");
  await put(
    ".gitlab-ci.yml",
    "test:\n  script: [x]\n  artifacts:\n    reports:\n      cobertura: coverage.xml\n      junit: reports\n",
  );
  const result = await run({
    JUNIT_REPORTS: "reports/*.xml",
    COVERAGE_REPORTS: "coverage.xml",
    CI_JOB_NAME: "test",
  });
  expect(result.record).toMatchObject({
    data: { lint: { job: [{ rule: "GJ35" }, { rule: "GC21" }, { rule: "GC21" }] } },
  });
});

test("a report that is older than the job is told", async () => {
  await put("junit.xml", suite(passed));
  await utimes(join(cwd, "junit.xml"), 1_700_000_000, 1_700_000_000);
  const env = { JUNIT_REPORTS: "junit.xml", CI_JOB_STARTED_AT: "2026-01-01T00:00:00Z" };
  expect((await run(env)).stderr).toContain("junit.xml is older than this job");
  expect((await run({ ...env, ON_STALE: "fail" })).exitCode).toBe(1);
});

test("REPORT_ONLY says that it would fail, and ends with 0", async () => {
  await put("junit.xml", suite(failed));
  const result = await run({ JUNIT_REPORTS: "junit.xml", REPORT_ONLY: "true" });
  expect(result.exitCode).toBe(0);
  expect(result.stderr).toContain("It would fail (REPORT_ONLY): The gate says no");
});

test("a dry run says no all the same, and writes no outputs and no copies", async () => {
  await put("junit.xml", suite(failed));
  const result = await run({ JUNIT_REPORTS: "junit.xml", FIX_REPORTS: "true", DRY_RUN: "true" });
  expect(result.exitCode).toBe(1);
  expect(result.outputs).toEqual({});
  expect(result.stdout).toContain("would: Write 1 repaired copy to fixed/ in the report folder");
  await expect(readFile(join(cwd, "slipway-report/fixed/junit.xml"))).rejects.toThrow();
});

test("FIX_REPORTS writes copies, says what changed, and the second run finds them done", async () => {
  await put("junit.xml", suite(failed + failed));
  const env = { JUNIT_REPORTS: "junit.xml", FIX_REPORTS: "true", MAX_FAILURES: "2" };
  const first = await run(env);
  expect(first.stdout).toContain("junit.xml → fixed/junit.xml: repeated names numbered");
  expect(await readFile(join(cwd, "slipway-report/fixed/junit.xml"), "utf8")).toContain(
    'name="bad (2)"',
  );
  expect(first.record).toMatchObject({
    effects: [{ state: "applied" }],
    data: { fixed: [{ path: "junit.xml", copies: ["fixed/junit.xml"] }] },
  });
  expect((await run(env)).record).toMatchObject({ effects: [{ state: "done" }] });
});

test("FAIL_ON_FLAKY and MAX_TEST_SECONDS", async () => {
  await put(
    "junit.xml",
    suite(
      `<testcase classname="c" name="shaky"><flakyFailure message="once">x</flakyFailure></testcase>${passed}`,
    ),
  );
  expect((await run({ JUNIT_REPORTS: "junit.xml" })).stdout).toContain(
    "~ flaky: c › shaky  1 failed attempt",
  );
  expect((await run({ JUNIT_REPORTS: "junit.xml", FAIL_ON_FLAKY: "true" })).exitCode).toBe(1);
  const slow = await run({ JUNIT_REPORTS: "junit.xml", MAX_TEST_SECONDS: "1" });
  expect(slow.stderr).toContain("1 test took more than 1 s, the slowest is c › ok (1.5s)");
});

test("S13 names and texts forge nothing in log, page and note", async () => {
  const evil =
    "&#9;/merge @all\u202E [x](javascript:1) &lt;script&gt;alert(1)&lt;/script&gt; | `` ```";
  await put(
    "junit.xml",
    suite(`<testcase classname="c" name="${evil}"><failure>${evil}\n/close\n</failure></testcase>`),
  );
  const result = await run({ JUNIT_REPORTS: "junit.xml" });
  expect(result.stdout).not.toContain("\u202E");
  const page = await readFile(join(cwd, "slipway-report/index.html"), "utf8");
  expect(page).not.toContain("<script>");
});

test("links lead to the report and to where the first failed tests stand", async () => {
  await put("junit.xml", suite(failed));
  await put("tests/test_a.py", "");
  await run({
    JUNIT_REPORTS: "junit.xml",
    CI_JOB_URL: "https://gitlab.example/g/p/-/jobs/7",
    CI_PIPELINE_URL: "https://gitlab.example/g/p/-/pipelines/3",
    CI_PROJECT_URL: "https://gitlab.example/g/p",
    CI_COMMIT_SHA: "abc",
  });
  const annotations: unknown = JSON.parse(
    await readFile(join(cwd, "slipway-report/annotations.json"), "utf8"),
  );
  expect(annotations).toEqual({
    "junit-report-check": [
      {
        external_link: {
          label: "Test report",
          url: "https://gitlab.example/g/p/-/jobs/7/artifacts/file/slipway-report/index.html",
        },
      },
      {
        external_link: {
          label: "Tests of the pipeline",
          url: "https://gitlab.example/g/p/-/pipelines/3/test_report",
        },
      },
      {
        external_link: {
          label: "tests.test_a › bad",
          url: "https://gitlab.example/g/p/-/blob/abc/tests/test_a.py#L7",
        },
      },
    ],
  });
});

test("ten thousand failures leave a page that is small and names every kept one", async () => {
  const cases = Array.from(
    { length: 10_000 },
    (_, at) =>
      `<testcase classname="c" name="n${at}"><failure message="m${at}">${"text of a failure\n".repeat(50)}</failure></testcase>`,
  );
  await put("junit.xml", suite(cases.join("")));
  const result = await run({ JUNIT_REPORTS: "junit.xml" });
  expect(result.outputs).toMatchObject({ TESTS_FAILED: "10000" });
  const summary = await readFile(join(cwd, "slipway-report/summary.md"));
  expect(summary.length).toBeLessThan(900_000);
  const text = summary.toString();
  const told = [
    "texts are cut at 2048 characters and shown of the first 100 failed tests",
    "c › n999",
    "9000 more failed tests are only counted.",
  ];
  expect(result.stdout).toContain("… and 9950 more failed tests: see index.html");
  // The page itself must not be printed where one of them is missing.
  expect(told.filter((sentence) => !text.includes(sentence))).toEqual([]);
});
