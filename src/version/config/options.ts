import { versionErrors } from "../errors.ts";
import type { Problems } from "../problems.ts";
import { splitCommand } from "../text/shell-words.ts";
import type { RawSection, RawValue } from "./raw-config.ts";

const truths = new Map([
  ["1", true],
  ["yes", true],
  ["true", true],
  ["on", true],
  ["0", false],
  ["no", false],
  ["false", false],
  ["off", false],
]);

/** Reads the options of a section, each with the type it wants, and knows which were never asked for. */
export class OptionReader {
  readonly #section: RawSection;
  readonly #path: string;
  readonly #problems: Problems;
  readonly #asked = new Set<string>();

  constructor(section: RawSection, path: string, problems: Problems) {
    this.#section = section;
    this.#path = path;
    this.#problems = problems;
  }

  /** The option as one text; `undefined` where it is not given, `""` where it is empty. */
  text(key: string): string | undefined {
    const value = this.#take(key);
    if (value?.kind !== "list") return value?.text;
    this.#fail(key, `must be one text, not a list`);
    return undefined;
  }

  /** A version: a TOML number is refused, because 1.10 would have become 1.1. Empty means not given. */
  version(key: string): string | undefined {
    const value = this.#take(key);
    if (value?.kind === "number") {
      this.#fail(key, `is the number ${value.text}; write it in quotes: "${value.text}"`);
      return undefined;
    }
    return this.text(key) || undefined;
  }

  boolean(key: string, fallback = false): boolean {
    const text = this.text(key);
    if (text === undefined) return fallback;
    const truth = truths.get(text.trim().toLowerCase());
    if (truth === undefined)
      this.#fail(key, `'${text}' is not a boolean. Use one of ${[...truths.keys()].join(", ")}`);
    return truth ?? fallback;
  }

  /** One item per line, trimmed, without blank lines; a TOML array as it is. */
  list(key: string): string[] | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    if (value.kind === "list") return [...value.items];
    return value.text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  }

  /** Lines, each split into words as a shell would. */
  commands(key: string): string[] {
    return (this.list(key) ?? []).flatMap((line) => {
      const words = splitCommand(line);
      if (words === undefined) this.#fail(key, `'${line}' has a quotation without an end`);
      return (words ?? []).filter((word) => word !== "");
    });
  }

  asked(): string[] {
    return [...this.#asked];
  }

  /** The options that are there and were never asked for, without those of `[DEFAULT]`. */
  unknown(): string[] {
    return [...this.#section.options]
      .filter(([key, value]) => !this.#asked.has(key) && !isInherited(value))
      .map(([key]) => key);
  }

  #take(key: string): RawValue | undefined {
    this.#asked.add(key);
    return this.#section.options.get(key);
  }

  #fail(key: string, reason: string): void {
    const { where } = this.#section;
    const place = where.includes(this.#path) ? where : `${where} in ${this.#path}`;
    this.#problems.add(versionErrors("E_VERSION_CONFIG", `${place}: ${key} ${reason}`));
  }
}

function isInherited(value: RawValue): boolean {
  return value.kind === "text" && value.isInherited === true;
}
