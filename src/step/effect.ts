/**
 * One write to the world outside the work folder.
 *
 * `isDone` only looks; `apply` writes; `verify` proves it by reading back. Whoever runs the effects asks first, so
 * that a run may be stopped anywhere and started again (R06).
 */
export interface Effect<Result = unknown> {
  /** Stable and unique in the plan, for the journal: `upload:demo-1.0.conda.tgz`. */
  readonly id: string;
  /** What it does, imperative, for people: `Upload demo-1.0.conda.tgz (12 MB) to group/demo`. */
  readonly sentence: string;
  /** The result where the world already holds it, else `false`. Throws where the world holds something else. */
  isDone(): Promise<Result | false>;
  apply(): Promise<void>;
  /** Reads back what `apply` wrote; throws where it is not there or differs. */
  verify(): Promise<Result>;
  /**
   * Takes back what this run applied, wholly or in part, because the plan failed here or later: for what is only whole
   * together. Effects without it stay, and the next run goes on from there. Throws where it is too late for that;
   * nothing before it is taken back then.
   */
  undo?(): Promise<void>;
}

/** An effect whose proven result later effects read. */
export interface RunnableEffect<Result> extends Effect<Result> {
  /** @throws {ResultPending} before the effect has run. */
  result(): Result;
  settle(result: Result): void;
}

/** The result of an effect was read before it ran: in a dry run a consequence, else a mistake in the order of the plan. */
export class ResultPending extends TypeError {}

/** Makes an effect remember its result, typed, for the effects that come after it in the plan. */
export function effect<Result>(description: Effect<Result>): RunnableEffect<Result> {
  let settled: { result: Result } | undefined;
  return {
    ...description,
    result() {
      if (settled === undefined)
        throw new ResultPending(`The result of ${description.id} was read before it ran`);
      return settled.result;
    },
    settle(result) {
      settled = { result };
    },
  };
}
