import { hashNumber } from "./keys.ts";

/** What is kept of every case: two numbers for its key, what else sets it apart, and its place. */
const fields = 5;
const chunkBits = 16;
const chunkCases = 1 << chunkBits;
const smallCases = 32;
/** Two slots for each case of a report of a million. */
const largestGuess = 1 << 21;
const usualCaseBytes = 256;

const shownBit = 4;
const outcomeBits = 3;
const factBits = 7;

/** A case as its key tells it from others. */
export interface KeyedCase {
  /** Two halves of the hash of the key that GitLab makes. */
  readonly keyHigh: number;
  readonly keyLow: number;
  /** Differs where the keys are alike, and suite, class and name are not. */
  readonly keyExact: number;
  readonly line: number;
  readonly column: number;
}

/**
 * The keys of all cases of a file as GitLab makes them, and which of them were there before: some 40 bytes a case.
 *
 * A million keys as text cost 770 MB. Of 64 bits, two different names in a million cases are taken for one in one of
 * thirty million such reports.
 */
export class CaseKeys {
  readonly #chunks: Int32Array[] = [];
  #last = new Int32Array(smallCases * fields);
  /** Pairs: half of a hash, and one more than the number of the first case with it; 0 where the slot is free. */
  #table = new Int32Array(4 * smallCases);
  #length = 0;
  readonly #repeats = new NumberPairs();

  constructor() {
    this.#chunks.push(this.#last);
  }

  /** Large reports begin with a large table, as a table that grows is filled again. */
  expect(sizeBytes: number): void {
    const slots = Math.min(largestGuess, (2 * sizeBytes) / usualCaseBytes);
    if (this.#length === 0 && slots * 2 > this.#table.length)
      this.#table = new Int32Array(2 ** Math.ceil(Math.log2(slots * 2)));
  }

  get length(): number {
    return this.#length;
  }

  /**
   * Adds the next case.
   *
   * @param outcome its code
   * @param isShown whether it reaches GitLab's counts
   * @returns the number of the first case with this key: its own, if there is no earlier one
   */
  add(
    { keyHigh: high, keyLow: low, keyExact, line, column }: KeyedCase,
    outcome: number,
    isShown: boolean,
  ): number {
    const number = this.#length;
    const at = this.#room(number);
    const chunk = this.#last;
    chunk[at] = high;
    chunk[at + 1] = low;
    chunk[at + 2] = (keyExact & ~factBits) | (isShown ? shownBit : 0) | outcome;
    chunk[at + 3] = line;
    chunk[at + 4] = column;
    this.#length = number + 1;
    if (this.#length * 4 > this.#table.length) this.#growTable();
    const first = this.#enter(number, high, low);
    if (first !== number) this.#repeats.push(first, number);
    return first;
  }

  /** The cases from this one on do not reach GitLab. */
  hideFrom(first: number): void {
    for (let number = first; number < this.#length; number += 1) {
      const chunk = this.#chunkOf(number);
      const at = fieldsAt(number) + 2;
      chunk[at] = (chunk[at] ?? 0) & ~shownBit;
    }
  }

  isShown(number: number): boolean {
    return (this.#field(number, 2) & shownBit) !== 0;
  }

  outcome(number: number): number {
    return this.#field(number, 2) & outcomeBits;
  }

  exact(number: number): number {
    return this.#field(number, 2) & ~factBits;
  }

  line(number: number): number {
    return this.#field(number, 3);
  }

  column(number: number): number {
    return this.#field(number, 4);
  }

  /** The hash of its key in 53 bits. */
  hash(number: number): number {
    return hashNumber(this.#field(number, 0), this.#field(number, 1));
  }

  /** The numbers of the cases that share a key, key by key, in the order of the file. */
  *repeated(): Generator<readonly number[]> {
    let cases: number[] = [];
    for (const [first, number] of this.#repeats.sorted()) {
      if (cases[0] !== first) {
        if (cases.length > 0) yield cases;
        cases = [first];
      }
      cases.push(number);
    }
    if (cases.length > 0) yield cases;
  }

  /** The place of the next case's fields in the last chunk. */
  #room(number: number): number {
    const at = fieldsAt(number);
    if (number > 0 && at === 0) {
      this.#last = new Int32Array(chunkCases * fields);
      this.#chunks.push(this.#last);
    } else if (at === this.#last.length) {
      const larger = new Int32Array(Math.min(chunkCases * fields, at * 2));
      larger.set(this.#last);
      this.#last = larger;
      this.#chunks[this.#chunks.length - 1] = larger;
    }
    return at;
  }

  /**
   * Half of the hash stands in the table itself: to look at the case costs a miss of the processor's caches.
   *
   * @returns the case that is in the table under this key
   */
  #enter(number: number, high: number, low: number): number {
    const table = this.#table;
    const mask = table.length - 1;
    let slot = (high << 1) & mask;
    for (;;) {
      const found = (table[slot + 1] ?? 0) - 1;
      if (found < 0) {
        table[slot] = low;
        table[slot + 1] = number + 1;
        return number;
      }
      if (table[slot] === low && this.#field(found, 0) === high) return found;
      slot = (slot + 2) & mask;
    }
  }

  #growTable(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    for (let number = 0; number < this.#length - 1; number += 1)
      this.#enter(number, this.#field(number, 0), this.#field(number, 1));
  }

  #field(number: number, field: number): number {
    return this.#chunkOf(number)[fieldsAt(number) + field] ?? 0;
  }

  #chunkOf(number: number): Int32Array {
    return this.#chunks[number >>> chunkBits] ?? this.#last;
  }
}

function fieldsAt(number: number): number {
  return (number & (chunkCases - 1)) * fields;
}

/** Pairs of numbers below 2^26, in 8 bytes each. */
class NumberPairs {
  #pairs = new Float64Array(0);
  length = 0;

  push(one: number, other: number): void {
    if (this.length === this.#pairs.length) {
      const larger = new Float64Array(Math.max(16, this.length * 2));
      larger.set(this.#pairs);
      this.#pairs = larger;
    }
    this.#pairs[this.length] = one * radix + other;
    this.length += 1;
  }

  /** By the first, then by the second number. */
  *sorted(): Generator<[number, number]> {
    for (const pair of this.#pairs.subarray(0, this.length).toSorted())
      yield [Math.floor(pair / radix), pair % radix];
  }
}

const radix = 2 ** 26;
