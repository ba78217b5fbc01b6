import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { ownerName } from "../../src/step/leftovers.ts";
import { runStep } from "../../src/step/index.ts";
import bumpVersion from "../../steps/bump-version.ts";
import {
  commitFiles,
  type Files,
  git,
  makeRepository,
  temporaryFolder,
  writeFiles,
} from "../support/repositories.ts";
import { statesOf } from "../step/support/steps.ts";
import { workflowConfig, workflowProject } from "../version/planning.ts";

const created = "2026-02-03T04:05:06Z";

const executable = join(import.meta.dirname, "../../dist/bin/bump-version");
const plainEnvironment = {
  PATH: process.env["PATH"],
  CI_PIPELINE_CREATED_AT: created,
  CI_SERVER_HOST: "gitlab.example.org",
};

/** Runs the step in a folder as a job does, with its outputs and report elsewhere. */
async function bump(cwd: string, env: Record<string, string> = {}) {
  const report = await temporaryFolder();
  return runStep(bumpVersion, {
    cwd,
    env: {
      ...plainEnvironment,
      SLIPWAY_REPORT_DIR: join(report, "report"),
      SLIPWAY_DOTENV: join(report, "slipway.env"),
      ...env,
    },
  });
}

const states = (record: unknown) => Object.values(statesOf(record));

const head = (root: string) => git(root, ["rev-parse", "HEAD"]);
const status = (root: string) => git(root, ["status", "--porcelain"]);

