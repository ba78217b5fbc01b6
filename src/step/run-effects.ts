import type { Effect } from "./effect.ts";
import type { StepError } from "./errors.ts";
import type { Log } from "./log.ts";
import type { Journal } from "./report/journal.ts";
import { asStepError } from "./translate.ts";

/** `planned` and `pending` were not begun; `unknown` was begun and its end is not known. */
export type EffectState = "done" | "applied" | "planned" | "pending" | "failed" | "unknown";

export interface EffectRecord {
  readonly id: string;
  readonly sentence: string;
  state: EffectState;
}

interface Run {
  log: Log;
  journal: Journal;
  signal: AbortSignal;
  dryRun: boolean;
  refuse(error: StepError): void;
}

/**
 * Runs effects in order: done → say so and go on; else apply, verify, journal.
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
  for (const [index, effect] of effects.entries()) {
    const record = records[index];
    if (record === undefined) continue;
    run.signal.throwIfAborted();
    if (run.dryRun) await foresee(effect, record, run);
    else await perform(effect, record, run);
  }
}

async function perform(
  effect: Effect,
  record: EffectRecord,
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
    await effect.apply();
    settle(effect, await effect.verify());
    record.state = "applied";
    await journal.write({ effect: effect.id, state: "applied" });
    log.debug(`✓ ${effect.sentence}: proven`);
  } catch (error) {
    if (!signal.aborted) record.state = "failed";
    await journal.write({ effect: effect.id, state: record.state, code: asStepError(error).code });
    throw error;
  }
}

async function foresee(effect: Effect, record: EffectRecord, { log, refuse }: Run): Promise<void> {
  try {
    const found = await effect.isDone();
    if (found !== false) settle(effect, found);
    record.state = found === false ? "planned" : "done";
    log.info(found === false ? `would: ${effect.sentence}` : `✓ ${effect.sentence}: already done`);
  } catch (error) {
    record.state = "failed";
    refuse(asStepError(error));
  }
}

function settle(effect: Effect, result: unknown): void {
  if ("settle" in effect && typeof effect.settle === "function") effect.settle(result);
}
