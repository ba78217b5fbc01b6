import { type Effect, ResultPending } from "./effect.ts";
import { exit, type StepError } from "./errors.ts";
import type { Log } from "./log.ts";
import type { Journal } from "./report/journal.ts";
import { asStepError } from "./translate.ts";

/** `planned` and `pending` were not begun; `unknown` was begun and its end is not known; `undone` was applied and taken back. */
export const effectStates = [
  "done",
  "applied",
  "planned",
  "pending",
  "failed",
  "unknown",
  "undone",
] as const;
export type EffectState = (typeof effectStates)[number];

export interface EffectRecord {
  readonly id: string;
  readonly sentence: string;
  state: EffectState;
}

interface Run {
  log: Log & { error(error: StepError): void };
  journal: Journal;
  signal: AbortSignal;
  dryRun: boolean;
}

/**
 * Runs effects in order: done → say so and go on; else apply, verify, journal. Where one fails, what can be undone is,
 * the last first. A dry run only asks.
 *
 * @param records is filled while it runs, so that an interrupted run can tell what was done and what was not.
 */
export async function runEffects(
  effects: readonly Effect[],
  records: EffectRecord[],
  run: Run,
): Promise<void> {
  records.push(
    ...effects.map(({ id, sentence }): EffectRecord => ({ id, sentence, state: "pending" })),
  );
  const refusals: StepError[] = [];
  const begun: Begun[] = [];
  try {
    for (const [index, effect] of effects.entries()) {
      const record = records[index];
      if (record === undefined) continue;
      run.signal.throwIfAborted();
      if (!run.dryRun) await perform(effect, record, begun, run);
      else refusals.push(...(await foresee(effect, record, run)));
    }
  } catch (error) {
    await undoAll(begun.toReversed(), run);
    throw error;
  }
  const [first, ...more] = refusals;
  for (const refusal of more) run.log.error(refusal);
  if (first !== undefined) throw first;
}

/** What this run set about to apply. */
interface Begun {
  effect: Effect;
  record: EffectRecord;
}

async function perform(
  effect: Effect,
  record: EffectRecord,
  begun: Begun[],
  { log, journal, signal }: Run,
): Promise<void> {
  try {
    const found = await effect.isDone();
    if (found !== false) {
      settle(effect, found);
      record.state = "done";
      await journal.write({ effect: effect.id, state: "done" });
      log.info(`✓ ${effect.sentence}: already done`);
      return;
    }
    signal.throwIfAborted();
    log.info(`→ ${effect.sentence}`);
    await journal.write({ effect: effect.id, state: "intent" });
    record.state = "unknown";
    begun.push({ effect, record });
    await effect.apply();
    settle(effect, await effect.verify());
    record.state = "applied";
    await journal.write({ effect: effect.id, state: "applied" });
    log.debug(`✓ ${effect.sentence}: proven`);
  } catch (error) {
    record.state = stateAfter(asStepError(error), record.state, signal);
    const entry = { effect: effect.id, state: record.state, code: asStepError(error).code };
    // What failed first is what is told, also when the journal cannot take it.
    await journal.write(entry).catch(() => {});
    throw error;
  }
}

async function undoAll(begun: readonly Begun[], { log, journal }: Run): Promise<void> {
  for (const { effect, record } of begun) {
    if (effect.undo === undefined) continue;
    try {
      await effect.undo();
    } catch (error) {
      log.warn(`Not taken back: ${effect.sentence}: ${asStepError(error).message}`);
      return;
    }
    if (record.state !== "applied") continue;
    record.state = "undone";
    log.info(`↶ ${effect.sentence}: taken back`);
    // What failed first is what is told, also when the journal cannot take it.
    await journal.write({ effect: effect.id, state: "undone" }).catch(() => {});
  }
}

/** Only a clear answer proves that nothing was written; whatever was cut off while writing is not known. */
function stateAfter(error: StepError, before: EffectState, signal: AbortSignal): EffectState {
  if (before === "done" || before === "applied" || signal.aborted) return before;
  const answered = error.exit <= exit.refused;
  return before === "unknown" && !answered ? "unknown" : "failed";
}

/** @returns why the effect could not be applied; other refusals may follow, so that all are seen at once. */
async function foresee(
  effect: Effect,
  record: EffectRecord,
  { log, signal }: Run,
): Promise<readonly StepError[]> {
  try {
    const found = await isDoneOrPending(effect);
    if (found !== false) settle(effect, found);
    record.state = found === false ? "planned" : "done";
    log.info(found === false ? `would: ${effect.sentence}` : `✓ ${effect.sentence}: already done`);
    return [];
  } catch (error) {
    const refusal = asStepError(error);
    if (signal.aborted) throw error;
    record.state = "failed";
    if (refusal.exit !== exit.refused) throw error;
    return [refusal];
  }
}

/** What builds on an effect that a dry run leaves out cannot be there either. */
async function isDoneOrPending(effect: Effect): Promise<unknown> {
  try {
    return await effect.isDone();
  } catch (error) {
    for (let cause = error; cause instanceof Error; cause = cause.cause)
      if (cause instanceof ResultPending) return false;
    throw error;
  }
}

function settle(effect: Effect, result: unknown): void {
  if ("settle" in effect && typeof effect.settle === "function") effect.settle(result);
}