describe("in a git repository", () => {
  test("releases the development version in one commit, and leaves a clean tree", async () => {
    const root = await makeRepository(workflowProject);
    const base = head(root);
    const { exitCode, outputs, stdout } = await bump(root, { CI_COMMIT_SHA: base });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("0.15.0.dev → 0.15.0")]);
    expect(outputs).toEqual({
      BUMPED_VERSION: "0.15.0",
      BUMPED_FROM: "0.15.0.dev",
      BUMPED_COMMIT_SHA: head(root),
    });
    expect(git(root, ["log", "-1", "--format=%P|%s|%an <%ae>|%cI|%aI"])).toBe(
      `${base}|Release version 0.15.0|Slipway <slipway@noreply.gitlab.example.org>|2026-02-03T04:05:07+00:00|2026-02-03T04:05:07+00:00`,
    );
    expect(git(root, ["diff", "--numstat", base, "HEAD"])).toBe(
      "1\t1\t.bumpversion.cfg\n1\t1\tsetup.cfg",
    );
    expect(status(root)).toBe("");
    expect(git(root, ["symbolic-ref", "HEAD"])).toBe("refs/heads/main");
  });

  test("R09 run again it finds its commit: same outputs, nothing changed", async () => {
    const root = await makeRepository(workflowProject);
    const env = { CI_COMMIT_SHA: head(root) };
    const first = await bump(root, env);
    const after = head(root);
    const second = await bump(root, env);
    expect([second.exitCode, second.outputs]).toEqual([0, first.outputs]);
    expect(head(root)).toBe(after);
    expect(second.stdout).toContain("already done");
  });

  test("without CI_COMMIT_SHA it builds on HEAD, and finds its commit again too", async () => {
    const root = await makeRepository(workflowProject);
    const first = await bump(root, { CI_PIPELINE_CREATED_AT: "" });
    const second = await bump(root, { CI_PIPELINE_CREATED_AT: "" });
    expect(first.exitCode).toBe(0);
    expect([second.exitCode, second.outputs]).toEqual([0, first.outputs]);
    expect(git(root, ["rev-list", "--count", "HEAD"])).toBe("2");
  });

  test("makes the same commit in another clone, and accepts that of another pipeline", async () => {
    const root = await makeRepository(workflowProject);
    const base = head(root);
    const clone = join(await temporaryFolder(), "clone");
    git(root, ["clone", "-q", root, clone]);
    const one = await bump(root, { CI_COMMIT_SHA: base });
    const other = await bump(clone, { CI_COMMIT_SHA: base });
    expect(other.outputs).toEqual(one.outputs);
    const later = await bump(root, {
      CI_COMMIT_SHA: base,
      CI_PIPELINE_CREATED_AT: "2026-03-03T00:00:00Z",
    });
    expect([later.exitCode, later.outputs]).toEqual([0, one.outputs]);
  });

  test("G10 works on the detached HEAD of a shallow clone without a user", async () => {
    const origin = await makeRepository({ "README.md": "first" });
    const base = await commitFiles(origin, workflowProject, "Add the project");
    const root = join(await temporaryFolder(), "clone");
    git(origin, ["clone", "-q", "--depth=1", `file://${origin}`, root]);
    git(root, ["checkout", "-q", "--detach"]);
    const { exitCode } = await bump(root, { CI_COMMIT_SHA: base });
    expect(exitCode).toBe(0);
    expect(git(root, ["log", "--format=%s"])).toBe("Release version 0.15.0\nAdd the project");
    expect(git(root, ["rev-parse", "--abbrev-ref", "HEAD"])).toBe("HEAD");
    expect(status(root)).toBe("");
    expect((await bump(root, { CI_COMMIT_SHA: base })).exitCode).toBe(0);
  });

  test("works in a checkout that has no index yet", async () => {
    const root = await makeRepository(workflowProject);
    await rm(join(root, ".git/index"));
    expect(await bump(root)).toMatchObject({ exitCode: 0, stderr: "" });
    expect(git(root, ["show", "HEAD:setup.cfg"])).toMatch(/^version = 0\.15\.0$/m);
  });

  test("G15 works in a SHA-256 repository", async () => {
    const root = await makeRepository(workflowProject, { format: "sha256" });
    const { exitCode, outputs } = await bump(root, { CI_COMMIT_SHA: head(root) });
    expect([exitCode, outputs["BUMPED_COMMIT_SHA"]?.length]).toEqual([0, 64]);
    expect(status(root)).toBe("");
  });

  test("attributes turn no line end into a change: blobs keep LF, the working tree CRLF", async () => {
    const root = await makeRepository({
      ".gitattributes": "* text eol=crlf\n*.bin filter=lfs -text\n",
      ...workflowProject,
      "data.bin": "version https://git-lfs\n",
    });
    await rm(join(root, "setup.cfg"));
    await rm(join(root, ".bumpversion.cfg"));
    git(root, ["checkout", "--", "."]);
    const base = head(root);
    expect(await readFile(join(root, "setup.cfg"), "utf8")).toContain("0.15.0.dev\r\n");
    expect((await bump(root, { CI_COMMIT_SHA: base })).exitCode).toBe(0);
    expect(await readFile(join(root, "setup.cfg"), "utf8")).toBe(
      "[metadata]\r\nname = job\r\nversion = 0.15.0\r\n",
    );
    expect(git(root, ["show", "HEAD:setup.cfg"])).toBe("[metadata]\nname = job\nversion = 0.15.0");
    expect(git(root, ["diff", "--numstat", base, "HEAD"])).toBe(
      "1\t1\t.bumpversion.cfg\n1\t1\tsetup.cfg",
    );
    expect(status(root)).toBe("");
  });

  test("G18 hooks, filters and fsmonitor of the checkout never run", async () => {
    const root = await makeRepository({
      ...workflowProject,
      ".gitattributes": "*.cfg filter=evil\n",
    });
    const marker = join(await temporaryFolder(), "attacked");
    const script = join(root, ".git", "attack");
    await writeFile(script, `#!/bin/sh\ntouch ${marker}\ncat\n`);
    await chmod(script, 0o755);
    for (const [key, value] of [
      ["filter.evil.clean", script],
      ["filter.evil.smudge", script],
      ["core.fsmonitor", script],
      ["core.hooksPath", join(root, ".git", "evil-hooks")],
    ])
      git(root, ["config", key ?? "", value ?? ""]);
    await mkdir(join(root, ".git", "evil-hooks"));
    for (const hook of [
      "pre-commit",
      "post-commit",
      "reference-transaction",
      "post-index-change",
    ]) {
      await writeFile(join(root, ".git", "evil-hooks", hook), `#!/bin/sh\ntouch ${marker}\n`);
      await chmod(join(root, ".git", "evil-hooks", hook), 0o755);
    }
    expect((await bump(root)).exitCode).toBe(0);
    await expect(stat(marker)).rejects.toThrow("ENOENT");
  });

  test("a project in a folder with blanks and letters of all kinds", async () => {
    const files = Object.entries(workflowProject).map(([path, text]) => [
      `jobs/größe x/${path}`,
      text,
    ]);
    const root = await makeRepository({
      ...Object.fromEntries(files),
      "setup.cfg": "version = 0.15.0.dev\n",
    });
    const { exitCode } = await bump(root, { PROJECT_DIR: "jobs/größe x" });
    expect(exitCode).toBe(0);
    expect(git(root, ["-c", "core.quotePath=false", "diff", "--name-only", "HEAD^", "HEAD"])).toBe(
      "jobs/größe x/.bumpversion.cfg\njobs/größe x/setup.cfg",
    );
    expect(status(root)).toBe("");
  });

  test("untracked and unrelated changes stay as they are and are not committed", async () => {
    const root = await makeRepository({ ...workflowProject, other: "1" });
    await writeFiles(root, { other: "2", new: "3", staged: "4" });
    git(root, ["add", "staged"]);
    expect((await bump(root)).exitCode).toBe(0);
    expect(git(root, ["diff", "--name-only", "HEAD^", "HEAD"])).toBe(".bumpversion.cfg\nsetup.cfg");
    expect(status(root)).toBe(" M other\nA  staged\n?? new");
  });

  test.each([
    { env: { VERSION_BUMP: "minor" }, version: "0.16.0.dev" },
    { env: { VERSION_BUMP: "release" }, version: "0.15.0" },
    { env: { NEW_VERSION: "3.0.0" }, version: "3.0.0" },
    { env: { RELEASE_PART: "release" }, version: "0.15.0" },
  ])("$env makes $version", async ({ env, version }) => {
    const root = await makeRepository(workflowProject);
    const { outputs } = await bump(root, env);
    expect(outputs["BUMPED_VERSION"]).toBe(version);
    expect(git(root, ["show", "HEAD:setup.cfg"])).toContain(`version = ${version}`);
  });

  test("G23 the message is the input's, with the names of both versions and without a skip marker", async () => {
    const root = await makeRepository(workflowProject);
    const message = "Ship {new_version} (was {current_version}) [skip ci]";
    await bump(root, { VERSION_COMMIT_MESSAGE: message });
    expect(git(root, ["log", "-1", "--format=%B"]).trim()).toBe("Ship 0.15.0 (was 0.15.0.dev)");
  });

  test("signs the commit with an SSH key, the same in every run", async ({ skip }) => {
    const key = join(await temporaryFolder(), "key");
    const made = spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    if (made.error !== undefined) return skip("ssh-keygen is not on PATH");
    const [root, other] = [
      await makeRepository(workflowProject),
      await makeRepository(workflowProject),
    ];
    const env = { CI_COMMIT_SHA: head(root), GIT_SIGNING_KEY_FILE: key };
    const { exitCode, outputs } = await bump(root, env);
    expect(exitCode).toBe(0);
    expect(git(root, ["cat-file", "commit", "HEAD"])).toContain(
      "gpgsig -----BEGIN SSH SIGNATURE-----",
    );
    expect((await bump(other, env)).outputs).toEqual(outputs);
    expect((await bump(root, env)).outputs).toEqual(outputs);
    const near = await makeRepository(workflowProject);
    await copyFile(key, join(near, "key"));
    expect((await bump(near, { ...env, GIT_SIGNING_KEY_FILE: "key" })).outputs).toEqual(outputs);
  });

  test("a released version is left alone", async () => {
    const files = {
      ".bumpversion.cfg": workflowConfig.replace("0.15.0.dev", "0.15.0"),
      "setup.cfg": "version = 0.15.0\n",
    };
    const root = await makeRepository(files);
    const { exitCode, outputs, stdout } = await bump(root, { CI_COMMIT_SHA: head(root) });
    expect([exitCode, outputs]).toEqual([
      0,
      { BUMPED_VERSION: "0.15.0", BUMPED_FROM: "0.15.0", BUMPED_COMMIT_SHA: head(root) },
    ]);
    expect(stdout).toContain("Nothing to change: 0.15.0 is no development version");
  });

  test("without a bump configuration the known places are edited, and a configuration is offered", async () => {
    const root = await makeRepository({ "setup.cfg": "[metadata]\nversion = 0.15.0.dev\n" });
    const { exitCode, stdout } = await bump(root);
    expect([exitCode, git(root, ["show", "HEAD:setup.cfg"])]).toEqual([
      0,
      "[metadata]\nversion = 0.15.0",
    ]);
    expect(stdout).toContain("[bumpversion:file:setup.cfg]");
  });

  test("a dry run changes nothing", async () => {
    const root = await makeRepository(workflowProject);
    const before = head(root);
    const { exitCode, stdout, outputs } = await bump(root, { DRY_RUN: "true" });
    expect([exitCode, outputs, head(root), status(root)]).toEqual([0, {}, before, ""]);
    expect(stdout).toContain('would: Commit "Release version 0.15.0"');
  });

  test("R06 a run that was stopped between its effects goes on where it was", async () => {
    const root = await makeRepository(workflowProject);
    const clean = await makeRepository(workflowProject);
    await writeFiles(root, { "setup.cfg": "[metadata]\nname = job\nversion = 0.15.0\n" });
    const env = { CI_COMMIT_SHA: head(root) };
    expect(head(clean)).toBe(head(root));
    const stopped = await bump(root, env);
    expect([stopped.exitCode, stopped.outputs]).toEqual([0, (await bump(clean, env)).outputs]);
    expect(status(root)).toBe("");
  });
});

