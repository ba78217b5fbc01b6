import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

/** A git command, ready to be started. */
export interface ChildOptions {
  readonly binary: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All that the child gets: nothing of the job's own environment is added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface GitResult {
  /** -1 where a signal ended it. */
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** What a child has for its own end after it was told to stop. */
const graceMs = 5000;

/**
 * Starts git without a library in between: simple-git waits 50 ms after every command that prints nothing, prints the
 * environment of its children with DEBUG set (a credential may be in it), and execa takes longer to load than a whole
 * release takes with git.
 */
export function startChild({
  binary,
  args,
  cwd,
  environment,
}: ChildOptions): ChildProcessWithoutNullStreams {
  const child = spawn(binary, args, { cwd, env: environment, stdio: ["pipe", "pipe", "pipe"] });
  // A child that ends without reading its input says why itself.
  child.stdin.on("error", () => {});
  return child;
}

/**
 * Runs a command to its end, whatever that is.
 *
 * @throws the signal's reason, when the child is gone; system errors where it cannot be started.
 */
export async function runChild(
  options: ChildOptions & { input?: Buffer | string | undefined; timeoutMs?: number | undefined },
): Promise<GitResult> {
  const { signal, input, timeoutMs } = options;
  signal.throwIfAborted();
  const child = startChild(options);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  child.stdin.end(input);

  let timedOut = false;
  const stopping = new AbortController();
  const onTimeout = () => {
    timedOut = true;
    stopChild(child, stopping.signal);
  };
  const onAbort = () => stopChild(child, stopping.signal);
  const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, timeoutMs);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const exitCode = await ended(child);
    signal.throwIfAborted();
    const said = Buffer.concat(stderr).toString();
    return {
      exitCode,
      stdout: Buffer.concat(stdout),
      stderr: timedOut ? `${said}\nfatal: timed out after ${timeoutMs} ms` : said,
    };
  } finally {
    stopping.abort();
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** The exit code of a child that has ended and whose output is complete. */
export function ended(child: ChildProcessWithoutNullStreams): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? -1));
  });
}

/** Asks a child to end and, where it does not, ends it. What its own children still print is not waited for. */
function stopChild(child: ChildProcessWithoutNullStreams, gone: AbortSignal): void {
  child.once("exit", () => {
    child.stdout.destroy();
    child.stderr.destroy();
  });
  child.kill();
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  gone.addEventListener("abort", () => clearTimeout(timer), { once: true });
}
