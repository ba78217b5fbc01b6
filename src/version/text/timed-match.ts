import { createContext, Script } from "node:vm";

/** The most characters of a version that a pattern is given. */
export const versionLengthLimit = 256;

/** A pattern that did not come to an end in time: exponential backtracking. */
export class MatchTimeout extends Error {}

const execute = new Script("expression.lastIndex = 0; expression.exec(text)");
const executeAll = new Script(
  "Array.from(text.matchAll(expression), (found) => [found.index, found.index + found[0].length])",
);
const timeLimitMs = 1_000;

/**
 * `RegExp.exec` with a time limit, for patterns that users wrote.
 *
 * V8 looks for the watchdog's interrupt while it backtracks, so the limit holds without a thread of our own.
 *
 * @throws {MatchTimeout} when it takes longer than one second.
 */
export function matchTimed(expression: RegExp, text: string): RegExpExecArray | null {
  const found = runTimed(execute, expression, text);
  return isMatch(found) ? found : null;
}

/** Where a global expression matches some text, with the same time limit for all places together; no empty matches. */
export function matchAllTimed(
  expression: RegExp,
  text: string,
): { readonly start: number; readonly end: number }[] {
  const found = runTimed(executeAll, expression, text);
  if (!Array.isArray(found)) return [];
  return found.filter(isRange).flatMap(([start, end]) => (start < end ? [{ start, end }] : []));
}

function runTimed(script: Script, expression: RegExp, text: string): unknown {
  const context = createContext({ expression, text });
  try {
    return script.runInContext(context, { timeout: timeLimitMs });
  } catch (error) {
    // The error may be one of the other context, so its class says nothing.
    if (isObject(error) && error["code"] === "ERR_SCRIPT_EXECUTION_TIMEOUT")
      throw new MatchTimeout(`no end after ${timeLimitMs / 1000} s`);
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isMatch(found: unknown): found is RegExpExecArray {
  return Array.isArray(found) && "index" in found;
}

function isRange(found: unknown): found is [number, number] {
  return Array.isArray(found) && found.length === 2 && found.every(Number.isInteger);
}