describe("a run that is killed while it writes a file", () => {
  const unfinished = async (root: string) =>
    (await readdir(root)).filter((name) => name.startsWith(".data.txt."));

  /** Large enough for the file beside it to be seen before it takes its place. */
  const large = `version = 0.15.0.dev\n${"x".repeat(79).concat("\n").repeat(400_000)}`;
  const files = {
    ".bumpversion.cfg": `${workflowConfig}\n[bumpversion:file:data.txt]\n`,
    "setup.cfg": workflowProject["setup.cfg"],
    "data.txt": large,
  };

  async function killWhileWriting(root: string, env: Record<string, string>): Promise<void> {
    const child = spawn(executable, [], {
      cwd: root,
      env: { ...plainEnvironment, ...env },
      stdio: "ignore",
    });
    const ended = once(child, "exit");
    while (child.exitCode === null && (await unfinished(root)).length === 0) await setTimeout(1);
    child.kill("SIGKILL");
    await ended;
    expect(await unfinished(root)).toHaveLength(1);
  }

  test("leaves a file beside it, which the next run takes away; that of another process stays", async () => {
    const root = await makeRepository(files);
    const env = { CI_COMMIT_SHA: head(root) };
    await killWhileWriting(root, env);
    const others = `.data.txt.slipway-${await ownerName()}`;
    await writeFiles(root, { [others]: "1", ".data.txt.0123456789ab": "1" });
    const dry = await bump(root, { ...env, DRY_RUN: "true" });
    expect(dry.stdout).toContain("would: Remove what a killed run left: .data.txt.slipway-");
    expect(await unfinished(root)).toHaveLength(3);
    expect((await bump(root, env)).exitCode).toBe(0);
    expect(await unfinished(root)).toEqual([".data.txt.0123456789ab", others].toSorted());
    expect(git(root, ["diff", "--name-only", "HEAD"])).toBe("");
  });
});

