import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openGit } from "../../src/git/index.ts";
import { choosePack, type PackChoice } from "../../src/rehearsal/choose-pack.ts";
import { copyRepository } from "../../src/rehearsal/repository.ts";
import { silentLog, systemClock } from "../../src/step/index.ts";

const root = join(import.meta.dirname, "../..");
/** Nothing listens on the port of discard. */
const silent = "http://127.0.0.1:9/conda-forge";
let folder: string;
let repository: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-rehearse-"));
  repository = join(folder, "job");
  mkdirSync(repository);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function commit(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(repository, name), content);
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.org", ...args], {
      cwd: repository,
    });
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message=Begin");
}

const environmentOf = (channel: string, ...packages: readonly string[]): string =>
  `channels: [${channel}]\ndependencies: [${packages.join(", ")}]\n`;

interface Chosen {
  choice: PackChoice;
  warnings: readonly string[];
}

async function choose(
  mode: "auto" | "conda" | "source",
  env: Readonly<Record<string, string>> = {},
): Promise<Chosen> {
  const workFolder = mkdtempSync(join(folder, "work-"));
  const { signal } = new AbortController();
  const git = await openGit({
    workFolder,
    environment: process.env,
    log: silentLog,
    clock: systemClock,
    signal,
  });
  const copied = await copyRepository(repository, join(workFolder, "copy.git"), {
    git,
    workFolder,
    fallbackBranch: "main",
  });
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (text: string) => void warnings.push(text) };
  const choice = await choosePack({
    mode,
    repository: copied,
    git,
    workFolder,
    env: { PATH: process.env["PATH"], HOME: folder, ...env },
    log,
    signal,
  });
  return { choice, warnings };
}

describe("REHEARSE_PACK=auto", () => {
  test("releases the sources of a repository without an environment file, without a warning", async () => {
    commit({ "a.txt": "1" });
    expect(await choose("auto")).toEqual({
      choice: { kind: "source", channels: [] },
      warnings: [],
    });
  });

  test("packs what a channel that answers serves", async () => {
    const channel = join(folder, "channel/noarch");
    mkdirSync(channel, { recursive: true });
    writeFileSync(join(channel, "repodata.json"), '{"packages":{}}');
    commit({
      "environment.yml": environmentOf(`file://${join(folder, "channel")}`, "python=3.11"),
    });
    expect(await choose("auto")).toEqual({
      choice: { kind: "conda", channels: [] },
      warnings: [],
    });
  });

  test("falls back to the sources where no channel answers, and warns that the pack is not rehearsed", async () => {
    commit({ "environment.yml": environmentOf(silent, "python=3.11", "numpy") });
    const { choice, warnings } = await choose("auto");
    expect(choice).toEqual({ kind: "source" });
    expect(warnings.at(-1)).toBe(
      `The channel ${silent} cannot be reached from here: a source archive is released instead, and the conda pack is not rehearsed.`,
    );
  });

  test("takes the example's channel where that has all that is asked for", async () => {
    commit({ "conda-environment.yaml": environmentOf(silent, "python>=3.9", "pip") });
    const { choice, warnings } = await choose("auto");
    expect(choice).toEqual({ kind: "conda", channels: [expect.stringMatching(/^file:\/\//)] });
    expect(warnings).toEqual([]);
  });

  test("leaves a file that cannot be read to conda-pack, which says what is wrong with it", async () => {
    commit({ "environment.yml": "dependencies: {" });
    expect((await choose("auto")).choice).toEqual({ kind: "conda", channels: [] });
  });
});

test("REHEARSE_PACK=conda has no fall-back", async () => {
  commit({ "environment.yml": environmentOf(silent, "python=3.11", "numpy") });
  expect((await choose("conda")).choice).toEqual({ kind: "conda", channels: [] });
});

test.each([
  { title: "REHEARSE_PACK=source", mode: "source", env: {} },
  { title: "PACKAGE_FILES", mode: "auto", env: { PACKAGE_FILES: "a.txt" } },
] as const)("$title asks no channel", async ({ mode, env }) => {
  commit({ "environment.yml": environmentOf(silent, "python=3.11", "numpy") });
  expect(await choose(mode, env)).toEqual({ choice: { kind: "source" }, warnings: [] });
});

test("without a reachable channel rehearse-release still releases, an archive of the sources", async () => {
  commit({
    "environment.yml": environmentOf(silent, "python=3.11", "numpy"),
    "setup.cfg": "[metadata]\nname = demo\nversion = 0.15.0.dev\n",
    ".bumpversion.cfg": readFileSync(join(root, "examples/job-project/.bumpversion.cfg"), "utf8"),
  });
  writeFileSync(join(repository, "setup.cfg"), "uncommitted");
  const { exitCode, all } = await execa(join(root, "dist/bin/rehearse-release"), [], {
    cwd: repository,
    env: { PATH: process.env["PATH"], HOME: folder },
    extendEnv: false,
    all: true,
    reject: false,
  });
  expect(all).toContain(
    "a source archive is released instead, and the conda pack is not rehearsed",
  );
  expect(all).toMatch(/job-\S+\.tar\.gz/u);
  expect(exitCode).toBe(0);
});

test("a next version that comes as a merge request is among what GitLab then holds", async () => {
  const { all } = await execa(join(root, "dist/bin/rehearse-release"), [], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      REHEARSE_REPO: join(root, "examples/job-project"),
      REHEARSE_PACK: "source",
      POST_RELEASE: "merge_request",
    },
    extendEnv: false,
    all: true,
  });
  expect(all).toMatch(
    /^ +merge request of \S+: .*0\.16\.0\.dev.* http\S+\/-\/merge_requests\/1$/mu,
  );
});
