import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  globs,
  integer,
  lines,
  list,
  path,
  runStep,
  secret,
  secretFile,
  text,
  url,
} from "../../../src/step/index.ts";
import { noteError, stepWith, temporaryFolder } from "../support/steps.ts";

const about = "An input.";

/** Fails always, with an error that shows what it was given. */
const failing = stepWith({
  name: "fail-on-purpose",
  inputs: {
    NOTE_TEXT: text({ about, optional: true, chain: ["PACKED"], from: ["CI_PROJECT_NAME"] }),
    NOTE_TIMES: integer({ about, default: "1" }),
    NOTE_LIST: list({ about, optional: true }),
    NOTE_LINES: lines({ about, optional: true }),
    NOTE_PATH: path({ about, optional: true }),
    NOTE_FILES: globs({ about, optional: true }),
    NOTE_URL: url({ about, optional: true }),
    CI_JOB_TOKEN: secret({ about, optional: true }),
    GITLAB_TOKEN: secret({ about, optional: true, from: ["CI_PROJECT_PASSWORD"] }),
    KEY_FILE: secretFile({ about, optional: true }),
  },
  outputs: {},
  plan: async ({ variable, inputs }) => {
    variable("CI_COMMIT_SHA");
    variable("CI_REPOSITORY_URL");
    const shown = [inputs.NOTE_TEXT, inputs.NOTE_TIMES, inputs.NOTE_LIST, inputs.NOTE_LINES];
    throw noteError("E_NOTE_ELSEWHERE", `given ${JSON.stringify(shown)}`);
  },
});

async function reproduce(env: Record<string, string>, cwd: string, step = failing) {
  const run = await runStep(step, { env, cwd });
  const file = join(cwd, "slipway-report", `${step.name}.reproduce.env`);
  const [, command = ""] = /in a checkout of the same commit:\n {2}(.*)\n/.exec(run.stdout) ?? [];
  const content = await readFile(file, "utf8").catch(() => "");
  return { ...run, command, content, envLines: content.split("\n").slice(0, -1) };
}

/** Reads an env-file as docker does: no quotes, no escapes, `#` begins a comment line, a bare name is the caller's. */
function readEnvFile(content: string, caller: Record<string, string>): Record<string, string> {
  const env: Record<string, string> = {};
  for (const raw of content.split("\n")) {
    const line = raw.replace(/^[ \t]+/, "");
    if (line === "" || line.startsWith("#")) continue;
    const at = line.indexOf("=");
    const name = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? caller[name] : line.slice(at + 1);
    if (value !== undefined) env[name] = value;
  }
  return env;
}

test("a failed run prints the command that runs exactly it again, and leaves its variables", async () => {
  const cwd = await temporaryFolder();
  const { command, envLines, exitCode, stdout } = await reproduce(
    {
      NOTE_TEXT: "a b = c # d",
      NOTE_LIST: "one\n two\n",
      SLIPWAY_IMAGE: "registry.example.org/slipway:1",
      CI_COMMIT_SHA: "abc",
      GITLAB_CI: "true",
      LOG_LEVEL: "debug",
      LOG_FORMAT: "human",
      UNRELATED: "x",
    },
    cwd,
  );
  expect(exitCode).toBe(3);
  expect(command).toBe(
    'docker run --rm --env-file slipway-report/fail-on-purpose.reproduce.env -e DRY_RUN=true -v "$PWD:/repo" registry.example.org/slipway:1 fail-on-purpose',
  );
  expect(envLines).toEqual([
    "CI_COMMIT_SHA=abc",
    "LOG_LEVEL=debug",
    "NOTE_LIST=one,two",
    "NOTE_TEXT=a b = c # d",
  ]);
  const summary = await readFile(join(cwd, "slipway-report/summary.md"), "utf8");
  expect(summary).toContain(command);
  expect(stdout).toContain(command);
});

