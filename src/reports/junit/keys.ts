import type { Outcome } from "./model.ts";

/** A number for an outcome, below 4. */
export const outcomeCode = { passed: 0, failed: 1, errored: 2, skipped: 3 } as const;

const outcomes: readonly Outcome[] = ["passed", "failed", "errored", "skipped"];

export function outcomeOf(code: number): Outcome {
  return outcomes[code] ?? "passed";
}

/** Odd numbers that the two lanes are multiplied by for every byte, and their powers: four bytes go in one turn. */
const [a1, a2, a3, a4] = powersOf(0x9e3779b1);
const [b1, b2, b3, b4] = powersOf(0xc2b2ae3d);

/**
 * A running hash of 64 bits over bytes: two polynomials.
 *
 * What was hashed in pieces counts as one, since GitLab does not see either where one part of a key ends.
 */
export class KeyHash {
  #a = 0;
  #b = 0;

  reset(): void {
    this.#a = 0;
    this.#b = 0;
  }

  copyFrom(other: KeyHash): void {
    this.#a = other.#a;
    this.#b = other.#b;
  }

  bytes(buffer: Buffer, start: number, end: number): void {
    let a = this.#a;
    let b = this.#b;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const first = buffer[at] ?? 0;
      const second = buffer[at + 1] ?? 0;
      const third = buffer[at + 2] ?? 0;
      const fourth = buffer[at + 3] ?? 0;
      a =
        (Math.imul(a, a4) +
          Math.imul(first, a3) +
          Math.imul(second, a2) +
          Math.imul(third, a1) +
          fourth) |
        0;
      b =
        (Math.imul(b, b4) +
          Math.imul(first, b3) +
          Math.imul(second, b2) +
          Math.imul(third, b1) +
          fourth) |
        0;
    }
    for (; at < end; at += 1) {
      const byte = buffer[at] ?? 0;
      a = (Math.imul(a, a1) + byte) | 0;
      b = (Math.imul(b, b1) + byte) | 0;
    }
    this.#a = a;
    this.#b = b;
  }

  byte(byte: number): void {
    this.#a = (Math.imul(this.#a, a1) + byte) | 0;
    this.#b = (Math.imul(this.#b, b1) + byte) | 0;
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

function powersOf(base: number): [number, number, number, number] {
  const square = Math.imul(base, base);
  return [base | 0, square, Math.imul(square, base), Math.imul(square, square)];
}
