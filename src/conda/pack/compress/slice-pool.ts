import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, openSync, unlinkSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";

import { packErrors } from "../errors.ts";
import type { CopiedSegment } from "../segment-file.ts";
import type { Slice } from "../slices.ts";
import type { Compressor } from "./compressor.ts";
import {
  lastMessage,
  type CopyRequest,
  type FactsWanted,
  type HashRequest,
  type SliceFacts,
  type SliceRequest,
  type SliceWork,
  type ThreadReply,
  type ThreadRequest,
} from "./slice-messages.ts";

/** Threads that read, hash and compress slices. */
export interface SlicePool {
  /** How many slices are to be in work at once: enough that no thread waits, few enough that memory stays bounded. */
  readonly ahead: number;
  /**
   * Compresses a slice; goes before all that is only described. Fingerprints come with it where there is a key.
   *
   * @throws E_FILE_CHANGED, E_COMPRESSOR_FAILED, errors of the file system
   */
  pack(slice: Slice): Promise<PackedSlice>;
  describe(slice: Slice, wanted: FactsWanted): Promise<SliceFacts>;
  /** See `copySegment`; goes before all that is only described. */
  copy(file: string, to: CopyRequest["to"]): Promise<CopiedSegment | undefined>;
  /** The sha256 of a file that grows, up to where it is finished; what was hashed before is not read again. */
  hash(file: Omit<HashRequest, "kind">): Promise<string>;
  /** What is still in work fails. */
  close(): Promise<void>;
}

export interface PackedSlice extends SliceFacts {
  packed: Uint8Array;
  /** The bytes have been used: their memory may take others. */
  release(): void;
}

interface Job {
  request: ThreadRequest;
  done: (reply: ThreadReply) => void;
  fail: (error: unknown) => void;
}

export interface PoolOptions {
  threads: number;
  /** A path to which names of files are added that exist only for a moment. */
  scratch: string;
  /** See `fingerprint`. */
  fingerprintKey?: Uint8Array | undefined;
}

interface Thread {
  worker: Worker;
  /** How much it was given and has not done. */
  waiting: number;
}

/** The next slice is there when a thread has done one. */
const mostPerThread = 2;

/** Threads instead of libuv's pool, whose size is fixed at four before our code runs (nodejs/node#47709). */
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
  const start = (): Thread => {
    const thread = { worker: ready.pop() ?? startWorker(), waiting: 0 };
    const work: SliceWork = { codec, fingerprintKey, ...openFiles() };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    thread.worker.postMessage(work);
    thread.worker.ref();
    thread.worker.on("message", (reply: ThreadReply) => {
      thread.waiting -= 1;
      const job = jobs.get(reply.id);
      jobs.delete(reply.id);
      handOut();
      if (reply.kind === "failed") job?.fail(errorOf(reply));
      else job?.done(reply);
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
        give(job, thread);
      }
  };
  const give = (job: Job, thread: Thread) => {
    thread.waiting += 1;
    jobs.set(job.request.id, job);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    thread.worker.postMessage(job.request);
  };
  const jobOf = <Request extends SliceRequest | CopyRequest | HashRequest>(
    request: Request,
    hand: (job: Job) => void,
  ) =>
    new Promise<ThreadReply & { kind: Request["kind"] }>((resolve, fail) => {
      lastId += 1;
      const isAnswer = (reply: ThreadReply): reply is ThreadReply & { kind: Request["kind"] } =>
        reply.kind === request.kind;
      const done = (reply: ThreadReply) => {
        if (isAnswer(reply)) resolve(reply);
        else fail(new TypeError(`${request.kind} was answered by ${reply.kind}`));
      };
      hand({ request: { id: lastId, ...request }, done, fail });
    });
  const queueIn = (queue: Job[]) => (job: Job) => {
    queue.push(job);
    handOut();
  };

  return {
    ahead: mostPerThread * threads + 1,
    async pack(slice) {
      // Bytes that do not compress take a little more than they are.
      const room = rooms.pop() ?? new SharedArrayBuffer(sliceBytes + (sliceBytes >> 8) + 1024);
      const wanted = { digests: true, fingerprints: fingerprintKey !== undefined };
      const { result } = await jobOf({ kind: "slice", slice, room, wanted }, queueIn(urgent));
      const { packed, ...facts } = result;
      if (packed === undefined) throw new TypeError("A slice came back without its bytes");
      return { packed, ...facts, release: () => void rooms.push(room) };
    },
    describe: async (slice, wanted) =>
      (await jobOf({ kind: "slice", slice, wanted }, queueIn(others))).result,
    copy: async (file, to) => (await jobOf({ kind: "copy", file, to }, queueIn(urgent))).segment,
    async hash(file) {
      const [first] = workers;
      if (first === undefined) throw new TypeError("The pool was opened without threads");
      return (await jobOf({ kind: "hash", ...file }, (job) => give(job, first))).sha256;
    },
    async close() {
      failAll(new Error("The pack has ended"));
      await Promise.all(workers.map(({ worker }) => stop(worker)));
      for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
    },
  };
}

/** Threads that nobody has asked for yet. */
const ready: Worker[] = [];

/** Starts threads for the next pool: each takes a tenth of a second, in which others can plan. */
export function startThreads(count: number): void {
  while (ready.length < count) {
    const worker = startWorker();
    worker.unref();
    ready.push(worker);
  }
}

function startWorker(): Worker {
  // For contexts to come: threads collect what their compressor leaves behind.
  setFlagsFromString("--expose-gc");
  // Beside this module: the source where sources run, the bundle of its own where bundles do.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new Worker(new URL(`./slice.worker.${extension}`, import.meta.url), {
    env: {},
    execArgv: ["--disable-warning=ExperimentalWarning"],
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

function errorOf({ code, message }: ThreadReply & { kind: "failed" }): Error {
  if (code === "E_FILE_CHANGED" || code === "E_COMPRESSOR_FAILED") return packErrors(code, message);
  return Object.assign(new Error(message), { code });
}