test("secrets are bare names, and a personal token takes the place of the job's", async () => {
  const cwd = await temporaryFolder();
  const { envLines, content, command } = await reproduce(
    {
      CI_JOB_TOKEN: "job-token-secret",
      CI_REPOSITORY_URL: "https://gitlab-ci-token:job-token-secret@gitlab.example.org/g/p.git",
      NOTE_TEXT: "--header=job-token-secret",
      KEY_FILE: "/builds/g/p.tmp/KEY_FILE",
    },
    cwd,
  );
  expect(envLines).toEqual([
    "CI_JOB_TOKEN",
    "CI_REPOSITORY_URL",
    "GITLAB_TOKEN",
    "KEY_FILE",
    "NOTE_TEXT",
  ]);
  expect(content).not.toContain("secret");
  expect(command).toContain('-v "$PWD:/repo" ${KEY_FILE:+-v "$KEY_FILE:$KEY_FILE:ro"} slipway:');
});

test("a secret that came by a fall-back is asked for under both names", async () => {
  const { envLines } = await reproduce({ CI_PROJECT_PASSWORD: "short" }, await temporaryFolder());
  expect(envLines).toEqual(["CI_PROJECT_PASSWORD", "GITLAB_TOKEN"]);
});

test("a value that came from a predefined variable goes on coming from there", async () => {
  const { envLines } = await reproduce({ CI_PROJECT_NAME: "demo" }, await temporaryFolder());
  expect(envLines).toEqual(["CI_PROJECT_NAME=demo"]);
});

test("a value that an earlier step left is part of the reproduction", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "slipway.env"), "PACKED=dist/x.tgz\n");
  expect((await reproduce({}, cwd)).envLines).toEqual(["NOTE_TEXT=dist/x.tgz"]);
});

test("texts of several lines go into files beside it, and are read from there", async () => {
  const cwd = await temporaryFolder();
  const env = { NOTE_TEXT: "first\nsecond\n", NOTE_LINES: "a,b\nc" };
  const { envLines, stderr } = await reproduce(env, cwd);
  expect(envLines).toEqual([
    "NOTE_LINES_FILE=/repo/slipway-report/fail-on-purpose.NOTE_LINES_FILE.txt",
    "NOTE_TEXT_FILE=/repo/slipway-report/fail-on-purpose.NOTE_TEXT_FILE.txt",
  ]);
  const there = Object.fromEntries(
    envLines.map((line) => line.replace("/repo/", `${cwd}/`).split("=")),
  );
  const again = await runStep(failing, { env: there, cwd });
  expect(again.stderr).toBe(stderr);
});

test("paths of the runner are re-rooted; those that a laptop has not are left out", async () => {
  const cwd = await temporaryFolder();
  const { envLines } = await reproduce(
    {
      CI_PROJECT_DIR: cwd,
      CI_BUILDS_DIR: "/builds",
      NOTE_FILES: `dist/a, dist/b\n${cwd}/dist/*.tgz`,
      NOTE_PATH: "/cache/pkgs",
      NOTE_TEXT: `--prefix=${cwd}/x ${cwd}-other`,
      NOTE_LIST: "/builds/g/other,b",
      CI_COMMIT_SHA: "/builds/x",
    },
    cwd,
  );
  expect(envLines).toEqual([
    "# CI_COMMIT_SHA held a path of the runner",
    "NOTE_FILES=dist/a, dist/b,/repo/dist/*.tgz",
    "# NOTE_LIST held a path of the runner",
    "# NOTE_PATH held a path of the runner",
    `NOTE_TEXT=--prefix=/repo/x ${cwd}-other`,
  ]);
});

test("a job that works in a folder of its checkout is reproduced in that folder", async () => {
  const project = await temporaryFolder();
  const cwd = join(project, "a part");
  await mkdir(cwd);
  const { command, envLines } = await reproduce(
    { CI_PROJECT_DIR: project, NOTE_PATH: `${cwd}/x`, NOTE_TEXT: "one\ntwo" },
    cwd,
  );
  expect(command).toContain("--env-file 'a part/slipway-report/fail-on-purpose.reproduce.env'");
  expect(command).toContain("-w '/repo/a part'");
  expect(envLines).toEqual([
    "NOTE_PATH=/repo/a part/x",
    "NOTE_TEXT_FILE=/repo/a part/slipway-report/fail-on-purpose.NOTE_TEXT_FILE.txt",
  ]);
});

