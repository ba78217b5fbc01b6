import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { constants } from "node:fs";
import { access, mkdir, realpath, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import type { Clock } from "../step/clock.ts";
import type { Log } from "../step/log.ts";
import { type GitResult, runChild, startChild } from "./child.ts";
import { type ConfigValue, gitEnvironment, type JobEnvironment } from "./environment.ts";
import { gitErrors } from "./errors.ts";

/** What the git domain needs of its caller. */
export interface GitContext {
  /** Private to this run (0700) and removed by the caller at the end. */
  readonly workFolder: string;
  /** The job's variables: PATH and, for network commands, the proxies are taken from it; nothing else. */
  readonly environment: JobEnvironment;
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface GitOptions {
  gitDirectory?: string | undefined;
  workTree?: string | undefined;
  /** Where the child runs. Default: the private folder, in which there is no repository. */
  cwd?: string;
  input?: Buffer | string;
  config?: readonly ConfigValue[];
  variables?: Readonly<Record<string, string>>;
}

export interface NetworkOptions extends GitOptions {
  protocols: readonly string[];
  /** For the whole command. */
  timeoutMs: number;
}

export type { GitResult } from "./child.ts";

/** The only door to git: every child is started here, in the same closed environment. */
export interface Git {
  readonly context: GitContext;
  /** Private and empty: HOME of every child. */
  readonly emptyFolder: string;
  /** Runs a command that stays on this machine, whatever it ends with. */
  run(args: readonly string[], options?: GitOptions): Promise<GitResult>;
  /** The same, and the text it prints. @throws {StepError} E_GIT_FAILED where it does not end with 0. */
  text(args: readonly string[], options?: GitOptions): Promise<string>;
  /** Runs a command that speaks to a server and may hold a credential in its environment. */
  network(args: readonly string[], options: NetworkOptions): Promise<GitResult>;
  /** Starts a command that stays on this machine and answers as long as it is asked. */
  start(args: readonly string[], options?: GitOptions): ChildProcessWithoutNullStreams;
}

/**
 * Finds git and looks whether it can be kept in check.
 *
 * @throws {StepError} E_GIT_MISSING, E_GIT_TOO_OLD.
 */
export async function openGit(context: GitContext): Promise<Git> {
  const git = await findGit(context);
  await requireVersion(git);
  return git;
}

/**
 * Finds git. Whether it is new enough is for the caller to find out, with its first command.
 *
 * @throws {StepError} E_GIT_MISSING.
 */
export async function findGit(context: GitContext): Promise<Git> {
  const searchPath = context.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin";
  const binary = await findExecutable("git", searchPath);
  if (binary === undefined)
    throw gitErrors("E_GIT_MISSING", `There is no git on PATH (${searchPath}).`);
  const folder = join(await realpath(context.workFolder), "git");
  const home = join(folder, "home");
  await mkdir(home, { recursive: true, mode: 0o700 });

  const prepare = (
    args: readonly string[],
    options: GitOptions & { protocols?: readonly string[]; timeoutMs?: number },
  ) => ({
    binary,
    args,
    cwd: options.cwd ?? folder,
    environment: gitEnvironment({ ...options, searchPath, home, extra: options.variables ?? {} }),
    input: options.input,
    signal: context.signal,
    timeoutMs: options.timeoutMs,
  });
  const run = async (args: readonly string[], options: GitOptions): Promise<GitResult> => {
    const startedMs = context.clock.monotonicMs();
    const result = await runChild(prepare(args, options));
    context.log.debug(`git ${args.join(" ")}`, {
      exitCode: result.exitCode,
      ms: Math.round(context.clock.monotonicMs() - startedMs),
    });
    return result;
  };

  return {
    context,
    emptyFolder: home,
    run: (args, options = {}) => run(args, options),
    async text(args, options = {}) {
      const result = await run(args, options);
      if (result.exitCode !== 0) throw gitFailed(args, result);
      return result.stdout.toString();
    },
    network: run,
    start(args, options = {}) {
      context.log.debug(`git ${args.join(" ")}`);
      return startChild(prepare(args, options));
    },
  };
}

/** The error for a command that should not have failed. */
export function gitFailed(args: readonly string[], { exitCode, stderr }: GitResult) {
  const said = stderr.trim() === "" ? "without a word" : `: ${stderr.trim()}`;
  return gitErrors("E_GIT_FAILED", `git ${args.join(" ")} ended with ${exitCode}${said}`);
}

/** GIT_CONFIG_COUNT came with 2.31; an older git would silently run the hooks of the checkout (G18). */
async function requireVersion(git: Git): Promise<void> {
  const text = await git.text(["version"]);
  const [, major = "0", minor = "0"] = /(\d+)\.(\d+)/.exec(text) ?? [];
  if (Number(major) < 2 || (Number(major) === 2 && Number(minor) < 31))
    throw gitErrors("E_GIT_TOO_OLD", `${text.trim()} is on PATH; 2.31 or newer is needed.`);
}

/** The absolute path of a program, so that no folder of the checkout can put its own in front. */
export async function findExecutable(
  name: string,
  searchPath: string,
): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
