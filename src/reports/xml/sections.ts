import { isBlankByte, nameBytes } from "./characters.ts";
import { type Cursor, incomplete } from "./cursor.ts";
import { parseDeclaration } from "./declaration.ts";
import { longestDoctype, measureDoctype } from "./doctype.ts";

/** What the cursor is inside of. */
export type Section = "markup" | "cdata" | "comment" | "instruction";

/** Where a section goes on after a look, and whether it has ended. */
export interface SectionStep {
  next: number;
  hasEnded: boolean;
}

/**
 * Reads a CDATA section or processing instruction as far as the input goes.
 *
 * @param onText hears the piece that was read
 */
export function readUntil(
  cursor: Cursor,
  terminator: "]]>" | "?>",
  onText: ((from: number, to: number) => void) | undefined,
): SectionStep {
  const found = cursor.find(terminator);
  const end = found === incomplete ? safeEnd(cursor, terminator.length) : found;
  if (end > cursor.at) {
    cursor.checkPlain(cursor.at, end);
    onText?.(cursor.at, end);
  }
  if (found !== incomplete) return { next: found + terminator.length, hasEnded: true };
  cursor.at = Math.max(cursor.at, end);
  return { next: incomplete, hasEnded: false };
}

/** Reads a comment as far as the input goes. */
export function readComment(cursor: Cursor): SectionStep {
  const dashes = cursor.find("--");
  const end = dashes === incomplete ? safeEnd(cursor, 2) : dashes;
  if (end > cursor.at) cursor.at = cursor.checkPlain(cursor.at, end);
  if (dashes === incomplete || dashes + 2 >= cursor.used)
    return { next: incomplete, hasEnded: false };
  if (cursor.buffer[dashes + 2] !== 62) {
    if (!cursor.isLenient) cursor.fail("-- inside a comment", dashes);
    return { next: dashes + 1, hasEnded: false };
  }
  return { next: dashes + 3, hasEnded: true };
}

/**
 * Reads the XML declaration at the very start of the document.
 *
 * @returns -1 where it is not whole yet
 */
export function readDeclaration(
  cursor: Cursor,
): { next: number; version: string } | typeof incomplete {
  const end = cursor.find("?>");
  if (end === incomplete)
    return cursor.used < 1024 ? incomplete : cursor.fail("the XML declaration does not end", 0);
  const declaration = parseDeclaration(cursor.buffer.toString("latin1", 0, end + 2));
  if (declaration === undefined) return cursor.fail("the XML declaration is not well-formed", 0);
  cursor.countLines(0, end + 2);
  return { next: end + 2, version: declaration.version };
}

/** Reads the name of a processing instruction. @returns the index behind it, -1 where it is not whole yet */
export function readTarget(cursor: Cursor): number {
  let end = cursor.at + 2;
  while (end < cursor.used && nameBytes[cursor.buffer[end] ?? 0] === 1) end += 1;
  if (end >= cursor.used) return incomplete;
  const target = cursor.text(cursor.at + 2, end);
  if (target.toLowerCase() === "xml")
    cursor.fail("<?xml is not at the very start of the document", cursor.at);
  const next = cursor.buffer[end] ?? 0;
  if (target === "" || (next !== 63 && !isBlankByte(next)))
    cursor.fail("a processing instruction without a name", cursor.at);
  return end;
}

/** Reads `<!DOCTYPE … >`. @returns the index behind it, -1 where it is not whole yet */
export function readDoctype(cursor: Cursor): number {
  const end = Math.min(cursor.used, cursor.at + longestDoctype);
  const text = cursor.buffer.toString("latin1", cursor.at, end);
  const doctype = measureDoctype(text);
  if (typeof doctype === "string") return cursor.fail(doctype, cursor.at);
  if (doctype === undefined) {
    if (text.length < longestDoctype) return incomplete;
    return cursor.fail("the document type declaration is too long", cursor.at, "limit");
  }
  if (doctype.declaresEntities)
    cursor.fail(
      "the document declares entities, which are not read for safety",
      cursor.at,
      "entities",
    );
  return cursor.checkPlain(cursor.at, cursor.at + doctype.end);
}

/** The end of what cannot be part of a terminator that comes in two pieces, between two characters. */
function safeEnd(cursor: Cursor, terminatorLength: number): number {
  let end = cursor.used - terminatorLength + 1;
  while (end > cursor.at && ((cursor.buffer[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}
