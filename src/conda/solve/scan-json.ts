/** A field of an object in a text of JSON. */
export interface ScannedField {
  readonly key: string;
  /** Where the key's first quote is. */
  readonly keyAt: number;
  readonly valueAt: number;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Goes through the fields of one object without parsing it.
 *
 * @param visit is told of each field and answers where its value ends
 * @returns the place behind the object
 * @throws {RangeError} where there is no object
 */
export function scanObject(
  text: Buffer,
  at: number,
  visit: (field: ScannedField) => number,
): number {
  let next = skipBlanks(text, at);
  if (text[next] !== openBrace) throw new RangeError(`no object at byte ${next}`);
  next = skipBlanks(text, next + 1);
  while (text[next] !== closeBrace) {
    if (text[next] !== quote) throw new RangeError(`no key at byte ${next}`);
    const keyEnd = skipString(text, next);
    const key = keyOf(text, next, keyEnd);
    const colonAt = skipBlanks(text, keyEnd);
    if (text[colonAt] !== colon) throw new RangeError(`no value at byte ${colonAt}`);
    const end = visit({ key, keyAt: next, valueAt: skipBlanks(text, colonAt + 1) });
    next = skipBlanks(text, end);
    if (text[next] === comma) next = skipBlanks(text, next + 1);
    else if (text[next] !== closeBrace)
      throw new RangeError(`an object breaks off at byte ${next}`);
  }
  return next + 1;
}

/** @returns the place behind the value that begins here. */
export function skipValue(text: Buffer, start: number): number {
  const first = text[start];
  if (first === quote) return skipString(text, start);
  if (first !== openBrace && first !== openBracket) return skipLiteral(text, start);
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === quote) at = skipString(text, at) - 1;
    else if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  throw new RangeError("a value breaks off at the end");
}

function skipString(text: Buffer, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === backslash) at += 1;
    else if (byte === quote) return at + 1;
  }
  throw new RangeError("a text breaks off at the end");
}

function skipLiteral(text: Buffer, start: number): number {
  let at = start;
  while (at < text.length && !isEnd(text[at] ?? 0)) at += 1;
  if (at === start) throw new RangeError(`no value at byte ${start}`);
  return at;
}

function isEnd(byte: number): boolean {
  return byte <= 0x20 || byte === comma || byte === closeBrace || byte === closeBracket;
}

function skipBlanks(text: Buffer, from: number): number {
  let at = from;
  while (at < text.length && (text[at] ?? 0) <= 0x20) at += 1;
  return at;
}

function keyOf(text: Buffer, start: number, end: number): string {
  const raw = text.toString("utf8", start + 1, end - 1);
  if (!raw.includes("\\")) return raw;
  const parsed: unknown = JSON.parse(`"${raw}"`);
  return String(parsed);
}
