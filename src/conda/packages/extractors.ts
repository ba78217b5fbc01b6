import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { condaError } from "../errors.ts";
import { isFields, numberIn, textIn } from "../json-fields.ts";
import { DamagedPackage } from "./damaged-package.ts";
import type { ExtractRequest } from "./extract-messages.ts";

/** Threads that unpack packages. */
export interface Extractors {
  /**
   * Unpacks a package into an empty folder.
   *
   * @throws DamagedPackage where the archive is damaged or hostile
   */
  extract(archive: string, folder: string): Promise<void>;
  /** What is still being unpacked fails. */
  close(): Promise<void>;
}

interface Thread {
  readonly worker: Worker;
  waiting: number;
}

interface Job {
  readonly settle: () => void;
  readonly fail: (error: unknown) => void;
}

const mostThreads = 4;

/** Makes the threads; each one starts when there is work for it. */
export function openExtractors(count = Math.min(availableParallelism(), mostThreads)): Extractors {
  const threads: Thread[] = [];
  const jobs = new Map<number, Job>();
  let lastId = 0;

  const start = (): Thread => {
    const thread: Thread = { worker: startWorker(), waiting: 0 };
    thread.worker.on("message", (message: unknown) => {
      const reply = isFields(message) ? message : {};
      const id = numberIn(reply, "id") ?? -1;
      const job = jobs.get(id);
      jobs.delete(id);
      thread.waiting -= 1;
      if (thread.waiting === 0) thread.worker.unref();
      const error = errorOf(reply);
      if (error === undefined) job?.settle();
      else job?.fail(error);
    });
    thread.worker.on("error", (cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      const message = `A thread that unpacks broke down: ${why}.`;
      const error = condaError("E_CONDA_UNPACK", message, { cause });
      for (const job of jobs.values()) job.fail(error);
      jobs.clear();
    });
    threads.push(thread);
    return thread;
  };

  const leastBusy = (): Thread => {
    const idle = threads.find(({ waiting }) => waiting === 0);
    if (idle !== undefined) return idle;
    if (threads.length < count) return start();
    return threads.reduce((best, thread) => (thread.waiting < best.waiting ? thread : best));
  };

  return {
    async extract(archive, folder) {
      const thread = leastBusy();
      thread.waiting += 1;
      thread.worker.ref();
      lastId += 1;
      const request: ExtractRequest = { id: lastId, archive, folder };
      await new Promise<void>((settle, fail) => {
        jobs.set(request.id, { settle, fail });
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        thread.worker.postMessage(request);
      });
    },
    async close() {
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
      for (const job of jobs.values()) job.fail(new Error("Unpacking was stopped"));
      jobs.clear();
    },
  };
}

function startWorker(): Worker {
  // Beside this module: the source where sources run, the bundle of its own where bundles do.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new Worker(new URL(`./extract.worker.${extension}`, import.meta.url), { env: {} });
}

function errorOf(reply: Readonly<Record<string, unknown>>): Error | undefined {
  const message = textIn(reply, "message") ?? "";
  switch (textIn(reply, "kind")) {
    case "done":
      return undefined;
    case "damaged":
      return new DamagedPackage(message);
    default:
      return Object.assign(new Error(message), { code: textIn(reply, "code") ?? "" });
  }
}
