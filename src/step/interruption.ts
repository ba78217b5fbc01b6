import type { Clock } from "./clock.ts";
import type { StepError } from "./errors.ts";
import { asStepError } from "./translate.ts";

/** How long what is under way may take to stop after a signal, in all; GitLab kills about 10 s after it asks (R07). */
const workGraceMs = 5000;

/**
 * Runs a part of a step to its end, or until a signal and a little grace have passed.
 *
 * @param signal is aborted with the error to end with.
 * @returns what it failed with: after a signal always that, even where the part came to its end.
 */
export async function attempt(
  part: () => Promise<void>,
  { signal, clock }: { signal: AbortSignal; clock: Clock },
  graceMs = workGraceMs,
): Promise<StepError | undefined> {
  const over = new AbortController();
  const work = Promise.try(part);
  try {
    await Promise.race([work, interruption(signal, clock, graceMs, over.signal)]);
    return signal.aborted ? asStepError(signal.reason) : undefined;
  } catch (error) {
    return asStepError(signal.aborted ? signal.reason : error);
  } finally {
    over.abort();
    // After an interruption nobody waits for it any more.
    work.catch(() => {});
  }
}

async function interruption(
  signal: AbortSignal,
  clock: Clock,
  graceMs: number,
  over: AbortSignal,
): Promise<never> {
  if (!signal.aborted) {
    await new Promise((resolve) => {
      signal.addEventListener("abort", resolve, { once: true });
      over.addEventListener("abort", () => signal.removeEventListener("abort", resolve));
    });
  }
  await clock.sleep(graceMs, over);
  throw signal.reason;
}
