import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

import { packErrors } from "../errors.ts";
import type { Format } from "../format.ts";
import { deflate, igzip, store, zstd, type Compressor } from "./compressor.ts";

export type CompressorChoice = "auto" | "builtin" | "igzip";

/**
 * Levels that a compressor knows, and the one it has by default.
 *
 * Levels 1 and 2 of igzip are left out: they file the third byte of a stream under a hash of where the process lies in
 * memory (ISA-L 2.30 to 2.32, `.write_first_byte` of igzip_icf_body_h1_gr_bt.asm), so one run in some thousands finds
 * other matches in the same bytes, and the same pack would have two digests. 0 and 3 have code of their own.
 */
const levels = {
  deflate: { known: range(1, 9), usual: 4 },
  igzip: { known: [0, 3], usual: 3 },
  zstd: { known: range(1, 19), usual: 3 },
} as const;

function range(least: number, most: number): readonly number[] {
  return Array.from({ length: most - least + 1 }, (_, index) => least + index);
}

export interface CompressionOptions {
  compressor: CompressorChoice;
  level?: number;
  /** PATH of the step, where helpers are looked for. */
  searchPath: string;
}

/**
 * The compressor for the format. `auto` takes igzip where it is installed and the level is one of its own: faster for a
 * larger file.
 *
 * @throws E_COMPRESSOR_MISSING, E_PACK_OPTIONS
 */
export async function chooseCompressor(
  format: Format,
  options: CompressionOptions,
): Promise<Compressor> {
  const decided = decideCompressor(format, options);
  if (decided.kind === "store") return store();
  if (decided.kind === "zstd") return zstd(decided.level);
  if (decided.kind === "deflate") return deflate(decided.level);
  const { program, level } = decided;
  return igzip(program, await versionOf(program), level);
}

type Decided =
  | { kind: "store" }
  | { kind: "zstd"; level: number }
  | { kind: "deflate"; level: number }
  | { kind: "igzip"; level: number; program: string };

/**
 * What `chooseCompressor` would take, without starting anything: wrong options are told before an environment is made.
 *
 * @throws E_COMPRESSOR_MISSING, E_PACK_OPTIONS
 */
export function decideCompressor(
  format: Format,
  { compressor, level, searchPath }: CompressionOptions,
): Decided {
  if (format === "tar" || format === "directory") return { kind: "store" };
  if (format === "tar.zst") return { kind: "zstd", level: levelOf("zstd", level) };
  if (format === "zip") return { kind: "deflate", level: levelOf("deflate", level) };
  const program = compressor === "builtin" ? undefined : findProgram("igzip", searchPath);
  if (compressor === "igzip" && program === undefined)
    throw packErrors("E_COMPRESSOR_MISSING", "PACK_COMPRESSOR is igzip, but no igzip is on PATH");
  const isForIgzip = compressor === "igzip" || level === undefined || isKnown("igzip", level);
  return program === undefined || !isForIgzip
    ? { kind: "deflate", level: levelOf("deflate", level) }
    : { kind: "igzip", level: levelOf("igzip", level), program };
}

/** @throws E_PACK_OPTIONS where the compressor does not know the level */
export function levelOf(name: keyof typeof levels, level: number | undefined): number {
  const { known, usual } = levels[name];
  if (level === undefined) return usual;
  if (isKnown(name, level)) return level;
  const accepted = name === "igzip" ? known.join(" and ") : `${known[0]} to ${known.at(-1)}`;
  throw packErrors("E_PACK_OPTIONS", `PACK_LEVEL is ${level}; ${name} knows levels ${accepted}`);
}

function isKnown(name: keyof typeof levels, level: number): boolean {
  return levels[name].known.some((one) => one === level);
}

function findProgram(name: string, searchPath: string): string | undefined {
  return searchPath
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

async function versionOf(program: string): Promise<string> {
  const run = promisify(execFile);
  const { stdout, stderr } = await run(program, ["--version"], { env: {}, timeout: 10_000 });
  return /\d+(?:\.\d+)+/.exec(stdout + stderr)?.[0] ?? "unknown";
}
