import { hashOf, isShown, outcomeOf } from "./keys.ts";

/** What sorted keys say. */
export interface KeySummary {
  /** Cases that GitLab is shown, and of these the distinct ones by outcome code. */
  shown: number;
  distinct: [number, number, number, number];
  /** Hashes that occur more than once, with whatever outcome, in order. */
  repeated: Float64Array;
}

/** @param keys sorted */
export function summariseKeys(keys: Float64Array): KeySummary {
  const distinct: [number, number, number, number] = [0, 0, 0, 0];
  const repeated: number[] = [];
  let shown = 0;
  let previous = -1;
  let previousHash = -1;
  for (const key of keys) {
    const hash = hashOf(key);
    if (isShown(key)) {
      shown += 1;
      if (key !== previous) distinct[slot(outcomeOf(key))] += 1;
    }
    if (hash === previousHash && repeated.at(-1) !== hash) repeated.push(hash);
    previous = key;
    previousHash = hash;
  }
  return { shown, distinct, repeated: Float64Array.from(repeated) };
}

/** Each hash that GitLab is shown once, without its outcome: what is compared between files. */
export function distinctHashes(keys: Float64Array): Float64Array {
  const hashes = new Float64Array(keys.length);
  let used = 0;
  for (const key of keys) {
    const hash = hashOf(key);
    if (!isShown(key) || (used > 0 && hashes[used - 1] === hash)) continue;
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
