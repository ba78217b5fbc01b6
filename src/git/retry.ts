import type { StepError } from "../step/errors.ts";
import type { Server } from "./server.ts";

/** One attempt's end: a result, or a failure that may pass. What will not pass is thrown. */
export type Attempt<Result> = { done: Result } | { again: StepError };

const attempts = 5;
const baseMs = 1000;
const capMs = 30_000;

/**
 * Repeats what may pass, with full jitter, five times at most and not beyond the deadline.
 *
 * @throws {StepError} the last failure.
 */
export async function retrying<Result>(
  { repository, random, deadlineMs }: Pick<Server, "repository" | "random" | "deadlineMs">,
  work: () => Promise<Attempt<Result>>,
): Promise<Result> {
  const { clock, log, signal } = repository.git.context;
  for (let failed = 1; ; failed += 1) {
    const outcome = await work();
    if ("done" in outcome) return outcome.done;
    const waitMs = delayMs(failed, random());
    if (failed >= attempts || clock.monotonicMs() + waitMs > deadlineMs) throw outcome.again;
    const said = outcome.again.message.replace(/[^.!?]$/, "$&.");
    log.warn(`${said} Trying again in ${(waitMs / 1000).toFixed(1)} s.`);
    await clock.sleep(waitMs, signal);
  }
}

/**
 * The wait before a further attempt, in milliseconds: full jitter below a doubling ceiling.
 *
 * @param failed how many attempts have failed, from 1.
 * @param random from 0 to 1.
 */
export function delayMs(failed: number, random: number): number {
  return Math.round(random * Math.min(capMs, baseMs * 2 ** (failed - 1)));
}
