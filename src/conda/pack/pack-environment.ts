import { resolve } from "node:path";

import type { Log } from "../../step/log.ts";
import { chooseCompressor, levelOf, type CompressorChoice } from "./compress/choose-compressor.ts";
import type { Compressor } from "./compress/compressor.ts";
import { sizeOf } from "./entry.ts";
import { followLinks } from "./follow-links.ts";
import { formatOf } from "./format.ts";
import { hashTar } from "./hash-tar.ts";
import type { PlanOptions } from "./options.ts";
import { PartFile } from "./part-file.ts";
import { planPack, type PackPlan } from "./plan-pack.ts";
import { openSegmentCache } from "./segment-cache.ts";
import { writeDirectory } from "./write-directory.ts";
import { writeTar } from "./write-tar.ts";
import { writeZip } from "./write-zip.ts";

export interface PackOptions extends PlanOptions {
  /** Where it was made already, with the same options. */
  plan?: PackPlan;
  /** File or folder to make; its suffix is the format. */
  output: string;
  compressor: CompressorChoice;
  level?: number;
  threads: number;
  /** Where helpers are looked for. */
  searchPath: string;
  cacheFolder?: string;
  cacheMaxBytes?: number;
  /** Store links in a zip as links; by default as copies, because Java makes text files of them. */
  zipSymlinks?: boolean;
  /** Called with the finished pack before it gets its name; a pack that fails here is not left behind. */
  prove?: (file: string) => Promise<void>;
}

/** A part of the pack, for the report. */
export interface PackPart {
  kind: "conda" | "pip" | "rest";
  name: string;
  version: string;
  files: number;
  /** Before compression. */
  sizeBytes: number;
}

export interface PackResult {
  file: string;
  /** Of the file; of a directory: of the tar that it would be. */
  sha256: string;
  tarSha256: string;
  sizeBytes: number;
  files: number;
  compressor: string;
  cachedSegments: number;
  madeSegments: number;
  parts: readonly PackPart[];
}

/**
 * Packs the environment at `prefix` into one file (or folder) that works wherever it is unpacked.
 *
 * The result depends on the environment's contents, the options and the version of the compressor: not on the path, the
 * day, the umask, the locale or the number of threads.
 *
 * @param prefix the environment's root, absolute
 * @throws the errors of `packErrors`; nothing of the output is left behind then
 */
export async function packEnvironment(
  prefix: string,
  options: PackOptions,
  { log, signal }: { log: Log; signal?: AbortSignal | undefined },
): Promise<PackResult> {
  const format = formatOf(options.output);
  const output = resolve(options.output);
  const compressor =
    format === "directory" || format === "zip"
      ? undefined
      : await chooseCompressor(format, options);
  try {
    const plan = options.plan ?? (await planPack(prefix, options, { log, signal }));
    const common = { file: output, ...countFiles(plan), parts: listParts(plan) };
    if (compressor !== undefined)
      return { ...common, ...(await packTar(plan, output, compressor, options, { log, signal })) };
    return {
      ...common,
      ...(format === "zip"
        ? await packZip(plan, output, options, { log, signal })
        : await packDirectory(plan, output, options, { log, signal })),
    };
  } finally {
    await compressor?.close();
  }
}

interface Surroundings {
  log: Log;
  signal?: AbortSignal | undefined;
}

type Written = Omit<PackResult, "file" | "files" | "parts">;

async function packTar(
  plan: PackPlan,
  output: string,
  compressor: Compressor,
  options: PackOptions,
  { log, signal }: Surroundings,
): Promise<Written> {
  const { cacheFolder, cacheMaxBytes } = options;
  const cache = cacheFolder === undefined ? undefined : openSegmentCache(cacheFolder, log);
  const part = await PartFile.create(output);
  try {
    const facts = await writeTar(plan.groups, part, { compressor, cache, log, signal });
    const sha256 = part.digest();
    await publish(part, options);
    if (cacheMaxBytes !== undefined) await cache?.trim(cacheMaxBytes);
    return {
      sha256,
      tarSha256: facts.tarSha256,
      sizeBytes: part.sizeBytes,
      compressor: compressor.title,
      cachedSegments: facts.cached,
      madeSegments: facts.made,
    };
  } finally {
    await part.discard();
  }
}

async function packZip(
  plan: PackPlan,
  output: string,
  options: PackOptions,
  { log, signal }: Surroundings,
): Promise<Written> {
  const groups = options.zipSymlinks === true ? plan.groups : followLinks(plan.groups, log);
  const level = levelOf("deflate", options.level);
  const part = await PartFile.create(output);
  try {
    await writeZip(groups, part, { level, threads: options.threads, log, signal });
    const sha256 = await part.hashAgain();
    await publish(part, options);
    return {
      sha256,
      ...hashTar(plan.groups),
      sizeBytes: part.sizeBytes,
      compressor: `zip, level ${level}`,
      ...nothingCached(plan),
    };
  } finally {
    await part.discard();
  }
}

async function packDirectory(
  plan: PackPlan,
  output: string,
  options: PackOptions,
  { log, signal }: Surroundings,
): Promise<Written> {
  const { prove } = options;
  await writeDirectory(plan.groups, output, { log, signal, ...(prove && { prove }) });
  const { tarSha256 } = hashTar(plan.groups);
  return {
    sha256: tarSha256,
    tarSha256,
    sizeBytes: sum(plan.groups.flatMap(({ entries }) => entries.map(sizeOf))),
    compressor: "none, a directory",
    ...nothingCached(plan),
  };
}

// The name appears when the pack is whole and proved, never before.
async function publish(part: PartFile, { prove }: PackOptions): Promise<void> {
  await part.close();
  await prove?.(part.path);
  await part.publish();
}

function nothingCached({ groups }: PackPlan) {
  return { cachedSegments: 0, madeSegments: groups.length };
}

function countFiles({ groups }: PackPlan): { files: number } {
  return { files: sum(groups.map(({ entries }) => entries.length)) };
}

function listParts({ groups }: PackPlan): PackPart[] {
  return groups
    .map(({ kind, name, version, entries }) => ({
      kind,
      name,
      version,
      files: entries.length,
      sizeBytes: sum(entries.map(sizeOf)),
    }))
    .toSorted((left, right) => right.sizeBytes - left.sizeBytes);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, next) => total + next, 0);
}