describe("bad input changes nothing", () => {
  interface Case {
    title: string;
    env?: Record<string, string>;
    files?: Files;
    spoil?: (root: string) => Promise<unknown>;
    code: string;
    message: string;
  }
  const cases: readonly Case[] = [
    {
      title: "G13 a modified and a missing file, both named",
      spoil: async (root) => {
        await writeFiles(root, { "setup.cfg": "version = 0.15.0.dev # mine\n" });
        await rm(join(root, ".bumpversion.cfg"));
      },
      code: "E_CHECKOUT_MODIFIED",
      message: "setup.cfg (modified), .bumpversion.cfg (missing)",
    },
    {
      title: "files that attributes convert on checkout, and the cure for that",
      files: {
        ".gitattributes": "setup.cfg working-tree-encoding=UTF-16LE\n",
        "setup.cfg": Buffer.from("version = 0.15.0.dev\n", "utf16le"),
      },
      spoil: async (root) => expect(status(root)).toBe(""),
      code: "E_CHECKOUT_MODIFIED",
      message:
        "setup.cfg (converted on checkout: working-tree-encoding=UTF-16LE)\nWhat to do: Take working-tree-encoding",
    },
    {
      title: "a file that a sparse checkout leaves out, and the cure for that",
      files: { "other/file": "1" },
      spoil: async (root) => {
        git(root, ["sparse-checkout", "set", "--no-cone", "/other/", "/.bumpversion.cfg"]);
        expect(status(root)).toBe("");
      },
      code: "E_CHECKOUT_MODIFIED",
      message: "setup.cfg (left out by the sparse checkout)\nWhat to do: Bring the files",
    },
    {
      title: "a HEAD that is neither the pipeline's commit nor ours",
      env: { CI_COMMIT_SHA: "0123456789012345678901234567890123456789" },
      code: "E_HEAD_ELSEWHERE",
      message: "neither CI_COMMIT_SHA 01234567 nor the release commit on it",
    },
    {
      title: "an unknown part",
      env: { VERSION_BUMP: "foo" },
      code: "E_VERSION_PART",
      message: "No part named 'foo'. Parts: major, minor, patch, release",
    },
    {
      title: "a version that does not fit the scheme",
      env: { NEW_VERSION: "latest" },
      code: "E_VERSION_UNREADABLE",
      message: "new version 'latest' does not match parse",
    },
    {
      title: "a part and a version",
      env: { VERSION_BUMP: "minor", NEW_VERSION: "1.0.0" },
      code: "E_INPUTS",
      message: "NEW_VERSION",
    },
    {
      title: "a text that is not in its file",
      files: {
        "setup.cfg": "version = 0.15.0.dev0\n",
        ".bumpversion.cfg": workflowConfig.replace(
          "search = version = {current_version}",
          "search = release = {current_version}",
        ),
      },
      code: "E_VERSION_TEXT",
      message: "Did not find 'release = 0.15.0.dev' in file: 'setup.cfg'",
    },
    {
      title: "a project folder that is none",
      env: { PROJECT_DIR: "nowhere" },
      code: "E_PROJECT_DIR",
      message: "which is no folder",
    },
    {
      title: "a project folder that is none, among other wrong inputs",
      env: { PROJECT_DIR: "nowhere", VERSION_COMMIT: "perhaps" },
      code: "E_INPUTS",
      message: "E_PROJECT_DIR: PROJECT_DIR is",
    },
    {
      title: "a second configuration with another version",
      files: { "pyproject.toml": '[tool.bumpversion]\ncurrent_version = "0.14.0"\n' },
      code: "E_VERSION_PLACES",
      message: "- .bumpversion.cfg: 0.15.0.dev\n- pyproject.toml: 0.14.0",
    },
    {
      title: "a second configuration with another version, without a commit",
      env: { VERSION_COMMIT: "false" },
      files: { ".bumpversion.toml": '[tool.bumpversion]\ncurrent_version = "0.14.0"\n' },
      code: "E_VERSION_PLACES",
      message: "- .bumpversion.cfg: 0.15.0.dev\n- .bumpversion.toml: 0.14.0",
    },
    {
      title: "a credential in the message",
      env: { VERSION_COMMIT_MESSAGE: "{$CI_JOB_TOKEN}", CI_JOB_TOKEN: "very-secret-token" },
      code: "E_VERSION_SECRET",
      message: "{$CI_JOB_TOKEN} must not be written",
    },
    {
      title: "a tag format with an unknown name",
      env: { TAG_FORMAT: "{foo}" },
      code: "E_VERSION_TEMPLATE",
      message: "unknown name 'foo'",
    },
    {
      title: "a tag format without the version",
      env: { TAG_FORMAT: "latest" },
      code: "E_VERSION_TAG_FORMAT",
      message: "TAG_FORMAT is 'latest', without {version} in it",
    },
    {
      title: "a tag format that makes no name of a tag, and an unknown part after the release",
      env: { TAG_FORMAT: "v {version}", POST_RELEASE_VERSION_BUMP: "micro" },
      code: "E_REF_NAME",
      message: "No part named 'micro'",
    },
    {
      title: "a folder where a file is named",
      files: {
        ".bumpversion.cfg": `${workflowConfig}\n[bumpversion:file:docs]\n`,
        "docs/page.md": "0.15.0.dev",
      },
      code: "E_VERSION_FILE",
      message: "'docs' is a folder, not a file ([bumpversion:file:docs])",
    },
    {
      title: "a pipe where a file is named",
      env: { VERSION_COMMIT: "false" },
      files: {
        ".gitignore": "pipe\n",
        ".bumpversion.cfg": `${workflowConfig}\n[bumpversion:file:pipe]\n`,
      },
      spoil: (root) => Promise.resolve(spawnSync("mkfifo", [join(root, "pipe")])),
      code: "E_VERSION_FILE",
      message: "'pipe' is a pipe, socket or device, not a file ([bumpversion:file:pipe])",
    },
  ];

  test("a tag_name that makes no name of a tag is warned of: perhaps no tag is made", async () => {
    const root = await makeRepository({
      ...workflowProject,
      ".bumpversion.cfg": workflowConfig.replace("parse =", "tag_name = v {new_version}\nparse ="),
    });
    const { exitCode, stdout, stderr } = await bump(root);
    expect([exitCode, stdout + stderr]).toEqual([
      0,
      expect.stringContaining("tag-release could not name the tag: The tag name 'v 0.15.0'"),
    ]);
  });

  test("a pipeline's date that is none is warned of", async () => {
    const root = await makeRepository(workflowProject);
    const { exitCode, stdout, stderr } = await bump(root, { CI_PIPELINE_CREATED_AT: "gestern" });
    expect([exitCode, stdout + stderr]).toEqual([
      0,
      expect.stringContaining("CI_PIPELINE_CREATED_AT is 'gestern', which is no date"),
    ]);
  });

  test("G14 a locked checkout: the error names the lock, and every edited file is put back", async () => {
    const root = await makeRepository(workflowProject);
    const before = head(root);
    await writeFile(join(root, ".git", "index.lock"), "");
    const { exitCode, record } = await bump(root);
    expect(record).toMatchObject({ error: { code: "E_CHECKOUT_LOCKED" } });
    expect(exitCode).not.toBe(0);
    await rm(join(root, ".git", "index.lock"));
    expect([head(root), status(root)]).toEqual([before, ""]);
  });

  test("a post-release part that cannot be bumped, before anything is edited", async () => {
    const root = await makeRepository(workflowProject);
    const asked = await bump(root, { POST_RELEASE_VERSION_BUMP: "micro" });
    expect([asked.exitCode, status(root)]).toEqual([2, ""]);
    expect(asked.stdout + asked.stderr).toContain("No part named 'micro'");
  });

  test.each(cases)("$title", async ({ env = {}, files = {}, spoil, code, message }) => {
    const root = await makeRepository({ ...workflowProject, ...files });
    const before = head(root);
    await spoil?.(root);
    const dirty = status(root);
    const { exitCode, record, stdout, stderr } = await bump(root, env);
    expect([exitCode, record]).toEqual([
      2,
      expect.objectContaining({ error: expect.objectContaining({ code }) }),
    ]);
    expect(stdout + stderr).toContain(message);
    expect(stdout + stderr).not.toContain("very-secret-token");
    expect([head(root), status(root)]).toEqual([before, dirty]);
  });

  test("a repository without commits, and a folder without repository", async () => {
    const empty = await temporaryFolder();
    await writeFiles(empty, workflowProject);
    expect((await bump(empty)).record).toMatchObject({ error: { code: "E_NO_REPOSITORY" } });
    git(empty, ["init", "-q"]);
    expect((await bump(empty)).record).toMatchObject({ error: { code: "E_NO_COMMITS" } });
  });

  test("a commit of somebody else on the pipeline's commit", async () => {
    const root = await makeRepository(workflowProject);
    const base = head(root);
    await commitFiles(root, { other: "x" }, "Release version 0.15.0");
    expect((await bump(root, { CI_COMMIT_SHA: base })).record).toMatchObject({
      error: { code: "E_HEAD_ELSEWHERE" },
    });
  });
});

