import { setTimeout as delay } from "node:timers/promises";

/** Time as a step sees it; tests hand in their own. */
export interface Clock {
  now(): Date;
  /** Milliseconds that never jump: for deadlines. */
  monotonicMs(): number;
  /** Rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
};
