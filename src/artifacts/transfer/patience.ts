import { delayMs, normalRetry, type RetryPolicy } from "../../gitlab/index.ts";
import type { Clock } from "../../step/clock.ts";
import type { StepError } from "../../step/errors.ts";
import type { Log } from "../../step/log.ts";

/** A failure that may pass: what the step ends with when it does not. */
export class Passing extends Error {
  readonly failure: StepError;
  /** When the server asked to come back. */
  readonly afterMs: number | undefined;

  constructor(failure: StepError, afterMs?: number) {
    super(failure.message, { cause: failure });
    this.name = "Passing";
    this.failure = failure;
    this.afterMs = afterMs;
  }
}

export interface Patience {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly retry?: Partial<RetryPolicy>;
}

/**
 * Does work that may be repeated until it succeeds, fails for good, or has failed too often.
 *
 * @param work looks again at the world each time: an attempt may have done more than it could tell.
 * @throws what the work throws, a `Passing` as the failure that it carries.
 */
export async function patiently<Result>(
  work: (attempt: number) => Promise<Result>,
  { clock, log, signal, retry }: Patience,
): Promise<Result> {
  const policy = { ...normalRetry, ...retry };
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Passing)) throw error;
      const waitMs = delayMs(attempt, policy, Math.random(), error.afterMs);
      if (attempt >= policy.attempts || waitMs > policy.patienceMs) throw error.failure;
      log.warn(`${error.message} Trying again in ${Math.ceil(waitMs / 1000)} s.`);
      await clock.sleep(waitMs, signal);
    }
  }
}
