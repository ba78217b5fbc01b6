import { AsyncQueue } from "./async-queue.ts";
import { createBlockPool, dictionaryBytes } from "./block-pool.ts";
import type { Compressor, GroupCompression } from "./compressor.ts";
import { Slots } from "./slots.ts";

/**
 * One gzip member, deflated on several threads (RFC 1951, RFC 1952): each block is compressed by itself with the end of
 * the one before as its dictionary, and ends on a byte border, so that the parts can be put together. At the start of a
 * group there is no dictionary.
 *
 * The bytes do not depend on the number of threads.
 */
export function createDeflate(level: number, threads: number): Compressor {
  return createBlocks("deflate", level, threads, {
    title: `builtin deflate, level ${level}`,
    // Other zlibs, and the same one on another processor family, make other bytes.
    id: `deflate-${level}-zlib-${process.versions.zlib}-${process.arch}`,
    // No name, no time, no hint about speed; system "unknown".
    head: Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255),
    tail({ crc, sizeBytes }) {
      const tail = Buffer.alloc(10);
      tail.writeUInt8(3, 0); // an empty last block
      tail.writeUInt32LE(crc, 2);
      tail.writeUInt32LE(sizeBytes % 2 ** 32, 6);
      return tail;
    },
  });
}

/** Zstandard frames, one per block (RFC 8878). */
export function createZstd(level: number, threads: number): Compressor {
  return createBlocks("zstd", level, threads, {
    title: `zstd, level ${level}`,
    id: `zstd-${level}-${process.versions.zstd ?? process.version}-${process.arch}`,
    head: new Uint8Array(),
    tail: () => new Uint8Array(),
  });
}

function createBlocks(
  codec: "deflate" | "zstd",
  level: number,
  threads: number,
  format: Pick<Compressor, "title" | "id" | "head" | "tail">,
): Compressor {
  const pool = createBlockPool(threads, codec, level);
  const slots = new Slots(threads + 2);
  return {
    ...format,
    takeBuffer: () => pool.takeBuffer(),
    startGroup: () => startGroup(pool, slots),
    async close(reason) {
      slots.fail(reason);
      await pool.close();
    },
  };
}

function startGroup(pool: ReturnType<typeof createBlockPool>, slots: Slots): GroupCompression {
  const jobs = new AsyncQueue<{ job: Promise<Uint8Array> }>();
  let before: Buffer | undefined;
  return {
    async write(block) {
      await slots.take();
      const own = Buffer.from(block.subarray(-dictionaryBytes));
      const job = pool.compress(block, before);
      // Whoever reads the chunks meets the error; here it must only not count as unhandled.
      job.catch(() => {});
      before = own;
      jobs.push({ job });
    },
    end: () => jobs.end(),
    abort: (reason) => jobs.fail(reason),
    chunks: (async function* chunks() {
      for await (const { job } of jobs) {
        yield await job;
        slots.give();
      }
    })(),
  };
}
