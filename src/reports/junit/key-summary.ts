import { hashOf, outcomeOf } from "./keys.ts";

/** What sorted keys say: how many are there again, and what is left when equal ones count once. */
export interface KeySummary {
  /** Keys beyond the first of each. */
  repeated: number;
  /** Distinct keys with the same outcome, by outcome code. */
  distinct: [number, number, number, number];
  /** Hashes that occur more than once, with whatever outcome; the first of them, in order. */
  repeatedHashes: Float64Array;
}

/** How many repeated keys are named at most; of the others only the number is told. */
export const mostNamedRepeats = 1000;

/** @param keys sorted, with outcomes */
export function summariseKeys(keys: Float64Array): KeySummary {
  const distinct: [number, number, number, number] = [0, 0, 0, 0];
  const repeatedHashes: number[] = [];
  let repeated = 0;
  let previous = -1;
  let previousHash = -1;
  for (const key of keys) {
    const hash = hashOf(key);
    if (key !== previous) distinct[slot(outcomeOf(key))] += 1;
    if (hash === previousHash) {
      repeated += 1;
      if (repeatedHashes.at(-1) !== hash && repeatedHashes.length < mostNamedRepeats)
        repeatedHashes.push(hash);
    }
    previous = key;
    previousHash = hash;
  }
  return { repeated, distinct, repeatedHashes: Float64Array.from(repeatedHashes) };
}

/** Each hash once, without its outcome: what is compared between files. */
export function distinctHashes(keys: Float64Array): Float64Array {
  const hashes = new Float64Array(keys.length);
  let used = 0;
  for (const key of keys) {
    const hash = hashOf(key);
    if (used > 0 && hashes[used - 1] === hash) continue;
    hashes[used] = hash;
    used += 1;
  }
  return hashes.slice(0, used);
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

function slot(outcome: number): 0 | 1 | 2 | 3 {
  return outcome === 1 || outcome === 2 || outcome === 3 ? outcome : 0;
}
