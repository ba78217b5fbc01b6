/**
 * Keys of test cases as numbers: 51 bits of hash and 2 bits of outcome.
 *
 * A million keys as text cost 770 MB, as numbers 8 MB; equal numbers are looked at again by name (see names of
 * duplicates), so a collision costs time and never a wrong verdict.
 */
export class KeyList {
  // Most files are small, and there may be ten thousand of them.
  #keys = new Float64Array(32);
  length = 0;

  push(key: number): void {
    if (this.length === this.#keys.length) {
      const larger = new Float64Array(this.length * 2);
      larger.set(this.#keys);
      this.#keys = larger;
    }
    this.#keys[this.length] = key;
    this.length += 1;
  }

  truncate(length: number): void {
    this.length = length;
  }

  sorted(): Float64Array {
    return this.#keys.subarray(0, this.length).toSorted();
  }
}

/** A number for an outcome, below 4. */
export const outcomeCode = { passed: 0, failed: 1, errored: 2, skipped: 3 } as const;
export type OutcomeCode = (typeof outcomeCode)[keyof typeof outcomeCode];

export function withOutcome(hash: number, outcome: number): number {
  return hash * 4 + outcome;
}

export function hashOf(key: number): number {
  return Math.floor(key / 4);
}

export function outcomeOf(key: number): number {
  return key % 4;
}

/** A running hash over bytes: FNV-1a, and a second lane that remembers its way. */
export class KeyHash {
  #a = 0x811c9dc5 | 0;
  #b = 0x9747b28c | 0;

  reset(): void {
    this.#a = 0x811c9dc5 | 0;
    this.#b = 0x9747b28c | 0;
  }

  copyFrom(other: KeyHash): void {
    this.#a = other.#a;
    this.#b = other.#b;
  }

  bytes(buffer: Buffer, start: number, end: number): void {
    let a = this.#a;
    let b = this.#b;
    for (let at = start; at < end; at += 1) {
      const byte = buffer[at] ?? 0;
      a = Math.imul(a ^ byte, 0x01000193);
      b = (((b << 7) | (b >>> 25)) + a) | 0;
    }
    this.#a = a;
    this.#b = b;
  }

  byte(byte: number): void {
    this.#a = Math.imul(this.#a ^ byte, 0x01000193);
    this.#b = (((this.#b << 7) | (this.#b >>> 25)) + this.#a) | 0;
  }

  /** Adds a whole number, such as the length of a part, without changing this hash. */
  valueWith(extra: number): number {
    const a = mix(this.#a ^ Math.imul(extra, 0x85ebca6b));
    const b = mix(this.#b ^ Math.imul(extra + 0x165667b1, 0xc2b2ae35));
    return (a >>> 0) * 0x80000 + (b >>> 13);
  }

  value(): number {
    return this.valueWith(0);
  }
}

function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
