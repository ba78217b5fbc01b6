import { execFileSync } from "node:child_process";

export interface Cost {
  seconds: number;
  processorSeconds: number;
  /** Of the largest process. */
  peakBytes: number;
}

const wrapper = `
import json, resource, subprocess, sys, time
start = time.monotonic()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
seconds = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024]))
`;

/** Runs a command to its end and tells what it cost, its children included. */
export function run(args: readonly string[], env: Readonly<Record<string, string>>): Cost {
  const printed = execFileSync("python3", ["-c", wrapper, ...args], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
  });
  const [code, seconds = 0, processorSeconds = 0, peakBytes = 0] = numbersIn(printed);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}`);
  return { seconds, processorSeconds, peakBytes };
}

function numbersIn(text: string): number[] {
  const values: unknown = JSON.parse(text);
  return Array.isArray(values) ? values.filter((value) => typeof value === "number") : [];
}
