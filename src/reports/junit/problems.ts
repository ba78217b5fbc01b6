import type { Problem } from "./model.ts";
import type { PartState } from "./part-state.ts";
import { parseTime } from "./time.ts";
import { word } from "./vocabulary.ts";

const kinds: ReadonlyMap<number, Problem["kind"]> = new Map([
  [word.failure, "failure"],
  [word.error, "error"],
  [word.skipped, "skipped"],
  [word.flakyFailure, "flakyFailure"],
  [word.flakyError, "flakyError"],
  [word.rerunFailure, "rerunFailure"],
  [word.rerunError, "rerunError"],
]);

/** The name of an element that decides an outcome or tells of an attempt. */
export function problemKind(kind: number): Problem["kind"] {
  return kinds.get(kind) ?? "failure";
}

/** Elements that decide the outcome of a case. */
export function isDeciding(kind: number): boolean {
  return kind === word.failure || kind === word.error || kind === word.skipped;
}

/** These, and attempts that were made again. */
export function isProblem(kind: number): boolean {
  return isDeciding(kind) || (kind >= word.flakyFailure && kind <= word.rerunError);
}

/** What was read of such an element. */
export function problemOf(part: PartState): Problem {
  const time = part.time === undefined ? undefined : parseTime(part.time);
  return {
    kind: problemKind(part.kind),
    message: part.message,
    type: part.type,
    text: part.text.text(),
    time: time?.kind === "seconds" ? time.seconds : undefined,
  };
}