describe("VERSION_COMMIT=false", () => {
  test("edits the files where there is no git at all", async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, workflowProject);
    const { exitCode, outputs } = await bump(folder, {
      VERSION_COMMIT: "false",
      PATH: "/nonexistent",
    });
    expect([exitCode, outputs]).toEqual([
      0,
      { BUMPED_VERSION: "0.15.0", BUMPED_FROM: "0.15.0.dev" },
    ]);
    expect(await readFile(join(folder, "setup.cfg"), "utf8")).toMatch(/^version = 0\.15\.0$/m);
    expect((await bump(folder, { VERSION_COMMIT: "false" })).stdout).toContain("Nothing to change");
  });

  test("a version file inside .git is refused, and nothing is written", async () => {
    const root = await makeRepository({
      ...workflowProject,
      ".bumpversion.cfg": `${workflowConfig}\n[bumpversion:file:.git/config]\n`,
    });
    git(root, ["config", "demo.version", "0.15.0.dev"]);
    const { exitCode, stderr } = await bump(root, { VERSION_COMMIT: "false" });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("inside a .git folder")]);
    expect([status(root), git(root, ["config", "demo.version"])]).toEqual(["", "0.15.0.dev"]);
  });

  test("vector 44: one file without the text, and none is touched", async () => {
    const folder = await temporaryFolder();
    const files = { ...workflowProject, "setup.cfg": "version = 0.14.0\n" };
    await writeFiles(folder, files);
    const { exitCode } = await bump(folder, { VERSION_COMMIT: "false" });
    expect(exitCode).toBe(2);
    expect(await readFile(join(folder, ".bumpversion.cfg"), "utf8")).toBe(workflowConfig);
  });
});

