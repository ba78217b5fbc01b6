import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import { startEmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";
import type { EmbeddedGitlab, EmbeddedGitlabOptions } from "../../src/embedded-gitlab/index.ts";

/** A server for one test, gone with it. */
export async function openGitlab(options: EmbeddedGitlabOptions = {}): Promise<EmbeddedGitlab> {
  const gitlab = await startEmbeddedGitlab(options);
  onTestFinished(() => gitlab.close());
  return gitlab;
}

/** A folder for one test. */
export async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An address with a token in it, as people write it. */
export function withToken(url: string, token: string, user = "oauth2"): string {
  const address = new URL(url);
  address.username = user;
  address.password = token;
  return address.href;
}

export interface GitResult {
  readonly exitCode: number;
  /** Both streams as they came, without trailing blanks of the lines. */
  readonly output: string;
}

/** The plain git client, with nothing of this machine's configuration. */
export async function git(cwd: string, ...args: readonly string[]): Promise<GitResult> {
  const { exitCode = 128, all } = await execa("git", args, {
    cwd,
    all: true,
    reject: false,
    extendEnv: false,
    env: { ...gitIdentity, PATH: process.env["PATH"], HOME: cwd },
  });
  return { exitCode, output: all.replaceAll(/[ \t]+$/gm, "") };
}

/** Like `git`, for what must succeed. Returns what it printed. */
export async function mustGit(cwd: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, output } = await git(cwd, ...args);
  if (exitCode !== 0) throw new Error(`git ${args.join(" ")} ended with ${exitCode}: ${output}`);
  return output.trim();
}

/** A work tree with one commit per message, the branch being main. */
export async function makeWorkTree(...messages: readonly string[]): Promise<string> {
  const folder = await openFolder();
  await mustGit(folder, "init", "--quiet", "--initial-branch=main");
  for (const message of messages) {
    await mustGit(folder, "commit", "--quiet", "--allow-empty", "--message", message);
  }
  return folder;
}

const gitIdentity = {
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Test",
  GIT_AUTHOR_EMAIL: "test@example.com",
  GIT_COMMITTER_NAME: "Test",
  GIT_COMMITTER_EMAIL: "test@example.com",
};
