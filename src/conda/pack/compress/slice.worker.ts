/** Reads, hashes and compresses in a thread of its own: no byte of the environment passes through the main one. */
import { parentPort } from "node:worker_threads";

import { codeOf } from "../guards.ts";
import { copySegment } from "../segment-file.ts";
import { cutSlices, readSlice, type Slice } from "../slices.ts";
import { openSliceCompressor, type SliceCompressor } from "./compress-slice.ts";
import { GrowingFile } from "./growing-file.ts";
import { describeSlice, leafBytes, leavesOf } from "./slice-facts.ts";
import {
  lastMessage,
  type SliceRequest,
  type SliceResult,
  type SliceWork,
  type ThreadReply,
  type ThreadRequest,
} from "./slice-messages.ts";

/** Used again for every slice; a larger one is made where a slice needs it. */
let memory = Buffer.alloc(0);
let slicesDone = 0;
const copyBytes = 1 << 20;
let growing: GrowingFile | undefined;
let opened: (SliceWork & { compressor: SliceCompressor }) | undefined;
let lastJob = Promise.resolve();

parentPort?.on("message", (message: SliceWork | ThreadRequest | typeof lastMessage) => {
  // One after the other: they share the memory and the helper.
  lastJob = lastJob.then(() => {
    if (message === lastMessage) return end();
    return "codec" in message ? open(message) : answer(message);
  });
});

async function open(work: SliceWork): Promise<void> {
  opened = { ...work, compressor: await openSliceCompressor(work.codec, work.files) };
}

async function end(): Promise<void> {
  await opened?.compressor.close();
  parentPort?.close();
}

async function answer({ id, ...request }: ThreadRequest): Promise<void> {
  try {
    if (opened === undefined) throw new TypeError("The thread was not told what to do");
    const { compressor } = opened;
    switch (request.kind) {
      case "slice":
        reply({ id, kind: "slice", result: await work(request, opened) });
        slicesDone += 1;
        if (slicesDone % compressor.slicesPerCollection === 0) globalThis.gc?.();
        return;
      case "copy": {
        const room = roomFor(copyBytes);
        const segment = copySegment(request.file, request.to, room, compressor.crc32);
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

async function work(
  { slice, room, wanted }: SliceRequest,
  { compressor, fingerprintKey }: NonNullable<typeof opened>,
): Promise<SliceResult> {
  const means = { fingerprintKey, crc32: compressor.crc32 };
  // As much as there is: it is not to be held in memory.
  if (room === undefined)
    return { packed: undefined, ...describeSlice(readLeaves(slice), wanted, means) };
  const read = readSlice(slice, roomFor(slice.lookBackBytes + slice.sizeBytes));
  const history = read.subarray(0, slice.lookBackBytes);
  const own = read.subarray(slice.lookBackBytes);
  const facts = describeSlice(leavesOf(own), wanted, means);
  const packed = await compressor.compress(own, history, facts.crc, new Uint8Array(room));
  return { packed, ...facts };
}

function* readLeaves(slice: Slice): Generator<Buffer> {
  const pieces = cutSlices(slice.parts, { sliceBytes: leafBytes, lookBackBytes: 0 }, slice);
  for (const piece of pieces) yield readSlice(piece, roomFor(leafBytes));
}