describe("CHANGELOG_FILE", () => {
  const unreleased = "# Changelog\n\n## [Unreleased]\n\n- A thing\n";
  const files = { ...workflowProject, "CHANGELOG.md": unreleased };

  test("names the Unreleased section in the release commit, the same in every run", async () => {
    const root = await makeRepository(files);
    const base = head(root);
    const env = { CI_COMMIT_SHA: base, CHANGELOG_FILE: "CHANGELOG.md" };
    const clone = join(await temporaryFolder(), "clone");
    git(root, ["clone", "-q", root, clone]);
    const first = await bump(root, env);
    expect(first.exitCode).toBe(0);
    expect(git(root, ["show", "HEAD:CHANGELOG.md"])).toBe(
      "# Changelog\n\n## [Unreleased]\n\n## [0.15.0] - 2026-02-03\n\n- A thing",
    );
    expect(status(root)).toBe("");
    expect((await bump(root, env)).outputs).toEqual(first.outputs);
    expect((await bump(clone, env)).outputs).toEqual(first.outputs);
  });

  test("unset leaves the changelog alone; a file that is not there is an error", async () => {
    const root = await makeRepository(files);
    const missing = await bump(root, { CHANGELOG_FILE: "docs/CHANGES.md" });
    expect([missing.exitCode, missing.stderr]).toEqual([
      2,
      expect.stringContaining("docs/CHANGES.md is not in commit"),
    ]);
    expect(status(root)).toBe("");
    expect((await bump(root)).exitCode).toBe(0);
    expect(git(root, ["show", "HEAD:CHANGELOG.md"])).toBe(unreleased.trim());
  });

  test("that was edited in the checkout is no release of what the pipeline tested", async () => {
    const root = await makeRepository(files);
    await writeFiles(root, { "CHANGELOG.md": `${unreleased}- Mine\n` });
    const { exitCode, stderr } = await bump(root, { CHANGELOG_FILE: "CHANGELOG.md" });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("CHANGELOG.md (modified)")]);
  });
});

