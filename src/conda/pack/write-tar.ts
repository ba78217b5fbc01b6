import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

import type { Log } from "../../step/log.ts";
import { AsyncQueue } from "./compress/async-queue.ts";
import type { Compressor } from "./compress/compressor.ts";
import type { Entry, Group } from "./entry.ts";
import { packErrors } from "./errors.ts";
import type { PartFile } from "./part-file.ts";
import { segmentKey, type SegmentCache, type SegmentWriter } from "./segment-cache.ts";
import { tarBlocks } from "./tar-blocks.ts";
import { tarEnd } from "./tar-header.ts";

export interface TarFacts {
  /** Of the stream before compression: equal wherever the content is, whatever compressed it. */
  tarSha256: string;
  tarBytes: number;
  /** Groups whose compressed bytes came out of the cache, and all others. */
  cached: number;
  made: number;
}

export interface TarWork {
  compressor: Compressor;
  cache?: SegmentCache | undefined;
  log: Log;
  signal?: AbortSignal | undefined;
}

/** A group's compressed bytes on their way into the file. */
interface Segment {
  chunks: AsyncIterable<Uint8Array>;
  store?: SegmentWriter | undefined;
}

/**
 * Writes the groups as one compressed tar. Reading, compressing and writing overlap; only a few blocks are in memory.
 *
 * With a cache, a group is read once for its digest, and a second time only if its segment has to be made.
 */
export async function writeTar(
  groups: readonly Group[],
  part: PartFile,
  { compressor, cache, log, signal }: TarWork,
): Promise<TarFacts> {
  const whole = new WholeTar();
  const segments = new AsyncQueue<Segment>();
  const progress = log.progress("Packing", totalBytes(groups), "bytes");
  const drained = drain(segments, part);
  // A failing writer must wake the reader, which may be waiting for room.
  drained.catch((error: unknown) => compressor.close(error));
  try {
    await part.write(compressor.head);
    let cached = 0;
    for (const { entries } of groups) {
      const known = cache && (await digestGroup(entries, whole, signal));
      const key = known && segmentKey(known.sha256, compressor.id);
      const found = key === undefined ? undefined : await cache?.find(key);
      if (found) {
        cached += 1;
        segments.push({ chunks: found });
        progress.advance(known?.sizeBytes ?? 0);
        continue;
      }
      const compression = compressor.startGroup();
      const store = key === undefined ? undefined : await cache?.store(key);
      segments.push({ chunks: compression.chunks, store });
      try {
        let crc = 0;
        for (const block of tarBlocks(entries, () => compressor.takeBuffer())) {
          signal?.throwIfAborted();
          if (known) crc = crc32(block, crc);
          else whole.add(block);
          progress.advance(block.length);
          await compression.write(block);
        }
        // What the key was made from and what was compressed are two readings.
        if (known && known.crc !== crc) throw packErrors("E_FILE_CHANGED", changedBetween);
      } catch (error) {
        compression.abort(error);
        throw error;
      }
      compression.end();
    }
    const end = tarEnd(whole.sizeBytes);
    whole.add(end);
    const last = compressor.startGroup();
    segments.push({ chunks: last.chunks });
    const buffer = compressor.takeBuffer();
    end.copy(buffer);
    await last.write(buffer.subarray(0, end.length));
    last.end();
    segments.end();
    await drained;
    await part.write(compressor.tail(whole));
    return { ...whole.facts(), cached, made: groups.length - cached };
  } finally {
    progress.end();
    segments.end();
    // Half a segment must be out of the cache before anybody goes on.
    await drained.catch(() => {});
    await compressor.close(new Error("The pack has ended"));
  }
}

const changedBetween = "A file of the environment changed while it was being packed";

/** The running facts of the stream before compression. */
class WholeTar {
  readonly #hash = createHash("sha256");
  crc = 0;
  sizeBytes = 0;

  add(block: Buffer): void {
    this.#hash.update(block);
    this.crc = crc32(block, this.crc);
    this.sizeBytes += block.length;
  }

  facts(): { tarSha256: string; tarBytes: number } {
    return { tarSha256: this.#hash.copy().digest("hex"), tarBytes: this.sizeBytes };
  }
}

async function drain(segments: AsyncIterable<Segment>, part: PartFile): Promise<void> {
  for await (const { chunks, store } of segments) {
    try {
      for await (const chunk of chunks) {
        await part.write(chunk);
        await store?.append(chunk);
      }
      await store?.commit();
    } catch (error) {
      await store?.discard();
      throw error;
    }
  }
}

async function digestGroup(
  entries: readonly Entry[],
  whole: WholeTar,
  signal: AbortSignal | undefined,
): Promise<{ sha256: Buffer; crc: number; sizeBytes: number }> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  let crc = 0;
  const buffer = Buffer.allocUnsafe(1 << 20);
  for (const block of tarBlocks(entries, () => buffer)) {
    signal?.throwIfAborted();
    hash.update(block);
    crc = crc32(block, crc);
    sizeBytes += block.length;
    whole.add(block);
    await Promise.resolve();
  }
  return { sha256: hash.digest(), crc, sizeBytes };
}

function totalBytes(groups: readonly Group[]): number {
  let total = 0;
  for (const { entries } of groups)
    for (const entry of entries)
      total += 512 + (entry.kind === "file" ? Math.ceil(entry.content.packedBytes / 512) * 512 : 0);
  return total;
}
