import { Worker } from "node:worker_threads";

import { isObject } from "../guards.ts";

/** Bytes of a block's stream that the block before it lends as a dictionary: all that deflate can look back. */
export const dictionaryBytes = 32 << 10;
export const blockBytes = 1 << 20;

export interface BlockPool {
  /** A buffer for one block; the pool takes it back with `compress`. */
  takeBuffer(): Buffer;
  /**
   * @param block made from `takeBuffer`, or the start of it
   * @param before the last bytes of the block before it, where there is one in the group
   */
  compress(block: Buffer, before: Buffer | undefined): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Threads that compress blocks. Threads instead of libuv's pool, whose size is fixed at four before our code runs
 * (nodejs/node#47709), and instead of zlib's promises, which would be slower.
 */
export function createBlockPool(
  threads: number,
  codec: "deflate" | "zstd",
  level: number,
): BlockPool {
  const spare: ArrayBuffer[] = [];
  const idle: Worker[] = [];
  const waiting: (() => void)[] = [];
  const jobs = new Map<
    number,
    { done: (bytes: Uint8Array) => void; fail: (error: unknown) => void }
  >();
  let lastId = 0;
  // Beside this module: the source where sources run, the bundle of its own where bundles do.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const failAll = (error: unknown) => {
    for (const { fail } of jobs.values()) fail(error);
    jobs.clear();
  };
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL(`./compress.worker.${extension}`, import.meta.url), {
      env: {},
      execArgv: [],
    });
    worker.on("message", (answer: unknown) => {
      if (!isAnswer(answer)) return;
      spare.push(answer.memory);
      idle.push(worker);
      waiting.shift()?.();
      jobs.get(answer.id)?.done(answer.bytes);
      jobs.delete(answer.id);
    });
    worker.on("error", failAll);
    return worker;
  });
  idle.push(...workers);

  return {
    takeBuffer: () => {
      const memory = spare.pop() ?? new ArrayBuffer(dictionaryBytes + blockBytes);
      return Buffer.from(memory, dictionaryBytes, blockBytes);
    },
    async compress(block, before) {
      const memory = block.buffer;
      if (!(memory instanceof ArrayBuffer)) throw new TypeError("Not a buffer of this pool");
      const dictionaryStart = dictionaryBytes - (before?.length ?? 0);
      if (before) new Uint8Array(memory).set(before, dictionaryStart);
      if (idle.length === 0) await new Promise<void>((wake) => waiting.push(wake));
      const worker = idle.pop();
      const id = ++lastId;
      return await new Promise<Uint8Array>((done, fail) => {
        jobs.set(id, { done, fail });
        worker?.postMessage(
          {
            id,
            codec,
            level,
            memory,
            dictionaryStart,
            start: dictionaryBytes,
            length: block.length,
          },
          [memory],
        );
      });
    },
    async close() {
      failAll(new Error("The compressor was stopped"));
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

interface Answer {
  id: number;
  memory: ArrayBuffer;
  bytes: Uint8Array;
}

function isAnswer(value: unknown): value is Answer {
  return (
    isObject(value) &&
    typeof value["id"] === "number" &&
    value["memory"] instanceof ArrayBuffer &&
    value["bytes"] instanceof Uint8Array
  );
}
