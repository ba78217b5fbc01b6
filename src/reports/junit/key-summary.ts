import type { CaseKeys } from "./case-keys.ts";
import { outcomeOf } from "./keys.ts";
import type { Outcome } from "./model.ts";

/** What the keys of a file say. */
export interface KeySummary {
  /** Cases that GitLab is shown. */
  shown: number;
  /** Of these, what it counts: one for each key and outcome. */
  distinct: Record<Outcome, number>;
  /** Cases with the suite, class and name of an earlier one, shown or not. */
  repeats: number;
  repeated: RepeatedKey[];
}

/** Cases of which GitLab shows one for each outcome. */
export interface RepeatedKey {
  /** The number of the first case with this key. */
  first: number;
  /** How many there are, the place of the first of them, and the outcomes in the order of the file. */
  count: number;
  line: number;
  column: number;
  outcomes: Outcome[];
}

export function summariseKeys(keys: CaseKeys): KeySummary {
  const summary: KeySummary = {
    shown: 0,
    distinct: { passed: 0, failed: 0, errored: 0, skipped: 0 },
    repeats: 0,
    repeated: [],
  };
  for (let number = 0; number < keys.length; number += 1) {
    if (!keys.isShown(number)) continue;
    summary.shown += 1;
    summary.distinct[outcomeOf(keys.outcome(number))] += 1;
  }
  for (const numbers of keys.repeated()) addRepeats(numbers, keys, summary);
  return summary;
}

/** The hashes of the keys that GitLab is shown: what is compared between files. */
export function shownHashes(keys: CaseKeys): Float64Array {
  const hashes = new Set<number>();
  for (let number = 0; number < keys.length; number += 1)
    if (keys.isShown(number)) hashes.add(keys.hash(number));
  return Float64Array.from(hashes);
}

/** Whether a sorted array holds the number. */
export function holds(sorted: Float64Array, wanted: number): boolean {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const value = sorted[middle] ?? 0;
    if (value === wanted) return true;
    if (value < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

/** @param numbers of the cases that share a key */
function addRepeats(numbers: readonly number[], keys: CaseKeys, summary: KeySummary): void {
  summary.repeats += numbers.length - new Set(numbers.map((number) => keys.exact(number))).size;
  const shown = numbers.filter((number) => keys.isShown(number));
  const [first = 0] = numbers;
  const [firstShown] = shown;
  if (firstShown === undefined || shown.length === 1) return;
  const codes = shown.map((number) => keys.outcome(number));
  const outcomes = [...new Set(codes)].map(outcomeOf);
  for (const code of codes) summary.distinct[outcomeOf(code)] -= 1;
  for (const outcome of outcomes) summary.distinct[outcome] += 1;
  const [line, column] = [keys.line(firstShown), keys.column(firstShown)];
  summary.repeated.push({ first, count: shown.length, line, column, outcomes });
}
