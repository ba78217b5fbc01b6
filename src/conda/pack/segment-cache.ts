import { createHash, randomBytes } from "node:crypto";
import {
  link,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { crc32 } from "node:zlib";

import type { Log } from "../../step/log.ts";
import { makeFolder } from "../make-folder.ts";
import { fingerprintKeyBytes } from "./compress/slice-facts.ts";
import type { GroupFacts } from "./digest-groups.ts";
import { codeOf } from "./guards.ts";
import { footerOf } from "./segment-file.ts";
import { ownerName, sweepLeftovers } from "../../step/leftovers.ts";

/** Compressed segments of groups that did not change, by the fingerprint of what they are made from. */
export interface SegmentCache {
  /** Of the cache's own, so that nobody can make a package on purpose that looks like another one. */
  readonly fingerprintKey: Uint8Array;
  find(key: string): Promise<CachedSegment | undefined>;
  /** Keeps a segment while it is made. A cache that cannot be written is no reason to fail. */
  store(key: string): Promise<SegmentWriter>;
  /** Removes the segments that were not used for longest, until the rest fits. */
  trim(mostBytes: number): Promise<void>;
}

export interface CachedSegment {
  /** To be copied by `copySegment`. */
  readonly file: string;
  /** It turned out to be damaged. */
  remove(): Promise<void>;
}

export interface SegmentWriter {
  append(bytes: Uint8Array): Promise<void>;
  commit(facts: GroupFacts): Promise<void>;
  discard(): Promise<void>;
}

/** The key of a segment: what it is made from, and by what. */
export function segmentKey(fingerprint: string, compressorId: string): string {
  return createHash("sha256").update(`${fingerprint} ${compressorId}`).digest("hex");
}

/** A cache in a folder. Several runs may use it at once: segments appear whole, under the name of their content. */
export async function openSegmentCache(folder: string, log: Log): Promise<SegmentCache> {
  // A release has hundreds of segments; the reason is one.
  const unwritable = new Set<string>();
  const tell = (error: unknown) => {
    const message = `PACK_CACHE_DIR cannot be written (${codeOf(error) ?? String(error)})`;
    if (!unwritable.has(message)) log.warn(message);
    unwritable.add(message);
  };
  const placeOf = (key: string) => join(folder, key.slice(0, 2), `${key}${suffix}`);
  return {
    fingerprintKey: await obtainKey(folder, tell),
    async find(key) {
      const place = placeOf(key);
      const found = await stat(place).catch(() => undefined);
      if (found === undefined) return undefined;
      const now = new Date();
      await utimes(place, now, now).catch(() => {});
      return {
        file: place,
        async remove() {
          log.warn(`A segment in PACK_CACHE_DIR is damaged and is made again: ${place}`);
          await rm(place, { force: true });
        },
      };
    },
    store: (key) => createWriter(placeOf(key), tell),
    trim: (mostBytes) => trimCache(folder, mostBytes, log),
  };
}

/** The key that is there, or a new one. Of two runs at once that make one, both take the one that was there first. */
async function obtainKey(folder: string, tell: (error: unknown) => void): Promise<Uint8Array> {
  const place = join(folder, "fingerprint.key");
  const readKey = async () => {
    const key = await readFile(place).catch(() => undefined);
    return key?.length === fingerprintKeyBytes ? key : undefined;
  };
  const known = await readKey();
  if (known !== undefined) return known;
  const key = randomBytes(fingerprintKeyBytes);
  const part = `${place}.${await ownerName()}.part`;
  try {
    await makeFolder(folder);
    await sweepLeftovers(folder, `${basename(place)}.`);
    await writeFile(part, key, { flag: "wx" });
    await link(part, place).catch(async (error: unknown) => {
      if (codeOf(error) !== "EEXIST") throw error;
      // What is there is damaged, unless another run was first.
      if ((await readKey()) === undefined) await rename(part, place);
    });
  } catch (error) {
    tell(error);
  } finally {
    await rm(part, { force: true }).catch(() => {});
  }
  return (await readKey()) ?? key;
}

const suffix = ".segment";

async function createWriter(place: string, tell: (error: unknown) => void): Promise<SegmentWriter> {
  const part = `${place}.${await ownerName()}.part`;
  let crc = 0;
  const nothing: SegmentWriter = {
    append: async () => {},
    commit: async () => {},
    discard: async () => {},
  };
  try {
    await makeFolder(dirname(place));
    await sweepLeftovers(dirname(place), `${basename(place)}.`);
    const handle = await open(part, "wx");
    let failure: unknown;
    const attempt = async (work: () => Promise<unknown>) => {
      if (failure !== undefined) return;
      try {
        await work();
      } catch (error) {
        failure = error;
        tell(error);
        await handle.close().catch(() => {});
        await rm(part, { force: true });
      }
    };
    return {
      append: (bytes) =>
        attempt(async () => {
          crc = crc32(bytes, crc);
          await handle.appendFile(bytes);
        }),
      commit: (facts) =>
        attempt(async () => {
          await handle.appendFile(footerOf(facts, crc));
          await handle.close();
          await rename(part, place);
        }),
      async discard() {
        await handle.close().catch(() => {});
        await rm(part, { force: true });
      },
    };
  } catch (error) {
    tell(error);
    return nothing;
  }
}

async function trimCache(folder: string, mostBytes: number, log: Log): Promise<void> {
  const segments = await listSegments(folder);
  let total = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let removed = 0;
  for (const { place, sizeBytes } of segments.toSorted(
    (left, right) => left.usedMs - right.usedMs,
  )) {
    if (total <= mostBytes) break;
    await rm(place, { force: true });
    total -= sizeBytes;
    removed += 1;
  }
  if (removed > 0) log.info(`Removed ${removed} segments from the cache to keep PACK_CACHE_MAX`);
}

/** Halves of segments that killed runs left are removed on the way. */
async function listSegments(folder: string) {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const segments: { place: string; sizeBytes: number; usedMs: number }[] = [];
  for (const name of names) {
    const place = join(folder, name);
    const half = name.indexOf(`${suffix}.`);
    if (half !== -1) {
      const start = basename(name.slice(0, half + suffix.length + 1));
      await sweepLeftovers(dirname(place), start);
    }
    if (!name.endsWith(suffix)) continue;
    const found = await stat(place).catch(() => undefined);
    if (found) segments.push({ place, sizeBytes: found.size, usedMs: found.mtimeMs });
  }
  return segments;
}
