import type { Clock } from "./clock.ts";
import type { StepError } from "./errors.ts";
import { asStepError } from "./translate.ts";

/** How long what is under way may take to stop after a signal; GitLab kills about 10 s after it asks (R07). */
const graceMs = 5000;

/**
 * Runs a part of a step to its end, or until a signal and a little grace have passed.
 *
 * @param signal is aborted with the error to end with.
 * @returns what it failed with.
 */
export async function attempt(
  part: () => Promise<void>,
  { signal, clock }: { signal: AbortSignal; clock: Clock },
): Promise<StepError | undefined> {
  const over = new AbortController();
  const work = Promise.try(part);
  try {
    await Promise.race([work, interruption(signal, clock, over.signal)]);
    return undefined;
  } catch (error) {
    return asStepError(signal.aborted ? signal.reason : error);
  } finally {
    over.abort();
    // After an interruption nobody waits for it any more.
    work.catch(() => {});
  }
}

async function interruption(signal: AbortSignal, clock: Clock, over: AbortSignal): Promise<never> {
  if (!signal.aborted) {
    await new Promise((resolve) => {
      signal.addEventListener("abort", resolve, { once: true });
      over.addEventListener("abort", () => signal.removeEventListener("abort", resolve));
    });
  }
  await clock.sleep(graceMs, over);
  throw signal.reason;
}
