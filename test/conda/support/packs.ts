import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";

import { packEnvironment, type PackOptions } from "../../../src/conda/pack/pack-environment.ts";
import { silentLog, type Log } from "../../../src/step/log.ts";

export const releaseSeconds = 1_710_000_000;

/** Packs with the defaults of the tests: the built-in compressor, two threads. */
export function pack(
  prefix: string,
  output: string,
  options: Partial<PackOptions> = {},
  log: Log = silentLog,
) {
  return packEnvironment(
    prefix,
    {
      output,
      compressor: "builtin",
      threads: 2,
      searchPath: process.env["PATH"] ?? "",
      releaseSeconds,
      version: "0.0.0-test",
      ...options,
    },
    { log },
  );
}

/** Unpacks as YARN does: with gzip and tar of the system. */
export function unpack(archive: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  execFileSync("sh", ["-c", 'gzip -dc "$1" | tar -x -C "$2"', "sh", archive, folder]);
  return folder;
}

/** Whether the program is on PATH of the tests. */
export function hasProgram(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      execFileSync("test", ["-x", join(folder, name)]);
      return true;
    } catch {
      return false;
    }
  });
}

/** A log that keeps its warnings. */
export function listeningLog(): Log & { warnings: string[]; notes: string[] } {
  const warnings: string[] = [];
  const notes: string[] = [];
  return {
    ...silentLog,
    warnings,
    notes,
    warn: (message) => void warnings.push(message),
    info: (message) => void notes.push(message),
  };
}
