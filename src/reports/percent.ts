import type { Share } from "./coverage.ts";

/** Percent with two decimals, rounded down: 100.00 only where nothing is missing. `undefined` where nothing counts. */
export function percentText({ covered, valid }: Share): string | undefined {
  if (valid === 0) return undefined;
  const hundredths = (BigInt(covered) * 10_000n) / BigInt(valid);
  return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, "0")}`;
}

/**
 * Whether a share reaches a threshold, in whole numbers: no rounding can let 69.999 % pass as 70.
 *
 * @param threshold percent, as the user wrote it
 */
export function reaches({ covered, valid }: Share, threshold: number): boolean {
  const { digits, scale } = decimalOf(threshold);
  return BigInt(covered) * scale * 100n >= digits * BigInt(valid);
}

/** Whether a part is more than so many percent of the whole, exactly. */
export function exceedsPercent(part: number, whole: number, percent: number): boolean {
  const { digits, scale } = decimalOf(percent);
  return BigInt(part) * scale * 100n > digits * BigInt(whole);
}

/** Percentage points that coverage fell by, exactly, against a limit. */
export function dropsBeyond(before: Share, after: Share, points: number): boolean {
  const { digits, scale } = decimalOf(points);
  const left =
    BigInt(before.covered) * BigInt(after.valid) - BigInt(after.covered) * BigInt(before.valid);
  return left * 100n * scale > digits * BigInt(before.valid) * BigInt(after.valid);
}

/** A decimal number as digits and power of ten: 87.5 is 875 / 10. */
function decimalOf(value: number): { digits: bigint; scale: bigint } {
  const [whole = "0", fraction = ""] = value.toFixed(10).split(".");
  return { digits: BigInt(whole + fraction), scale: 10n ** BigInt(fraction.length) };
}