describe("hooks of the bump configuration", () => {
  const withHooks = (...lines: string[]) => ({
    ...workflowProject,
    ".bumpversion.cfg": workflowConfig.replace("\n", `\n${lines.join("\n")}\n`),
    lock: "0.15.0.dev\n",
  });

  test("are named in a warning and do not run by themselves", async () => {
    const root = await makeRepository(withHooks("pre_commit_hooks =", "\ttouch 'a b'"));
    const { exitCode, stdout, stderr } = await bump(root);
    expect(exitCode).toBe(0);
    expect(stdout + stderr).toContain("VERSION_RUN_HOOKS=true: touch 'a b'");
    expect(status(root)).toBe("");
  });

  test("run as argument vectors without secrets, and what they change is committed", async () => {
    const script = `const fs = require("fs"); fs.writeFileSync("lock", process.env.BVHOOK_NEW_VERSION + "\\n"); fs.writeFileSync("env", Object.keys(process.env).join())`;
    const root = await makeRepository({
      ...withHooks("pre_commit_hooks =", `\t${process.execPath} hook.cjs "a b" $HOME`),
      "hook.cjs": `${script}; fs.writeFileSync("args", process.argv.slice(2).join("|"))`,
      ".gitignore": "env\nargs\n",
    });
    const env = {
      VERSION_RUN_HOOKS: "true",
      CI_JOB_TOKEN: "very-secret-token",
      CI_COMMIT_SHA: head(root),
    };
    const first = await bump(root, env);
    expect(first.exitCode).toBe(0);
    expect(git(root, ["show", "HEAD:lock"])).toBe("0.15.0");
    expect(status(root)).toBe("");
    expect(await readFile(join(root, "env"), "utf8")).not.toContain("CI_JOB_TOKEN");
    expect(await readFile(join(root, "args"), "utf8")).toBe("a b|$HOME");
    const second = await bump(root, env);
    expect([second.exitCode, second.outputs]).toEqual([0, first.outputs]);
  });

  test("that fail stop the run, and every edited file is put back", async () => {
    const root = await makeRepository(
      withHooks("pre_commit_hooks =", `\t${process.execPath} -e process.exit(7)`),
    );
    const before = head(root);
    const { exitCode, record } = await bump(root, { VERSION_RUN_HOOKS: "true" });
    expect([exitCode, record]).toEqual([
      2,
      expect.objectContaining({ error: expect.objectContaining({ code: "E_VERSION_HOOK" }) }),
    ]);
    expect([head(root), status(root)]).toEqual([before, ""]);
  });

  test("that fail before the commit leave nothing behind, neither ours nor theirs, and the standing says so", async () => {
    const node = process.execPath;
    const root = await makeRepository(
      withHooks("pre_commit_hooks =", `\t${node} lock.cjs`, `\t${node} -e process.exit(7)`),
    );
    await commitFiles(
      root,
      { "lock.cjs": `require("fs").writeFileSync("lock", "0.15.0\\n")` },
      "Add the hook",
    );
    await writeFiles(root, { lock: "mine\n" });
    const before = head(root);
    const { exitCode, record, stdout } = await bump(root, { VERSION_RUN_HOOKS: "true" });
    expect([exitCode, head(root), status(root)]).toEqual([2, before, " M lock"]);
    expect(await readFile(join(root, "lock"), "utf8")).toBe("mine\n");
    expect(states(record)).toEqual(["undone", "failed", "pending"]);
    expect(stdout).toContain("taken back: Write version 0.15.0 into");
  });

  test("that fail leave nothing of the setup hooks behind either", async () => {
    const node = process.execPath;
    const root = await makeRepository(
      withHooks(
        "setup_hooks =",
        `\t${node} -e 'require("fs").writeFileSync("lock","setup")'`,
        "pre_commit_hooks =",
        `\t${node} -e process.exit(7)`,
      ),
    );
    const { record } = await bump(root, { VERSION_RUN_HOOKS: "true" });
    expect(states(record)).toEqual(["undone", "undone", "failed", "pending"]);
    expect(status(root)).toBe("");
  });

  test("that fail after the commit take it back: HEAD, index and files are as before, and the next run tries again", async () => {
    const script = `require("fs").accessSync(".git/allowed")`;
    const root = await makeRepository({
      ...withHooks("post_commit_hooks =", `\t${process.execPath} hook.cjs`),
      "hook.cjs": script,
    });
    await writeFiles(root, { staged: "1" });
    git(root, ["add", "staged"]);
    const before = [head(root), status(root), git(root, ["ls-files", "--stage"])];
    const env = { VERSION_RUN_HOOKS: "true", VERSION_BUMP: "minor" };
    for (const run of [await bump(root, env), await bump(root, env)]) {
      expect([run.exitCode, states(run.record)]).toEqual([2, ["undone", "undone", "failed"]]);
      expect([head(root), status(root), git(root, ["ls-files", "--stage"])]).toEqual(before);
    }
    await writeFile(join(root, ".git/allowed"), "");
    const well = await bump(root, env);
    expect([well.exitCode, states(well.record)]).toEqual([0, ["applied", "applied", "applied"]]);
    expect(status(root)).toBe("A  staged");
    const again = await bump(root, env);
    expect([again.exitCode, states(again.record)]).toEqual([0, ["done", "done", "done"]]);
  });

  test("that move HEAD and then fail take nothing back, for something builds on the commit", async () => {
    const script = `const { execFileSync } = require("child_process"); execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "Theirs"]); process.exit(1)`;
    const root = await makeRepository({
      ...withHooks("post_commit_hooks =", `\t${process.execPath} hook.cjs`),
      "hook.cjs": script,
    });
    const { exitCode, record, stderr } = await bump(root, { VERSION_RUN_HOOKS: "true" });
    expect([exitCode, states(record)]).toEqual([2, ["applied", "applied", "failed"]]);
    expect(stderr).toContain("Not taken back: Commit");
    expect([git(root, ["log", "-2", "--format=%s"]), status(root)]).toEqual([
      "Theirs\nRelease version 0.15.0",
      "",
    ]);
  });

  test("that were cut off after the commit run again: nobody knows how far they came", async () => {
    const script = `const fs = require("fs"); fs.appendFileSync(".git/ran", "x"); if (!fs.existsSync(".git/allowed")) process.kill(process.ppid, "SIGKILL")`;
    const root = await makeRepository({
      ...withHooks("post_commit_hooks =", `\t${process.execPath} hook.cjs`),
      "hook.cjs": script,
    });
    const env = { ...plainEnvironment, VERSION_RUN_HOOKS: "true" };
    const killed = spawnSync(executable, [], { cwd: root, env, stdio: "ignore" });
    expect([killed.signal, git(root, ["log", "-1", "--format=%s"])]).toEqual([
      "SIGKILL",
      "Release version 0.15.0",
    ]);
    await writeFile(join(root, ".git/allowed"), "");
    const { record } = await bump(root, { VERSION_RUN_HOOKS: "true" });
    expect(states(record)).toEqual(["done", "done", "applied"]);
    expect(await readFile(join(root, ".git/ran"), "utf8")).toBe("xx");
  });
});
