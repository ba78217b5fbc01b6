/** Compresses blocks in a thread of its own. Self-contained: it is loaded by its file name. */
import { parentPort } from "node:worker_threads";
import { constants, deflateRawSync, zstdCompressSync } from "node:zlib";

interface Job {
  id: number;
  codec: "deflate" | "zstd";
  level: number;
  /** What came before the block, then the block; given back with the answer. */
  memory: ArrayBuffer;
  dictionaryStart: number;
  start: number;
  length: number;
}

const { Z_SYNC_FLUSH, ZSTD_c_checksumFlag, ZSTD_c_compressionLevel } = constants;

parentPort?.on("message", (job: Job) => {
  const compressed = compress(job);
  const bytes = new Uint8Array(compressed);
  parentPort?.postMessage({ id: job.id, memory: job.memory, bytes }, [job.memory, bytes.buffer]);
});

function compress({ codec, level, memory, dictionaryStart, start, length }: Job): Buffer {
  const block = Buffer.from(memory, start, length);
  if (codec === "zstd") {
    // Frames of their own, and never ZSTD_c_nbWorkers: its bytes can depend on the count (facebook/zstd#2327).
    const params = { [ZSTD_c_compressionLevel]: level, [ZSTD_c_checksumFlag]: 1 };
    return zstdCompressSync(block, { params, pledgedSrcSize: length });
  }
  const dictionary = Buffer.from(memory, dictionaryStart, start - dictionaryStart);
  return deflateRawSync(block, {
    level,
    finishFlush: Z_SYNC_FLUSH,
    chunkSize: 1 << 20,
    ...(dictionary.length > 0 && { dictionary }),
  });
}
