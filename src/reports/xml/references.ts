import { isBlankByte, isXmlCharacter } from "./characters.ts";
import { type Cursor, incomplete } from "./cursor.ts";

const predefined: ReadonlyMap<string, number> = new Map([
  ["lt", 60],
  ["gt", 62],
  ["amp", 38],
  ["apos", 39],
  ["quot", 34],
]);

/** The longest reference that is looked for; leading zeros could make them endless. */
const longest = 64;

/** A reference as found: where it ends, and what it stands for. */
export interface Reference {
  /** Index behind it. */
  end: number;
  text: string;
}

/**
 * The reference at `at`, where the `&` is.
 *
 * Only the five predefined entities and character references exist: entities of the document are never expanded (S10).
 * @param isVersion11 XML 1.1 permits references to control characters but for NUL
 * @returns -1 where more input must come first
 * @throws {XmlFault} for every other reference; a lenient cursor takes its `&` as text instead
 */
export function readReference(
  cursor: Cursor,
  at: number,
  isVersion11: boolean,
  line: number,
  lineStart: number,
): Reference | typeof incomplete {
  const { buffer, used } = cursor;
  const most = Math.min(used, at + longest);
  let end = at + 1;
  while (end < most && buffer[end] !== 59 && !endsReference(buffer[end] ?? 0)) end += 1;
  if (end >= used) return incomplete;
  const resolved =
    buffer[end] === 59
      ? resolveReference(cursor.text(at + 1, end), isVersion11, cursor.isLenient)
      : "a bare & (write &amp;)";
  if (typeof resolved === "number") return { end: end + 1, text: String.fromCodePoint(resolved) };
  if (cursor.isLenient) return { end: at + 1, text: "&" };
  return cursor.failAt(resolved, at, line, lineStart);
}

/** Replaces every reference of a value that the scanner has already accepted. */
export function replaceReferences(text: string): string {
  return text.replaceAll(/&([^;&]*);/g, (whole, body: string) => {
    const code = resolveReference(body, true, true);
    return typeof code === "number" ? String.fromCodePoint(code) : whole;
  });
}

/** The code point, or what is wrong with the reference. */
function resolveReference(body: string, isVersion11: boolean, isLenient: boolean): number | string {
  const known = predefined.get(body);
  if (known !== undefined) return known;
  const digits = /^#(?:x([0-9A-Fa-f]+)|([0-9]+))$/.exec(body);
  if (digits === null) {
    return body === "" || /^[#0-9]|[^\w.:\u{80}-\u{10ffff}-]/u.test(body)
      ? "a bare & (write &amp;)"
      : `the entity &${body}; is not defined`;
  }
  const code = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
  if (isXmlCharacter(code) || (isVersion11 && code >= 1 && code < 0x20)) return code;
  if (isLenient && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) return code;
  return isLenient ? 0xfffd : `the character reference &${body}; names no XML character`;
}

function endsReference(byte: number): boolean {
  return byte === 60 || byte === 38 || byte === 34 || byte === 39 || isBlankByte(byte);
}
