import { Secret } from "../secret.ts";
import { BadValue, type Given, type Input, type InputOptions, type Schema } from "./input.ts";

interface Kind<Value> {
  kind: string;
  expected: string;
  schema: Schema;
  parse(text: string): Value;
  secret?: boolean;
  list?: boolean;
}

/** Any text. */
export const text = <const Options extends InputOptions>(options: Options) =>
  declare(options, {
    kind: "text",
    expected: "a text",
    schema: { type: "string" },
    parse: (value) => value,
  });

/** A text that a pattern describes. */
export const matching = <const Options extends InputOptions>(
  pattern: RegExp,
  expected: string,
  options: Options,
) =>
  declare(options, {
    kind: "text",
    expected,
    schema: { type: "string", pattern: pattern.source },
    parse: (value) => {
      if (!pattern.test(value)) throw new BadValue(expected);
      return value;
    },
  });

/** One of a short list of words. */
export const choice = <const Word extends string, const Options extends InputOptions>(
  words: readonly Word[],
  options: Options,
) =>
  declare(options, {
    kind: "choice",
    expected: `one of ${words.join(", ")}`,
    schema: { type: "string", enum: words },
    parse: (value) => {
      const word = words.find((candidate) => candidate === value);
      if (word === undefined) throw new BadValue(`one of ${words.join(", ")}`);
      return word;
    },
  });

const truths: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["yes", true],
  ["on", true],
  ["1", true],
  ["false", false],
  ["no", false],
  ["off", false],
  ["0", false],
]);

/** true, yes, on, 1 or false, no, off, 0, in any case. */
export const boolean = <const Options extends InputOptions>(options: Options) =>
  declare(options, {
    kind: "boolean",
    expected: "true or false",
    schema: { type: "boolean" },
    parse: (value) => {
      const truth = truths.get(value.toLowerCase());
      if (truth === undefined) throw new BadValue("true or false");
      return truth;
    },
  });

interface Range {
  min?: number;
  max?: number;
}

/** A whole number within a range. */
export const integer = <const Options extends InputOptions & Range>(options: Options) =>
  numeric(options, "a whole number", "integer", /^[+-]?\d+$/);

/** A number within a range, with a point. */
export const decimal = <const Options extends InputOptions & Range>(options: Options) =>
  numeric(options, "a number", "number", /^[+-]?\d+(\.\d+)?$/);

const sizeUnits: Readonly<Record<string, number>> = {
  "": 1,
  k: 1000,
  m: 1000 ** 2,
  g: 1000 ** 3,
  t: 1000 ** 4,
  ki: 1024,
  mi: 1024 ** 2,
  gi: 1024 ** 3,
  ti: 1024 ** 4,
};

/** A size in bytes: `500MB`, `5GiB`, `1048576`. */
export const byteSize = <const Options extends InputOptions>(options: Options) => {
  const expected = "a size such as 500MB, 5GiB or 1048576";
  return declare(options, {
    kind: "size",
    expected,
    schema: { type: "string", pattern: "^\\d+(\\.\\d+)? ?([KMGT]i?)?B?$" },
    parse: (value) => {
      const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*(?:([kmgt]i?))?b?$/i.exec(value) ?? [];
      const factor = sizeUnits[unit.toLowerCase()];
      if (number === undefined || factor === undefined) throw new BadValue(expected);
      return Math.round(Number(number) * factor);
    },
  });
};

/** Several texts, one per line or with commas between them. */
export const list = <const Options extends InputOptions>(options: Options) =>
  declare(options, {
    kind: "list",
    expected: "a list, one per line or with commas",
    schema: { type: "array", items: { type: "string" } },
    list: true,
    parse: splitList,
  });

/** File names or glob patterns, relative to the working directory; one per line or with commas. */
export const globs = <const Options extends InputOptions>(options: Options) =>
  declare(options, {
    kind: "globs",
    expected: "file names or glob patterns, one per line or with commas",
    schema: { type: "array", items: { type: "string" } },
    list: true,
    // A comma within braces belongs to the pattern: `dist/*.{tgz,zip}`.
    parse: (value) => nonEmpty(value.split(/\n|,(?![^{}\n]*\})/)),
  });