test("a report folder outside the checkout is mounted where a file of it is needed", async () => {
  const [cwd, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
  const { command } = await reproduce({ SLIPWAY_REPORT_DIR: elsewhere, NOTE_TEXT: "a\nb" }, cwd);
  const envFile = join(elsewhere, "fail-on-purpose.reproduce.env");
  expect(command).toContain(`--env-file ${envFile} -v ${elsewhere}:/slipway-report:ro`);
  expect(await readFile(envFile, "utf8")).toBe(
    "NOTE_TEXT_FILE=/slipway-report/fail-on-purpose.NOTE_TEXT_FILE.txt\n",
  );
});

test("wrong inputs are part of it: the same error is shown again", async () => {
  const cwd = await temporaryFolder();
  const first = await reproduce({ NOTE_TIMES: "many", NOTE_URL: "https://me:pa55word@host/" }, cwd);
  expect(first.exitCode).toBe(2);
  expect(first.envLines).toEqual(["NOTE_TIMES=many", "NOTE_URL=https://MASKED@host/"]);
  expect((await reproduce(readEnvFile(first.content, {}), cwd)).stderr).toBe(first.stderr);
});

test("without a folder to leave it in, the command carries the variables itself", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "slipway-report"), "a file");
  const env = { NOTE_TEXT: "it's\ntwo", NOTE_LIST: "a", CI_JOB_TOKEN: "job-token-secret" };
  const { stdout } = await runStep(failing, { env, cwd });
  expect(stdout).toContain(
    `docker run --rm -e CI_JOB_TOKEN -e GITLAB_TOKEN -e NOTE_LIST=a -e 'NOTE_TEXT=it'\\''s\ntwo' -e DRY_RUN=true -v "$PWD:/repo"`,
  );
});

test("steps that must come before run first, for real", async () => {
  const after = stepWith({
    name: "fail-on-purpose",
    inputs: {},
    outputs: {},
    reproduceAfter: ["bump-version"],
    plan: () => Promise.reject(new Error("no")),
  });
  const { command } = await reproduce({}, await temporaryFolder(), after);
  expect(command).toMatch(/ sh -c 'DRY_RUN=false bump-version && fail-on-purpose'$/);
});

test("a run that went well, and the reproduction itself, leave none", async () => {
  const cwd = await temporaryFolder();
  const { stdout } = await runStep(failing, { env: { DRY_RUN: "true" }, cwd });
  expect(stdout).not.toContain("docker run");
  const fine = stepWith({ inputs: {}, outputs: {} });
  expect((await runStep(fine, { env: {}, cwd })).stdout).not.toContain("docker run");
  const files = await readdir(join(cwd, "slipway-report"));
  expect(files.filter((name) => name.includes("reproduce"))).toEqual([]);
});

test("a dry run that fails in a job is reproduced like any other", async () => {
  const cwd = await temporaryFolder();
  const { stdout } = await runStep(failing, { env: { DRY_RUN: "true", GITLAB_CI: "true" }, cwd });
  expect(stdout).toContain("docker run");
});

test("whatever was given, the reproduction shows the same error", async () => {
  const item = fc.stringMatching(/^[^\s,](?:[^\r\n\0,]{0,12}[^\s,])?$/);
  const anyText = fc
    .string({ unit: "grapheme", maxLength: 40 })
    .filter((value) => !value.includes("\0"));
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        NOTE_TEXT: anyText,
        NOTE_TIMES: fc.oneof(fc.integer().map(String), fc.constant("x")),
        NOTE_LIST: fc.array(item, { maxLength: 3 }).map((items) => items.join("\n")),
        NOTE_LINES: fc.array(item, { maxLength: 3 }).map((items) => items.join("\n")),
      }),
      async (env) => {
        const cwd = await temporaryFolder();
        const first = await reproduce(env, cwd);
        const there = readEnvFile(first.content.replaceAll("=/repo/", `=${cwd}/`), {});
        const again = await runStep(failing, { env: there, cwd });
        expect(again.stderr).toBe(first.stderr);
      },
    ),
    { numRuns: 60 },
  );
});
