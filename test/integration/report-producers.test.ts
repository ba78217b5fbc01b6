import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { runStep } from "../../src/step/index.ts";
import step from "../../steps/junit-report-check.ts";
import { openFolder } from "../embedded-gitlab/gitlab.ts";

const repository = resolve(import.meta.dirname, "../..");

interface Produced {
  cwd: string;
  /** Runs the tool of the test, whatever it ends with. */
  tool(file: string, args: readonly string[]): string;
  check(more?: Record<string, string>): ReturnType<typeof runStep>;
}

async function project(files: Readonly<Record<string, string>>): Promise<Produced> {
  const cwd = await openFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(cwd, name, ".."), { recursive: true });
    await writeFile(join(cwd, name), content);
  }
  return {
    cwd,
    tool: (file, args) => {
      const { PATH = "", HOME = cwd } = process.env;
      const { stdout, stderr } = spawnSync(file, args, {
        cwd,
        encoding: "utf8",
        env: { PATH, HOME, NO_COLOR: "1" },
      });
      return stdout + stderr;
    },
    check: (more = {}) => runStep(step, { env: { JUNIT_REPORTS: "junit.xml", ...more }, cwd }),
  };
}

describe("pytest", () => {
  const hasPytest = spawnSync("python3", ["-m", "pytest", "--version"]).status === 0;
  const files = {
    "test_sample.py": [
      "import pytest, sys",
      "def test_passes(): pass",
      "def test_fails():",
      "    print('the output')",
      "    assert 1 == 2, 'one is not two'",
      "@pytest.mark.skip(reason='not now')",
      "def test_skipped(): pass",
      "@pytest.mark.xfail",
      "def test_expected_failure(): assert False",
      "@pytest.fixture",
      "def broken(): raise RuntimeError('setup')",
      "def test_setup(broken): pass",
      "@pytest.fixture",
      "def late():",
      "    yield",
      "    raise RuntimeError('teardown')",
      "def test_fails_twice(late): assert False",
      "",
    ].join("\n"),
    "test_broken.py": "import no_such_module_at_all\n",
  };

  test("failing, skipped, erring suites and one that cannot be imported", async (context) => {
    if (!hasPytest) context.skip("pytest is not installed");
    const { tool, check } = await project(files);
    tool("python3", [
      "-m",
      "pytest",
      "-q",
      "-p",
      "no:cacheprovider",
      "--continue-on-collection-errors",
      "--junitxml=junit.xml",
    ]);
    const result = await check();
    expect(result.exitCode).toBe(1);
    // A failing call and a failing teardown are two cases of one name; a module that cannot be imported is an error.
    expect(result.outputs).toMatchObject({
      TESTS_TOTAL: "8",
      TESTS_PASSED: "1",
      TESTS_FAILED: "2",
      TESTS_ERRORED: "3",
      TESTS_SKIPPED: "2",
    });
    expect(result.stdout).toContain(
      "✗ test_sample › test_fails  test_sample.py:5\n    AssertionError: one is not two",
    );
    expect(result.stdout).toContain("GJ21");
  });

  test("a suite that crashes leaves no report: that is not green", async (context) => {
    if (!hasPytest) context.skip("pytest is not installed");
    const { tool, check } = await project({
      "test_crash.py": "import os\ndef test_crash(): os._exit(3)\n",
    });
    tool("python3", ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=junit.xml"]);
    const result = await check();
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("ON_MISSING: no file matches junit.xml");
  });
});

describe("node:test", () => {
  test("failing, skipped, nested and flaky-looking suites", async () => {
    const { tool, check } = await project({
      "sample.test.mjs": [
        "import { describe, it, test } from 'node:test';",
        "import assert from 'node:assert';",
        "test('passes', () => {});",
        "test('skipped', { skip: 'not now' }, () => {});",
        "describe('outer', () => { describe('inner', () => { it('fails', () => assert.equal(1, 2)); it('works', () => {}); }); });",
        "",
      ].join("\n"),
    });
    tool(process.execPath, [
      "--test",
      "--test-reporter=junit",
      "--test-reporter-destination=junit.xml",
      "sample.test.mjs",
    ]);
    const result = await check();
    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({
      TESTS_TOTAL: "4",
      TESTS_PASSED: "2",
      TESTS_FAILED: "1",
      TESTS_SKIPPED: "1",
    });
    expect(result.stdout).toContain("› fails");
  });

  test("a process that is killed while it writes leaves a cut report", async () => {
    const { tool, check } = await project({
      "sample.test.mjs":
        "import { test } from 'node:test';\ntest('passes', () => {});\ntest('kills', () => process.kill(process.ppid, 'SIGKILL'));\n",
    });
    tool(process.execPath, [
      "--test",
      "--test-reporter=junit",
      "--test-reporter-destination=junit.xml",
      "sample.test.mjs",
    ]);
    const result = await check();
    expect(result.exitCode).toBe(1);
    expect(result.record).toMatchObject({ error: { code: "E_GATE" } });
  });
});

describe("vitest", () => {
  test("failing, skipped and flaky tests, and a file that does not load", async () => {
    const { cwd, tool, check } = await project({
      "package.json": '{ "type": "module" }',
      "vitest.config.mjs":
        "export default { test: { retry: 2, reporters: ['junit'], outputFile: 'junit.xml' } };\n",
      "tests/sample.test.mjs": [
        "import { describe, expect, it, test } from 'vitest';",
        "test('passes', () => {});",
        "test.skip('skipped', () => {});",
        "describe('outer', () => { it('fails', () => { console.log('seen'); expect(1).toBe(2); }); });",
        "let tries = 0;",
        "test('flaky', () => { tries += 1; expect(tries).toBe(2); });",
        "",
      ].join("\n"),
      "tests/broken.test.mjs": "import './no-such-file.mjs';\n",
    });
    // The folder has no packages of its own: those of this repository serve.
    const { symlink } = await import("node:fs/promises");
    await symlink(join(repository, "node_modules"), join(cwd, "node_modules"));
    tool(process.execPath, [
      join(repository, "node_modules/vitest/vitest.mjs"),
      "run",
      "--no-cache",
    ]);
    const result = await check();
    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ TESTS_PASSED: "2", TESTS_SKIPPED: "1" });
    expect(result.stdout).toContain(
      "✗ tests/sample.test.mjs › outer > fails  tests/sample.test.mjs:4",
    );
    expect(result.stdout).toContain("broken.test.mjs");
  });
});
