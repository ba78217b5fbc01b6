import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "../..");
const address = (path: string): string => JSON.stringify(pathToFileURL(join(root, path)).href);

export interface StepProcess {
  readonly child: ChildProcess;
  /** Resolves when the process is gone. */
  readonly ended: Promise<{
    code: number | null;
    signal: NodeJS.Signals | null;
    stdout: string;
    stderr: string;
    /** Largest resident set that was seen, in bytes. */
    peakBytes: number;
    /** What the process was seen to have read, from files and connections. */
    readBytes: number;
  }>;
}

interface ProcessOptions {
  cwd: string;
  env: Readonly<Record<string, string>>;
}

/** Runs a step as a process of its own, from its sources: for signals, kills and memory. */
export function startStep(name: string, options: ProcessOptions): StepProcess {
  const script = `import step from ${address(`steps/${name}.ts`)}; import { main } from ${address("src/step/main.ts")}; await main(step);`;
  return follow(process.execPath, ["--input-type=module", "-e", script], options);
}

/** Runs a step as it is delivered: the executable in dist/bin. */
export function startCommand(name: string, options: ProcessOptions): StepProcess {
  return follow(join(root, "dist/bin", name), [], options);
}

/** The same as somebody whom the modes of files bind, which they do not do for root. */
export function startUnprivileged(name: string, options: ProcessOptions): StepProcess {
  const command = join(root, "dist/bin", name);
  return process.getuid?.() === 0
    ? follow("setpriv", ["--bounding-set=-dac_override,-dac_read_search", command], options)
    : follow(command, [], options);
}

function follow(file: string, args: readonly string[], options: ProcessOptions): StepProcess {
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { PATH: process.env["PATH"] ?? "", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr, peakBytes, readBytes] = ["", "", 0, 0];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const poll = setInterval(() => {
    peakBytes = Math.max(peakBytes, highWaterMark(child.pid));
    readBytes = Math.max(readBytes, bytesRead(child.pid));
  }, 20);
  const ended = once(child, "close").then(() => {
    clearInterval(poll);
    return { code: child.exitCode, signal: child.signalCode, stdout, stderr, peakBytes, readBytes };
  });
  return { child, ended };
}

/** The kernel's own record of the largest resident set; 0 where there is none. */
export function highWaterMark(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function bytesRead(pid: number | undefined): number {
  try {
    return Number(/^rchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
