import { invalidParameter } from "./refusals.ts";

/** What a client sent in the query and the body, checked on reading as GitLab's parameter parser does. */
export class Parameters {
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(values: ReadonlyMap<string, unknown>) {
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  isEmpty(names: readonly string[]): boolean {
    return !names.some((name) => this.has(name));
  }

  raw(name: string): unknown {
    return this.#values.get(name);
  }

  /** A text, or a number or boolean as text. `null` and an absent value are `undefined`. */
  text(name: string): string | undefined {
    const value = this.#values.get(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw invalidParameter(`${name} is invalid`);
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw invalidParameter(`${name} is missing`);
    return value;
  }

  /** A text that is not empty. */
  filledText(name: string): string {
    const value = this.requiredText(name);
    if (value.trim() === "") throw invalidParameter(`${name} is empty`);
    return value;
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined || value === "") return undefined;
    if (!/^-?\d+$/.test(value)) throw invalidParameter(`${name} is invalid`);
    return Number(value);
  }

  requiredInteger(name: string): number {
    const value = this.integer(name);
    if (value === undefined) throw invalidParameter(`${name} is missing`);
    return value;
  }

  boolean(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined || value === "") return undefined;
    if (/^(?:true|t|1|yes|on)$/i.test(value)) return true;
    if (/^(?:false|f|0|no|off)$/i.test(value)) return false;
    throw invalidParameter(`${name} is invalid`);
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw invalidParameter(`${name} does not have a valid value`);
    return found;
  }

  date(name: string): Date | undefined {
    const value = this.text(name);
    if (value === undefined || value === "") return undefined;
    const date = parseTime(value);
    if (date === undefined) throw invalidParameter(`${name} is invalid`);
    return date;
  }

  /** A list, or a text with commas. */
  texts(name: string): string[] | undefined {
    const value = this.#values.get(name);
    if (value === undefined || value === null) return undefined;
    const list = Array.isArray(value) ? value : String(value).split(",");
    return list.map(String).filter((item) => item !== "");
  }

  /** A list of objects; one object alone counts as a list of one. */
  records(name: string): Parameters[] | undefined {
    const value = this.#values.get(name);
    if (value === undefined || value === null) return undefined;
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return list.map((item) => {
      if (!isRecord(item)) throw invalidParameter(`${name} is invalid`);
      return new Parameters(new Map(Object.entries(item)));
    });
  }
}

/** An object that is no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// A time without a zone is UTC (GitLab's server zone).
function parseTime(value: string): Date | undefined {
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(value) || /^\d{4}-\d{2}-\d{2}$/.test(value);
  const date = new Date(zoned ? value : `${value.replace(" ", "T")}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
