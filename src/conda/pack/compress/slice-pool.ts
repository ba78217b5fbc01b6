import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, openSync, unlinkSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";

import { packErrors } from "../errors.ts";
import type { Slice } from "../slices.ts";
import type { Compressor } from "./compressor.ts";
import {
  lastMessage,
  type FactsWanted,
  type SliceFacts,
  type SliceReply,
  type SliceRequest,
  type SliceWork,
} from "./slice-messages.ts";

/** Threads that read, hash and compress slices. */
export interface SlicePool {
  /** How many slices are to be in work at once: enough that no thread waits, few enough that memory stays bounded. */
  readonly ahead: number;
  /**
   * Compresses a slice; goes before all of which only facts are asked. Fingerprints come with it where there is a key.
   *
   * @throws E_FILE_CHANGED, E_COMPRESSOR_FAILED, errors of the file system
   */
  pack(slice: Slice): Promise<PackedSlice>;
  describe(slice: Slice, wanted: FactsWanted): Promise<SliceFacts>;
  /** What is still in work fails. */
  close(): Promise<void>;
}

export interface PackedSlice extends SliceFacts {
  packed: Uint8Array;
  /** The bytes have been used: their memory may take others. */
  release(): void;
}

interface Job {
  request: SliceRequest;
  done: (reply: SliceReply & { kind: "done" }) => void;
  fail: (error: unknown) => void;
}

export interface PoolOptions {
  threads: number;
  /** A path to which names of files are added that exist only for a moment. */
  scratch: string;
  /** See `fingerprint`. */
  fingerprintKey?: Uint8Array | undefined;
}

/** The next slice is there when a thread has done one. */
const mostPerThread = 2;

/**
 * Threads instead of libuv's pool, whose size is fixed at four before our code runs (nodejs/node#47709).
 *
 */
export function openSlicePool(
  { codec, sliceBytes }: Pick<Compressor, "codec" | "sliceBytes">,
  { threads, scratch, fingerprintKey }: PoolOptions,
): SlicePool {
  // Used again and again: buffers that were left to the garbage collector would pile up to hundreds of MB.
  const rooms: SharedArrayBuffer[] = [];
  const jobs = new Map<number, Job>();
  const urgent: Job[] = [];
  const others: Job[] = [];
  const descriptors: number[] = [];
  let lastId = 0;

  const openFiles = (): Pick<SliceWork, "files"> => {
    if (codec.kind !== "igzip") return {};
    const files = { input: openUnnamed(scratch), output: openUnnamed(scratch) };
    descriptors.push(files.input, files.output);
    return { files };
  };
  const failAll = (error: unknown) => {
    for (const { fail } of [...jobs.values(), ...urgent.splice(0), ...others.splice(0)])
      fail(error);
    jobs.clear();
  };
  const start = () => {
    const thread = { worker: startWorker({ codec, fingerprintKey, ...openFiles() }), waiting: 0 };
    thread.worker.on("message", (reply: SliceReply) => {
      thread.waiting -= 1;
      const job = jobs.get(reply.id);
      jobs.delete(reply.id);
      handOut();
      if (reply.kind === "done") job?.done(reply);
      else job?.fail(errorOf(reply));
    });
    thread.worker.on("error", failAll);
    return thread;
  };
  const workers = Array.from({ length: threads }, start);
  const handOut = () => {
    for (let round = 0; round < mostPerThread; round += 1)
      for (const thread of workers) {
        if (thread.waiting > round) continue;
        const job = urgent.shift() ?? others.shift();
        if (job === undefined) return;
        thread.waiting += 1;
        jobs.set(job.request.id, job);
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        thread.worker.postMessage(job.request);
      }
  };
  const run = (queue: Job[], wanted: Omit<SliceRequest, "id">) =>
    new Promise<SliceReply & { kind: "done" }>((done, fail) => {
      lastId += 1;
      queue.push({ request: { id: lastId, ...wanted }, done, fail });
      handOut();
    });

  return {
    ahead: mostPerThread * threads + 1,
    async pack(slice) {
      // Bytes that do not compress take a little more than they are.
      const room = rooms.pop() ?? new SharedArrayBuffer(sliceBytes + (sliceBytes >> 8) + 1024);
      const wanted = { digests: true, fingerprints: fingerprintKey !== undefined };
      const { packed, ...facts } = await run(urgent, { slice, room, wanted });
      if (packed === undefined) throw new TypeError("A slice came back without its bytes");
      return { packed, ...facts, release: () => void rooms.push(room) };
    },
    describe: (slice, wanted) => run(others, { slice, wanted }),
    async close() {
      failAll(new Error("The pack has ended"));
      await Promise.all(workers.map(({ worker }) => stop(worker)));
      for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
    },
  };
}

function startWorker(workerData: SliceWork): Worker {
  // For contexts to come: threads collect what their compressor leaves behind.
  setFlagsFromString("--expose-gc");
  // Beside this module: the source where sources run, the bundle of its own where bundles do.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new Worker(new URL(`./slice.worker.${extension}`, import.meta.url), {
    workerData,
    env: {},
    execArgv: [],
    // Buffers count elsewhere; a large young generation would only be garbage kept for longer.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
}

const patienceMs = 3000;

/** Lets a thread end by itself, which waits for its helper; one that is stuck is stopped. */
async function stop(worker: Worker): Promise<void> {
  if (worker.threadId === -1) return;
  const ended = once(worker, "exit");
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  worker.postMessage(lastMessage);
  const patience = new AbortController();
  const waited = setTimeout(patienceMs, undefined, { signal: patience.signal }).catch(() => {});
  await Promise.race([ended, waited]);
  patience.abort();
  await worker.terminate();
}

/** A file without a name: nothing of it is left, however this process ends. */
function openUnnamed(scratch: string): number {
  const place = `${scratch}.${randomBytes(4).toString("hex")}.part`;
  const descriptor = openSync(place, "wx+", 0o600);
  unlinkSync(place);
  return descriptor;
}

function errorOf({ code, message }: SliceReply & { kind: "failed" }): Error {
  if (code === "E_FILE_CHANGED" || code === "E_COMPRESSOR_FAILED") return packErrors(code, message);
  return Object.assign(new Error(message), { code });
}
