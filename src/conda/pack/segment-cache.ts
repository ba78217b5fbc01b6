import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { Log } from "../../step/log.ts";
import { codeOf } from "./guards.ts";

/** Compressed segments of groups that did not change, by the digest of what they are made from. */
export interface SegmentCache {
  /** The segment, proved whole; `undefined` where there is none or a damaged one. */
  find(key: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Keeps a segment while it is made. A cache that cannot be written is no reason to fail. */
  store(key: string): Promise<SegmentWriter>;
  /** Removes the segments that were not used for longest, until the rest fits. */
  trim(mostBytes: number): Promise<void>;
}

export interface SegmentWriter {
  append(bytes: Uint8Array): Promise<void>;
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/** The key of a segment: what it is made from, and by what. */
export function segmentKey(groupSha256: Buffer, compressorId: string): string {
  return createHash("sha256").update(groupSha256).update(compressorId).digest("hex");
}

/** A cache in a folder. Several runs may use it at once: segments appear whole, under the name of their content. */
export function openSegmentCache(folder: string, log: Log): SegmentCache {
  // A release has hundreds of segments; the reason is one.
  const unwritable = new Set<string>();
  const tell = (error: unknown) => {
    const message = `PACK_CACHE_DIR cannot be written (${codeOf(error) ?? String(error)})`;
    if (!unwritable.has(message)) log.warn(message);
    unwritable.add(message);
  };
  const placeOf = (key: string) => join(folder, key.slice(0, 2), `${key}${suffix}`);
  return {
    async find(key) {
      const place = placeOf(key);
      const sizeBytes = await provenSize(place);
      if (sizeBytes === "damaged") {
        log.warn(`A segment in PACK_CACHE_DIR is damaged and is made again: ${place}`);
        await rm(place, { force: true });
      }
      if (typeof sizeBytes !== "number") return undefined;
      const now = new Date();
      await utimes(place, now, now).catch(() => {});
      return readStart(place, sizeBytes);
    },
    store: (key) => createWriter(placeOf(key), tell),
    trim: (mostBytes) => trimCache(folder, mostBytes, log),
  };
}

const suffix = ".segment";
/** Behind the bytes: what they are, and their sha256. */
const mark = Buffer.from("slipway1");
const footerBytes = mark.length + 32;

async function provenSize(place: string): Promise<number | "damaged" | undefined> {
  const size = await stat(place).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined) return undefined;
  if (size < footerBytes) return "damaged";
  const hash = createHash("sha256");
  let last = Buffer.alloc(0);
  for await (const chunk of createReadStream(place, { highWaterMark: 1 << 20 })) {
    if (!Buffer.isBuffer(chunk)) continue;
    const seen = Buffer.concat([last, chunk]);
    hash.update(seen.subarray(0, Math.max(0, seen.length - footerBytes)));
    last = seen.subarray(-footerBytes);
  }
  return last.equals(Buffer.concat([mark, hash.digest()])) ? size - footerBytes : "damaged";
}

async function* readStart(place: string, sizeBytes: number): AsyncGenerator<Uint8Array> {
  if (sizeBytes === 0) return;
  const stream = createReadStream(place, { end: sizeBytes - 1, highWaterMark: 1 << 20 });
  for await (const chunk of stream) if (Buffer.isBuffer(chunk)) yield chunk;
}

async function createWriter(place: string, tell: (error: unknown) => void): Promise<SegmentWriter> {
  const part = `${place}.${randomBytes(4).toString("hex")}.part`;
  const hash = createHash("sha256");
  const nothing: SegmentWriter = {
    append: async () => {},
    commit: async () => {},
    discard: async () => {},
  };
  try {
    await mkdir(dirname(place), { recursive: true });
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
          hash.update(bytes);
          await handle.appendFile(bytes);
        }),
      commit: () =>
        attempt(async () => {
          await handle.appendFile(Buffer.concat([mark, hash.digest()]));
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

async function listSegments(folder: string) {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const segments: { place: string; sizeBytes: number; usedMs: number }[] = [];
  for (const name of names) {
    if (!name.endsWith(suffix)) continue;
    const place = join(folder, name);
    const found = await stat(place).catch(() => undefined);
    if (found) segments.push({ place, sizeBytes: found.size, usedMs: found.mtimeMs });
  }
  return segments;
}
