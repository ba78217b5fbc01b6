import { Script } from "node:vm";

/** The most characters of a version that a pattern is given. */
export const versionLengthLimit = 256;

/** A pattern that did not come to an end in time: exponential backtracking. */
export class MatchTimeout extends Error {}

const timeLimitMs = 1_000;

/**
 * `RegExp.exec` with a time limit, for patterns that users wrote.
 *
 * V8 looks for the watchdog's interrupt while it backtracks, so the limit holds without a thread of our own.
 *
 * @throws {MatchTimeout} when it takes longer than one second.
 */
export function matchTimed(expression: RegExp, text: string): RegExpExecArray | null {
  return runTimed(() => {
    expression.lastIndex = 0;
    return expression.exec(text);
  });
}

/** Where a global expression matches some text, with the same time limit for all places together; no empty matches. */
export function matchAllTimed(
  expression: RegExp,
  text: string,
): { readonly start: number; readonly end: number }[] {
  return runTimed(() =>
    Array.from(text.matchAll(expression), (found) => ({
      start: found.index,
      end: found.index + found[0].length,
    })).filter(({ start, end }) => start < end),
  );
}

const handOver = Symbol.for("slipway.timed-match");
const call = new Script('globalThis[Symbol.for("slipway.timed-match")]()');

/** Only scripts can be timed: the work is handed to one in a global, which is gone before anything else runs. */
function runTimed<Result>(work: () => Result): Result {
  let done: { result: Result } | undefined;
  const hand = () => {
    done = { result: work() };
  };
  Object.defineProperty(globalThis, handOver, { value: hand, configurable: true });
  try {
    call.runInThisContext({ timeout: timeLimitMs });
  } catch (error) {
    if (isTimeout(error)) throw new MatchTimeout(`no end after ${timeLimitMs / 1000} s`);
    throw error;
  } finally {
    Reflect.deleteProperty(globalThis, handOver);
  }
  if (done === undefined) throw new TypeError("The script did not run what it was handed");
  return done.result;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
