import { isXmlCharacter } from "./characters.ts";

const predefined: ReadonlyMap<string, number> = new Map([
  ["lt", 60],
  ["gt", 62],
  ["amp", 38],
  ["apos", 39],
  ["quot", 34],
]);

/** The longest reference that is looked for; leading zeros could make them endless. */
export const longestReference = 64;

/**
 * The code point of the reference between `&` and `;`.
 *
 * Only the five predefined entities and character references exist: entities of the document are never expanded (S10).
 * @param version11 XML 1.1 permits references to control characters but for NUL
 * @returns what is wrong with it as text
 */
export function resolveReference(body: string, version11: boolean): number | string {
  const known = predefined.get(body);
  if (known !== undefined) return known;
  const digits = /^#(?:x([0-9A-Fa-f]+)|([0-9]+))$/.exec(body);
  if (digits === null) {
    return /^[#0-9]|[^\w.:\u{80}-\u{10ffff}-]/u.test(body) || body === ""
      ? "a bare & (write &amp;)"
      : `the entity &${body}; is not defined`;
  }
  const code = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
  const permitted = isXmlCharacter(code) || (version11 && code >= 1 && code < 0x20);
  return permitted ? code : `the character reference &${body}; names no XML character`;
}

/** Replaces every reference of a text that the scanner has already found correct. */
export function replaceReferences(text: string): string {
  return text.replaceAll(/&([^;]*);/g, (whole, body: string) => {
    const code = resolveReference(body, true);
    return typeof code === "number" ? String.fromCodePoint(code) : whole;
  });
}
