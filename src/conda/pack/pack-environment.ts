import { resolve } from "node:path";

import { readContents, type EnvironmentContents } from "../contents.ts";
import type { Log } from "../../step/log.ts";
import { chooseCompressor, levelOf, type CompressorChoice } from "./compress/choose-compressor.ts";
import { deflate, store, type Compressor } from "./compress/compressor.ts";
import { openSlicePool, startThreads, type SlicePool } from "./compress/slice-pool.ts";
import { digestPack } from "./digest-groups.ts";
import { sizeOf, type Group } from "./entry.ts";
import { followLinks } from "./follow-links.ts";
import { formatOf, type Format } from "./format.ts";
import type { PlanOptions } from "./options.ts";
import { PartFile } from "./part-file.ts";
import { planPack, type PackPlan, type PlannedGroup } from "./plan-pack.ts";
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
  /** Of the file; of a directory: that of its content. */
  sha256: string;
  /** Of what is packed, before compression: equal for equal content in any format, whatever compressed it. */
  contentSha256: string;
  sizeBytes: number;
  files: number;
  compressor: string;
  cachedSegments: number;
  madeSegments: number;
  parts: readonly PackPart[];
  contents: EnvironmentContents;
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
  startThreads(options.threads);
  const compressor = await compressorFor(format, options);
  const plan = options.plan ?? (await planPack(prefix, options, { log, signal }));
  // Read while threads are busy; whoever waits for it meets the failure.
  const contents = readContents(prefix, plan.records);
  contents.catch(() => {});
  const work: Work = { plan, output, compressor, options, log, signal };
  const written = await writers[format](work);
  const groups = await decideAll(plan);
  return {
    file: output,
    ...written,
    files: countFiles(groups),
    parts: listParts(groups),
    contents: await contents,
  };
}

async function compressorFor(format: Format, options: PackOptions): Promise<Compressor> {
  if (format === "directory") return store();
  if (format === "zip") return deflate(levelOf("deflate", options.level));
  return chooseCompressor(format, options);
}

interface Work {
  plan: PackPlan;
  /** Absolute. */
  output: string;
  compressor: Compressor;
  options: PackOptions;
  log: Log;
  signal?: AbortSignal | undefined;
}

type Written = Omit<PackResult, "file" | "files" | "parts" | "contents">;

const writers: Record<Format, (work: Work) => Promise<Written>> = {
  tar: packTar,
  "tar.gz": packTar,
  "tar.zst": packTar,
  zip: packZip,
  directory: packDirectory,
};

async function packTar(work: Work): Promise<Written> {
  const { plan, output, compressor, options, log } = work;
  const { cacheFolder, cacheMaxBytes } = options;
  const cache = cacheFolder === undefined ? undefined : await openSegmentCache(cacheFolder, log);
  const part = await PartFile.create(output);
  try {
    const { sha256, contentSha256, cached, made } = await withThreads(
      work,
      (pool) =>
        writeTar(decideAhead(plan.groups), part, {
          ...work,
          sizeBytes: plan.sizeBytes,
          pool,
          cache,
        }),
      cache?.fingerprintKey,
    );
    await publish(part, options);
    if (cacheMaxBytes !== undefined) await cache?.trim(cacheMaxBytes);
    return {
      sha256,
      contentSha256,
      sizeBytes: part.sizeBytes,
      compressor: compressor.title,
      cachedSegments: cached,
      madeSegments: made,
    };
  } finally {
    await part.discard();
  }
}

async function packZip(work: Work): Promise<Written> {
  const { plan, output, options, log } = work;
  const decided = await decideAll(plan);
  const groups = options.zipSymlinks === true ? decided : followLinks(decided, log);
  const part = await PartFile.create(output);
  try {
    const contentSha256 = await withThreads(work, async (pool) => {
      await writeZip(groups, part, { ...work, pool });
      return digestPack(decided, pool);
    });
    const sha256 = part.digest();
    await publish(part, options);
    return {
      sha256,
      contentSha256,
      sizeBytes: part.sizeBytes,
      compressor: `zip, level ${levelOf("deflate", options.level)}`,
      ...nothingCached(decided),
    };
  } finally {
    await part.discard();
  }
}

async function packDirectory(work: Work): Promise<Written> {
  const { plan, output, options, log, signal } = work;
  const { prove } = options;
  const groups = await decideAll(plan);
  const contentSha256 = await withThreads(work, (pool) => digestPack(groups, pool));
  await writeDirectory(groups, output, { log, signal, ...(prove && { prove }) });
  return {
    sha256: contentSha256,
    contentSha256,
    sizeBytes: sum(groups.flatMap(({ entries }) => entries.map(sizeOf))),
    compressor: "none, a directory",
    ...nothingCached(groups),
  };
}

async function withThreads<Result>(
  { compressor, output, options }: Work,
  use: (pool: SlicePool) => Promise<Result>,
  fingerprintKey?: Uint8Array,
): Promise<Result> {
  const { threads } = options;
  const pool = openSlicePool(compressor, { threads, scratch: output, fingerprintKey });
  try {
    return await use(pool);
  } finally {
    await pool.close();
  }
}

// The name appears when the pack is whole and proved, never before.
async function publish(part: PartFile, { prove }: PackOptions): Promise<void> {
  await part.close();
  await prove?.(part.path);
  await part.publish();
}

/** Decides on one group after the other, while the earlier ones are being packed. */
function decideAhead(groups: readonly PlannedGroup[]): Promise<Group>[] {
  let before: Promise<unknown> = Promise.resolve();
  return groups.map((group) => {
    const decided = before.then(() => group.decide());
    // Whoever waits for it meets the failure; until then it must not count as unhandled.
    decided.catch(() => {});
    before = decided;
    return decided;
  });
}

/** Of some groups nothing may be left. */
async function decideAll({ groups }: PackPlan): Promise<Group[]> {
  const decided = await Promise.all(decideAhead(groups));
  return decided.filter(({ entries }) => entries.length > 0);
}

function nothingCached(groups: readonly Group[]) {
  return { cachedSegments: 0, madeSegments: groups.length };
}

function countFiles(groups: readonly Group[]): number {
  return sum(groups.map(({ entries }) => entries.length));
}

function listParts(groups: readonly Group[]): PackPart[] {
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
