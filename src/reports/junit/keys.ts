/**
 * Keys of test cases as numbers: 50 bits of hash, whether GitLab shows the case, and 2 bits of outcome.
 *
 * A million keys as text cost 770 MB, as numbers 8 MB; equal numbers are looked at again by name (see repeats.ts), so a
 * collision costs time and never a wrong verdict.
 */
export class KeyList {
  readonly #full: Float64Array[] = [];
  // Most files are small, and there may be ten thousand of them.
  #last = new Float64Array(32);
  #used = 0;
  #before = 0;

  get length(): number {
    return this.#before + this.#used;
  }

  push(key: number): void {
    if (this.#used === this.#last.length) this.#addChunk();
    this.#last[this.#used] = key;
    this.#used += 1;
  }

  /** Changes the keys from this place on. */
  changeFrom(first: number, change: (key: number) => number): void {
    let at = 0;
    for (const chunk of [...this.#full, this.#last.subarray(0, this.#used)]) {
      for (let index = Math.max(0, first - at); index < chunk.length; index += 1)
        chunk[index] = change(chunk[index] ?? 0);
      at += chunk.length;
    }
  }

  /** All keys in order. The list is empty afterwards, so that only one copy of them is in memory. */
  takeSorted(): Float64Array {
    const all = new Float64Array(this.length);
    let at = 0;
    for (const chunk of [...this.#full, this.#last.subarray(0, this.#used)]) {
      all.set(chunk, at);
      at += chunk.length;
    }
    this.#full.length = 0;
    this.#last = new Float64Array(0);
    this.#used = 0;
    this.#before = 0;
    // oxlint-disable-next-line unicorn/no-array-sort -- nobody else holds the array, and a copy would cost 8 MB
    return all.sort();
  }

  /** Chunks instead of one growing array: what grows leaves its old copies to the collector. */
  #addChunk(): void {
    this.#full.push(this.#last);
    this.#before += this.#last.length;
    this.#last = new Float64Array(Math.min(65_536, Math.max(32, this.#last.length * 2)));
    this.#used = 0;
  }
}

/** A number for an outcome, below 4. */
export const outcomeCode = { passed: 0, failed: 1, errored: 2, skipped: 3 } as const;

const shownBit = 4;
const facts = 8;

/** @param isShown whether the case reaches GitLab's counts */
export function makeKey(hash: number, outcome: number, isShown: boolean): number {
  return hash * facts + (isShown ? shownBit : 0) + outcome;
}

export function hashOf(key: number): number {
  return Math.floor(key / facts);
}

export function isShown(key: number): boolean {
  return key % facts >= shownBit;
}

export function outcomeOf(key: number): number {
  return key % shownBit;
}

/** The key of a case that GitLab has lost with its suite. */
export function hidden(key: number): number {
  return isShown(key) ? key - shownBit : key;
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
    return (a >>> 0) * 0x40000 + (b >>> 14);
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
