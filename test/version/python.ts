import { spawnSync } from "node:child_process";

/**
 * Runs Python with JSON on its standard input and reads JSON from its output: the judge of what we port.
 *
 * @returns `undefined` where there is no python3.
 */
export function askPython(script: string, input: unknown): unknown {
  const { status, stdout, stderr, error } = spawnSync("python3", ["-c", script], {
    input: JSON.stringify(input),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) return undefined;
  if (status !== 0) throw new Error(`python3 failed: ${stderr}`);
  return JSON.parse(stdout);
}

export const noPython = "python3 is not on PATH";
