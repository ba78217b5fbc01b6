import type { Span } from "./text-span.ts";

/** Keys and, for arrays, indexes: `["tool", "bumpversion", "files", 0, "filename"]`. */
export type TomlPath = readonly (string | number)[];

/** Where a value stands in a TOML text. */
export interface TomlPlace {
  readonly path: TomlPath;
  /** The value as it is written, with its quotes. */
  readonly span: Span;
  /** The lines of the whole `key = value`, with the line end; for array items those of the array. */
  readonly linesSpan: Span;
}

const whitespace = /[ \t]*/y;
const blanks = /(?:[ \t\r\n]|#[^\n]*)*/y;
const bareKey = /[A-Za-z0-9_-]+/y;
const plain = /[^\s,\]}#]+(?: \d{2}:[^\s,\]}#]+)?/y;

/** Finds the place of every value of a text that is valid TOML (a real parser has checked it before). */
export function findTomlPlaces(text: string): TomlPlace[] {
  return new Scanner(text).scan();
}

export function samePath(one: TomlPath, other: TomlPath): boolean {
  return one.length === other.length && one.every((key, index) => key === other[index]);
}

class Scanner {
  readonly #text: string;
  readonly #places: TomlPlace[] = [];
  readonly #tables = new Map<string, number>();
  #position: number;

  constructor(text: string) {
    this.#text = text;
    this.#position = text.startsWith("\uFEFF") ? 1 : 0;
  }

  scan(): TomlPlace[] {
    let table: (string | number)[] = [];
    for (this.#skip(blanks); this.#position < this.#text.length; this.#skip(blanks)) {
      if (this.#text.startsWith("[[", this.#position)) table = this.#readHeader(2);
      else if (this.#text.startsWith("[", this.#position)) table = this.#readHeader(1);
      else this.#readPair(table, this.#lineStart());
    }
    return this.#places;
  }

  #readHeader(brackets: 1 | 2): (string | number)[] {
    this.#position += brackets;
    const keys = this.#readKey();
    this.#skip(whitespace);
    this.#position += brackets;
    const path: (string | number)[] = [];
    for (const [index, key] of keys.entries()) {
      path.push(key);
      const name = JSON.stringify(path);
      const isNew = brackets === 2 && index === keys.length - 1;
      if (isNew) this.#tables.set(name, (this.#tables.get(name) ?? -1) + 1);
      const place = this.#tables.get(name);
      if (place !== undefined) path.push(place);
    }
    return path;
  }

  #readPair(table: TomlPath, start: number): void {
    const path = [...table, ...this.#readKey()];
    this.#skip(whitespace);
    this.#position++; // =
    this.#skip(whitespace);
    this.#readValue(path, start);
  }

  #readKey(): string[] {
    const keys: string[] = [];
    do {
      if (keys.length > 0) this.#position++; // .
      this.#skip(whitespace);
      const quote = this.#text.charAt(this.#position);
      if (quote === '"' || quote === "'") {
        const { start, end } = this.#readString();
        const inner = this.#text.slice(start + 1, end - 1);
        keys.push(quote === '"' ? unescape(inner) : inner);
      } else keys.push(this.#take(bareKey));
      this.#skip(whitespace);
    } while (this.#text.charAt(this.#position) === ".");
    return keys;
  }

  #readValue(path: TomlPath, lineStart: number): void {
    const start = this.#position;
    const char = this.#text.charAt(start);
    if (char === '"' || char === "'") this.#readString();
    else if (char === "[") this.#readArray(path, lineStart);
    else if (char === "{") this.#readInlineTable(path, lineStart);
    else this.#take(plain);
    const newline = this.#text.indexOf("\n", this.#position);
    this.#places.push({
      path,
      span: { start, end: this.#position },
      linesSpan: { start: lineStart, end: newline === -1 ? this.#text.length : newline + 1 },
    });
  }

  #readArray(path: TomlPath, lineStart: number): void {
    this.#position++;
    this.#skip(blanks);
    for (let index = 0; this.#text.charAt(this.#position) !== "]"; index++) {
      this.#mustAdvance();
      this.#readValue([...path, index], lineStart);
      this.#skipComma();
    }
    this.#position++;
  }

  #readInlineTable(path: TomlPath, lineStart: number): void {
    this.#position++;
    this.#skip(blanks);
    while (this.#text.charAt(this.#position) !== "}") {
      this.#mustAdvance();
      this.#readPair(path, lineStart);
      this.#skipComma();
    }
    this.#position++;
  }

  #skipComma(): void {
    this.#skip(blanks);
    if (this.#text.charAt(this.#position) === ",") this.#position++;
    this.#skip(blanks);
  }

  #readString(): Span {
    const start = this.#position;
    const quote = this.#text.charAt(start);
    const isLong = this.#text.startsWith(quote.repeat(3), start);
    const body = isLong
      ? quote === '"'
        ? /"""(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}/y
        : /'''(?:[^']|'(?!''))*'{3,5}/y
      : quote === '"'
        ? /"(?:[^"\\\n]|\\.)*"/y
        : /'[^'\n]*'/y;
    this.#take(body);
    return { start, end: this.#position };
  }

  #lineStart(): number {
    return this.#text.lastIndexOf("\n", this.#position - 1) + 1;
  }

  #skip(expression: RegExp): void {
    expression.lastIndex = this.#position;
    expression.exec(this.#text);
    this.#position = Math.max(this.#position, expression.lastIndex);
  }

  #take(expression: RegExp): string {
    expression.lastIndex = this.#position;
    const found = expression.exec(this.#text)?.[0];
    if (found === undefined)
      throw new TypeError(`TOML that a parser took is not understood at ${this.#position}`);
    this.#position += found.length;
    return found;
  }

  #mustAdvance(): void {
    if (this.#position >= this.#text.length) throw new TypeError("TOML ends inside a value");
  }
}

function unescape(text: string): string {
  const parsed: unknown = JSON.parse(
    `"${text.replaceAll(/\\U([\da-fA-F]{8})/gu, (_t, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))}"`,
  );
  return typeof parsed === "string" ? parsed : text;
}
