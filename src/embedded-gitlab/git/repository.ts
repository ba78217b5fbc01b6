import { appendFile } from "node:fs/promises";
import { runGit } from "./run-git.ts";
import type { GitHost, GitRun } from "./run-git.ts";

/** A bare repository in the server's folder. */
export interface Repository {
  readonly folder: string;
  readonly host: GitHost;
}

/** The id of nothing: a ref that is created or deleted. */
export const zeroId = "0".repeat(40);

/** Runs git in a repository. @throws {GitFailed} */
export function gitIn(
  repository: Repository,
  args: readonly string[],
  more?: GitRun,
): Promise<Buffer> {
  return runGit(repository.host, ["--git-dir", repository.folder, ...args], more);
}

/** Like `gitIn`, as text without the last line's end. */
export async function gitText(
  repository: Repository,
  args: readonly string[],
  more?: GitRun,
): Promise<string> {
  return (await gitIn(repository, args, more)).toString().replace(/\n$/, "");
}

/** Makes an empty bare repository that serves what GitLab's serves. */
export async function createRepository(
  host: GitHost,
  folder: string,
  defaultBranch: string,
): Promise<Repository> {
  const branch = `--initial-branch=${defaultBranch}`;
  await runGit(host, ["init", "--quiet", "--bare", "--template=", branch, "--", folder]);
  await appendFile(`${folder}/config`, servedConfiguration);
  return { folder, host };
}

// Any commit by id, at any depth and with any filter; nothing is packed in the background of a test.
const servedConfiguration = `[uploadpack]
	allowAnySHA1InWant = true
	allowReachableSHA1InWant = true
	allowFilter = true
[receive]
	advertisePushOptions = true
	autogc = false
	denyCurrentBranch = ignore
	denyDeleteCurrent = ignore
[http]
	receivepack = true
	uploadpack = true
[gc]
	auto = 0
[maintenance]
	auto = false
[core]
	hooksPath = /dev/null
`;
