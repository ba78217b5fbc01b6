import type { Outcome } from "./model.ts";

/** A number for an outcome, below 4. */
export const outcomeCode = { passed: 0, failed: 1, errored: 2, skipped: 3 } as const;

const outcomes: readonly Outcome[] = ["passed", "failed", "errored", "skipped"];

export function outcomeOf(code: number): Outcome {
  return outcomes[code] ?? "passed";
}

/** A running hash of 64 bits over bytes: FNV-1a, and a second lane that remembers its way. */
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

  get high(): number {
    return mixBits(this.#a);
  }

  get low(): number {
    return mixBits(this.#b);
  }
}

/** Spreads what differs in a few bits over all 32. */
export function mixBits(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** 53 bits of a hash as one number, for maps and comparisons between files. */
export function hashNumber(high: number, low: number): number {
  return (high >>> 0) * 0x200000 + (low >>> 11);
}
