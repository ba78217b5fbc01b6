import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

import { packErrors } from "../errors.ts";
import type { Format } from "../format.ts";
import { findIsal } from "./isal.ts";
import { findLibdeflate } from "./libdeflate.ts";
import { deflate, igzip, isal, libdeflate, store, zstd, type Compressor } from "./compressor.ts";

export type CompressorChoice = "auto" | "builtin" | "igzip" | "libdeflate";

/**
 * Levels that a compressor knows, and the one it has by default.
 *
 * Levels 1 and 2 of igzip's program are left out: they file the third byte of a stream under a hash of where the process
 * lies in memory (ISA-L 2.30 to 2.32, `.write_first_byte` of igzip_icf_body_h1_gr_bt.asm), so one run in some thousands
 * finds other matches in the same bytes, and the same pack would have two digests. Where its library is called, streams
 * begin in a way that spares them this: see `openIsal`.
 */
const levels = {
  deflate: { known: range(1, 9), usual: 4 },
  igzip: { known: [0, 3], usual: 3 },
  isal: { known: range(0, 3), usual: 2 },
  libdeflate: { known: range(1, 12), usual: 2 },
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
  if (decided.kind === "libdeflate") {
    const { library, level } = decided;
    return libdeflate(library, await buildOf(library), level);
  }
  const { program, library, level } = decided;
  const version = await versionOf(program);
  return library === undefined ? igzip(program, version, level) : isal(library, version, level);
}

type Decided =
  | { kind: "store" }
  | { kind: "zstd"; level: number }
  | { kind: "deflate"; level: number }
  | { kind: "libdeflate"; level: number; library: string }
  | { kind: "igzip"; level: number; program: string; library: string | undefined };

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
  if (compressor === "libdeflate") {
    const library = findLibdeflate();
    if (library === undefined)
      throw packErrors(
        "E_COMPRESSOR_MISSING",
        "PACK_COMPRESSOR is libdeflate, but there is no libdeflate.so.0 that can be called",
      );
    return { kind: "libdeflate", level: levelOf("libdeflate", level), library };
  }
  const program = compressor === "builtin" ? undefined : findProgram("igzip", searchPath);
  if (compressor === "igzip" && program === undefined)
    throw packErrors("E_COMPRESSOR_MISSING", "PACK_COMPRESSOR is igzip, but no igzip is on PATH");
  const library = program === undefined ? undefined : findIsal(program);
  const known = library === undefined ? "igzip" : "isal";
  const isForIgzip = compressor === "igzip" || level === undefined || isKnown(known, level);
  return program === undefined || !isForIgzip
    ? { kind: "deflate", level: levelOf("deflate", level) }
    : { kind: "igzip", level: levelOf(known, level), program, library };
}

/** @throws E_PACK_OPTIONS where the compressor does not know the level */
export function levelOf(name: keyof typeof levels, level: number | undefined): number {
  const { known, usual } = levels[name];
  if (level === undefined) return usual;
  if (isKnown(name, level)) return level;
  const accepted = name === "igzip" ? known.join(" and ") : `${known[0]} to ${known.at(-1)}`;
  const title = name === "isal" ? "igzip" : name;
  throw packErrors("E_PACK_OPTIONS", `PACK_LEVEL is ${level}; ${title} knows levels ${accepted}`);
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

/** Its file does not tell its version, and another version makes other bytes. */
async function buildOf(library: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(library))
    .digest("hex")
    .slice(0, 16);
}

async function versionOf(program: string): Promise<string> {
  const run = promisify(execFile);
  const { stdout, stderr } = await run(program, ["--version"], { env: {}, timeout: 10_000 });
  return /\d+(?:\.\d+)+/.exec(stdout + stderr)?.[0] ?? "unknown";
}
