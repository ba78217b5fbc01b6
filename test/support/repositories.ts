import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { systemClock } from "../../src/step/clock.ts";
import { silentLog } from "../../src/step/log.ts";
import { type GitContext, openGit } from "../../src/git/git.ts";

/** A folder of the test's own, removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "slipway-test-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const person = {
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_AUTHOR_DATE: "@1700000000 +0100",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.org",
  GIT_COMMITTER_DATE: "@1700000000 +0100",
};

const plain = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/nonexistent",
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
};

/** Plain git, as a person types it. @returns what it prints, without the last line end. */
export function git(
  folder: string,
  args: readonly string[],
  { env = {}, input }: { env?: Record<string, string>; input?: string | Buffer } = {},
): string {
  return execFileSync("git", args, {
    cwd: folder,
    env: { ...plain, ...person, ...env },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    ...(input === undefined ? {} : { input }),
    encoding: "utf8",
  }).replace(/\n$/, "");
}

export type Files = Readonly<Record<string, string | Buffer>>;

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

/** A repository with one commit on `main` that holds the files. */
export async function makeRepository(
  files: Files,
  { format = "sha1", folder }: { format?: "sha1" | "sha256"; folder?: string } = {},
): Promise<string> {
  const root = folder ?? join(await temporaryFolder(), "repository");
  await mkdir(root, { recursive: true });
  git(root, ["init", "-q", "-b", "main", `--object-format=${format}`]);
  await commitFiles(root, files, "First commit");
  return root;
}

/** @returns the id of the new commit. */
export async function commitFiles(root: string, files: Files, message: string): Promise<string> {
  await writeFiles(root, files);
  git(root, ["add", "-A"]);
  git(root, ["commit", "-q", "--allow-empty", "-m", message]);
  return git(root, ["rev-parse", "HEAD"]);
}

export async function gitContext(more: Partial<GitContext> = {}): Promise<GitContext> {
  return {
    workFolder: await temporaryFolder(),
    environment: process.env,
    log: silentLog,
    clock: systemClock,
    signal: new AbortController().signal,
    ...more,
  };
}

export const openTestGit = async () => openGit(await gitContext());
