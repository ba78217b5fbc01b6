import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";

/** How this server starts git: its PATH and a configuration of our own, whatever the machine's says. */
export interface GitHost extends GitSurroundings {
  /** Where `git http-backend` is: started as it is, one process less stands between us and it. */
  readonly backend: string;
}

/** What is around every git. */
export interface GitSurroundings {
  readonly path: string;
  /** A file that says `safe.directory=*`: a repository that is imported may belong to anyone. */
  readonly configFile: string;
  readonly emptyHome: string;
}

export interface GitRun {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

/** git ended with another code than 0. */
export class GitFailed extends Error {
  readonly exitCode: number;
  readonly stderr: string;

  constructor(args: readonly string[], exitCode: number, stderr: string) {
    super(`git ${args.join(" ")} ended with ${exitCode}: ${stderr.trim()}`);
    this.name = "GitFailed";
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** The environment every git of this server gets: nothing of the caller's but PATH. */
export function gitEnvironment(host: GitSurroundings): Record<string, string> {
  return {
    PATH: host.path,
    HOME: host.emptyHome,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: host.configFile,
    GIT_TERMINAL_PROMPT: "0",
  };
}

/**
 * Runs git to its end and returns what it printed.
 *
 * @throws {GitFailed} where it ends with another code than 0.
 */
export async function runGit(
  host: GitSurroundings,
  args: readonly string[],
  { input, env }: GitRun = {},
): Promise<Buffer> {
  const child = spawn("git", args, {
    env: { ...gitEnvironment(host), ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  // A git that ends early closes its input; its exit code says why.
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve(exitCode ?? 128));
  });
  if (code !== 0) throw new GitFailed(args, code, Buffer.concat(errors).toString());
  return Buffer.concat(out);
}

/** A name in a folder that nobody else uses. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID()}`;
}