/** Texts that may hold commas, one per line. */
export const lines = <const Options extends InputOptions>(options: Options) =>
  declare(options, {
    kind: "lines",
    expected: "one per line",
    schema: { type: "array", items: { type: "string" } },
    parse: (value) => nonEmpty(value.split("\n")),
  });

/** An http or https address without user name or password. */
export const url = <const Options extends InputOptions>(options: Options) => {
  const expected = "an http(s) address without user name or password";
  return declare(options, {
    kind: "url",
    expected,
    schema: { type: "string", format: "uri" },
    parse: (value) => {
      const parsed = URL.parse(value);
      if (parsed === null || !/^https?:$/.test(parsed.protocol)) throw new BadValue(expected);
      // The text itself must not be shown: it holds a credential (G20).
      if (parsed.username !== "" || parsed.password !== "") throw new BadValue(expected);
      return value.replace(/\/+$/, "");
    },
  });
};

/** A file or folder, relative to the working directory. Whether it must be there is the step's to say. */
export const path = <const Options extends InputOptions>(options: Options) =>
  declare(options, {
    kind: "path",
    expected: "a path",
    schema: { type: "string" },
    parse: (value) => {
      if (value.includes("\0")) throw new BadValue("a path");
      return value;
    },
  });

/**
 * A value that is never shown. It may also be given as a file: by the same name with `_FILE`, or as the path that a
 * file-type CI/CD variable holds.
 */
export const secret = <const Options extends InputOptions>(options: Options) =>
  declare(
    options,
    hidden("a secret", (text) => !/[\r\n\0]/.test(text)),
  );

/** A secret that is sent in a header: what copying from a page brings along must not look like a fault of the network. */
export const token = <const Options extends InputOptions>(options: Options) =>
  declare(
    options,
    hidden("a token: ASCII letters, digits and signs, no blanks, no invisible characters", (text) =>
      /^[\x21-\x7e]+$/.test(text),
    ),
  );

/** The path of a file whose content is secret: a key, a keytab. Made for file-type CI/CD variables. */
export const secretFile = <const Options extends InputOptions>(options: Options) =>
  declare(options, {
    kind: "secret file",
    expected: "the path of a file",
    schema: { type: "string" },
    parse: (value) => value,
  });

function hidden(expected: string, isGood: (text: string) => boolean): Kind<Secret> {
  return {
    kind: "secret",
    expected,
    schema: { type: "string", writeOnly: true },
    secret: true,
    parse(value) {
      const given = value.trim();
      if (!isGood(given)) throw new BadValue(expected);
      return new Secret(given);
    },
  };
}

function numeric<const Options extends InputOptions & Range>(
  options: Options,
  noun: string,
  type: string,
  pattern: RegExp,
) {
  const { min = -Infinity, max = Infinity } = options;
  const expected = `${noun}${range(min, max)}`;
  return declare(options, {
    kind: type,
    expected,
    schema: {
      type,
      ...(min === -Infinity ? {} : { minimum: min }),
      ...(max === Infinity ? {} : { maximum: max }),
    },
    parse: (value) => {
      const number = Number(value);
      if (!pattern.test(value) || number < min || number > max) throw new BadValue(expected);
      return number;
    },
  });
}

function range(min: number, max: number): string {
  if (min === -Infinity && max === Infinity) return "";
  if (max === Infinity) return `, ${min} or more`;
  if (min === -Infinity) return `, ${max} or less`;
  return ` from ${min} to ${max}`;
}

function splitList(value: string): readonly string[] {
  return nonEmpty(value.split(/[\n,]/));
}

/** A text that is given and holds nothing but separators is a mistake: an expression that came out empty. */
function nonEmpty(items: readonly string[]): readonly string[] {
  const given = items.map((item) => item.trim()).filter((item) => item !== "");
  if (given.length === 0) throw new BadValue("one item or more");
  return given;
}

function declare<Options extends InputOptions, Value>(
  options: Options,
  { secret: isSecret = false, list: isList = false, ...kind }: Kind<Value>,
): Input<Given<Options, Value>> & { readonly parse: (text: string) => Value } {
  return { ...options, ...kind, secret: isSecret, list: isList };
}
