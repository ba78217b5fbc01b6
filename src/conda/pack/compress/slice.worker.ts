/** Reads, hashes and compresses in a thread of its own: no byte of the environment passes through the main one. */
import { parentPort, workerData } from "node:worker_threads";
import { constants, deflateRawSync, zstdCompressSync } from "node:zlib";

import { codeOf } from "../guards.ts";
import { readSlice } from "../slices.ts";
import { copySegment } from "../segment-file.ts";
import { GrowingFile } from "./growing-file.ts";
import { createIgzipHelper } from "./igzip-helper.ts";
import { describeSlice } from "./slice-facts.ts";
import {
  lastMessage,
  type SliceRequest,
  type SliceResult,
  type SliceWork,
  type ThreadReply,
  type ThreadRequest,
} from "./slice-messages.ts";

const { codec, files, fingerprintKey }: SliceWork = workerData;
/** zlib and zstd leave a piece of memory behind per slice, zstd's of megabytes, that V8 does not count as its own. */
const slicesPerCollection = codec.kind === "zstd" ? 8 : 32;
const { Z_SYNC_FLUSH, ZSTD_c_checksumFlag, ZSTD_c_compressionLevel } = constants;
const helper = codec.kind === "igzip" && files ? createIgzipHelper(codec, files) : undefined;
/** Used again for every slice; a larger one is made where a slice needs it. */
let memory = Buffer.alloc(0);
let slicesDone = 0;
const copyBytes = 1 << 20;
let growing: GrowingFile | undefined;
let lastJob = Promise.resolve();

parentPort?.on("message", (request: ThreadRequest | typeof lastMessage) => {
  // One after the other: they share the memory and the helper.
  lastJob = lastJob.then(() => (request === lastMessage ? end() : answer(request)));
});

async function end(): Promise<void> {
  await helper?.close();
  parentPort?.close();
}

async function answer({ id, ...request }: ThreadRequest): Promise<void> {
  try {
    switch (request.kind) {
      case "slice":
        reply({ id, kind: "slice", result: await work(request) });
        slicesDone += 1;
        if (slicesDone % slicesPerCollection === 0) globalThis.gc?.();
        return;
      case "copy": {
        const segment = copySegment(request.file, request.to, roomFor(copyBytes));
        return reply({ id, kind: "copy", segment });
      }
      case "hash": {
        growing ??= new GrowingFile();
        const sha256 = growing.hash(request.descriptor, request.toBytes);
        return reply({ id, kind: "hash", sha256 });
      }
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply({ id, kind: "failed", code: codeOf(error) ?? "", message });
  }
}

function reply(message: ThreadReply): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  parentPort?.postMessage(message);
}

function roomFor(sizeBytes: number): Buffer {
  if (memory.length < sizeBytes) memory = Buffer.allocUnsafeSlow(sizeBytes);
  return memory.subarray(0, sizeBytes);
}

async function work({ slice, room, wanted }: SliceRequest): Promise<SliceResult> {
  const read = readSlice(slice, roomFor(slice.lookBackBytes + slice.sizeBytes));
  const own = read.subarray(slice.lookBackBytes);
  const facts = describeSlice(own, wanted, fingerprintKey);
  const packed = room && (await compress(own, read, facts.crc, new Uint8Array(room)));
  return { packed, ...facts };
}

/** @param read the slice with what it looks back to before it */
async function compress(
  own: Buffer,
  read: Buffer,
  crc: number,
  room: Uint8Array,
): Promise<Uint8Array> {
  switch (codec.kind) {
    case "store":
      return put(own, room);
    case "zstd": {
      // Frames of their own, and never ZSTD_c_nbWorkers: its bytes can depend on the count (facebook/zstd#2327).
      const params = { [ZSTD_c_compressionLevel]: codec.level, [ZSTD_c_checksumFlag]: 1 };
      return put(zstdCompressSync(own, { params, pledgedSrcSize: own.length }), room);
    }
    case "deflate": {
      const dictionary = read.subarray(0, read.length - own.length);
      const packed = deflateRawSync(own, {
        level: codec.level,
        finishFlush: Z_SYNC_FLUSH,
        // Room for the result is taken piece by piece; one that is never filled costs as much as one that is.
        chunkSize: 64 << 10,
        ...(dictionary.length > 0 && { dictionary }),
      });
      return put(packed, room);
    }
    case "igzip": {
      if (helper === undefined) throw new TypeError("No helper was started");
      return helper.compress(own, crc, room);
    }
  }
}

function put(bytes: Uint8Array, room: Uint8Array): Uint8Array {
  if (bytes.length > room.length) return bytes;
  room.set(bytes);
  return room.subarray(0, bytes.length);
}
