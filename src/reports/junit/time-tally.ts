import type { SlowCase } from "./model.ts";
import type { TimeValue } from "./time.ts";

/** How many of the slowest cases are kept. */
export const mostSlow = 20;

/** Whoever took that long; its title is made only where it is kept. */
interface Titled {
  readonly title: string;
}

interface Ambiguous {
  name: string;
  grouped: number;
  decimal: number;
}

/**
 * Adds up the times of a file, and keeps its slowest cases.
 *
 * What `1,234` means is known only at the end of the file, so both readings are carried along.
 */
export class TimeTally {
  readonly #limit: number | undefined;
  readonly #slowerThan: number;
  #seconds = 0;
  #grouped = 0;
  #decimal = 0;
  #provesDecimalComma = false;
  #tooSlow = 0;
  #groupedTooSlow = 0;
  #decimalTooSlow = 0;
  #slowest: SlowCase[] = [];
  #ambiguous: Ambiguous[] = [];
  bad = 0;

  /**
   * @param limit seconds above which a case is too slow
   * @param slowerThan what others took that were read before: only slower cases are kept
   */
  constructor(limit: number | undefined, slowerThan = -1) {
    this.#limit = limit;
    this.#slowerThan = slowerThan;
  }

  addSeconds(seconds: number, timed: Titled): void {
    this.#seconds += seconds;
    if (this.#isTooSlow(seconds)) this.#tooSlow += 1;
    if (seconds <= this.#slowerThan) return;
    if (this.#slowest.length < mostSlow || seconds > (this.#slowest.at(-1)?.seconds ?? 0))
      this.#slowest = insert(this.#slowest, { name: timed.title, seconds });
  }

  add(value: TimeValue, timed: Titled): void {
    if (value.kind === "bad") {
      this.bad += 1;
    } else if (value.kind === "seconds") {
      this.#provesDecimalComma ||= value.provesDecimalComma;
      this.addSeconds(value.seconds, timed);
    } else {
      this.#grouped += value.grouped;
      this.#decimal += value.decimal;
      if (this.#isTooSlow(value.grouped)) this.#groupedTooSlow += 1;
      if (this.#isTooSlow(value.decimal)) this.#decimalTooSlow += 1;
      this.#keepAmbiguous({ name: timed.title, grouped: value.grouped, decimal: value.decimal });
    }
  }

  /** Seconds of all cases; not wall time, as tests run side by side. */
  get seconds(): number {
    return this.#seconds + (this.#provesDecimalComma ? this.#decimal : this.#grouped);
  }

  get tooSlow(): number {
    return this.#tooSlow + (this.#provesDecimalComma ? this.#decimalTooSlow : this.#groupedTooSlow);
  }

  get slowest(): SlowCase[] {
    return this.#ambiguous.reduce(
      (slowest, { name, grouped, decimal }) =>
        insert(slowest, { name, seconds: this.#provesDecimalComma ? decimal : grouped }),
      this.#slowest,
    );
  }

  #isTooSlow(seconds: number): boolean {
    return this.#limit !== undefined && seconds > this.#limit;
  }

  #keepAmbiguous(value: Ambiguous): void {
    // The order is the same in both readings but for mixed digits groups, so the longest are enough.
    this.#ambiguous.push(value);
    if (this.#ambiguous.length > 2 * mostSlow)
      this.#ambiguous = this.#ambiguous
        .toSorted((one, other) => other.grouped - one.grouped)
        .slice(0, mostSlow);
  }
}

function insert(slowest: SlowCase[], slow: SlowCase): SlowCase[] {
  return [...slowest, slow]
    .toSorted((one, other) => other.seconds - one.seconds)
    .slice(0, mostSlow);
}
