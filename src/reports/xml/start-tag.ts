import { mostAttributes, XmlAttributes } from "./attributes.ts";
import { isBlankByte, lineFeed, nameBytes, valueStops } from "./characters.ts";
import { type Cursor, incomplete } from "./cursor.ts";
import { NameTable, type XmlName } from "./names.ts";
import { readReference } from "./references.ts";

/** Reads start tags: the bulk of a report of a million tests, so the loops are plain and long. */
export class StartTagReader {
  readonly attributes = new XmlAttributes();
  name: XmlName | undefined;
  isEmpty = false;
  /** Whether a name has a prefix or declares one. */
  hasPrefix = false;
  isVersion11 = false;
  /** The place behind the tag; it counts only when the whole tag is there. */
  line = 1;
  lineStart = 0;

  readonly #names: NameTable;
  readonly #valueBytes: number;
  #serial = 0;
  #at = 0;

  /** @param valueBytes most bytes of an attribute value */
  constructor(vocabulary: ReadonlyMap<string, number>, valueBytes: number) {
    this.#names = new NameTable(vocabulary);
    this.#valueBytes = valueBytes;
  }

  /**
   * Reads the tag at the cursor, without moving it.
   *
   * @returns the index behind the tag, -1 where it is not whole yet
   * @throws {XmlFault}
   */
  read(cursor: Cursor): number {
    this.line = cursor.line;
    this.lineStart = cursor.lineStart;
    this.#serial += 1;
    this.attributes.reset(cursor.buffer);
    const name = this.#nameAt(cursor, cursor.at + 1);
    this.name = name;
    if (name === undefined) return incomplete;
    if (!name.valid) cursor.fail("< is not followed by a name (write &lt;)", cursor.at + 1);
    this.hasPrefix = name.prefix !== "";
    for (;;) {
      const blanksFrom = this.#at;
      const byte = this.#skipBlanks(cursor);
      if (byte === incomplete) return incomplete;
      if (byte === 62) return this.#close(false, 1);
      if (byte === 47) {
        if (this.#at + 1 >= cursor.used) return incomplete;
        if (cursor.buffer[this.#at + 1] !== 62) this.#fail(cursor, "/ is not followed by >");
        return this.#close(true, 2);
      }
      if (this.#at === blanksFrom) this.#fail(cursor, "attributes are not separated by a blank");
      if (!this.#readAttribute(cursor, name)) return incomplete;
    }
  }

  #close(isEmpty: boolean, length: number): number {
    this.isEmpty = isEmpty;
    return this.#at + length;
  }

  #nameAt(cursor: Cursor, from: number): XmlName | undefined {
    const { buffer, used } = cursor;
    const inName = nameBytes;
    let at = from;
    let hash = 0;
    let byte = buffer[at] ?? 0;
    while (at < used && inName[byte] === 1) {
      hash = (Math.imul(hash, 31) + byte) | 0;
      at += 1;
      byte = buffer[at] ?? 0;
    }
    this.#at = at;
    return at >= used ? undefined : this.#names.at(buffer, from, at, hash);
  }

  /** @returns the byte behind the blanks, -1 at the end of the input */
  #skipBlanks(cursor: Cursor): number {
    const { buffer, used } = cursor;
    let at = this.#at;
    let byte = buffer[at] ?? 0;
    while (at < used && isBlankByte(byte)) {
      at += 1;
      if (byte === lineFeed) {
        this.line += 1;
        this.lineStart = cursor.base + at;
      }
      byte = buffer[at] ?? 0;
    }
    this.#at = at;
    return at >= used ? incomplete : byte;
  }

  #readAttribute(cursor: Cursor, element: XmlName): boolean {
    const from = this.#at;
    const name = this.#attributeName(cursor);
    if (name === undefined) return false;
    if (!name.valid) this.#fail(cursor, `an attribute of <${element.raw}> has no valid name`, from);
    if (name.stamp === this.#serial)
      this.#fail(cursor, `the attribute ${name.raw} is given twice`, from);
    name.stamp = this.#serial;
    if (name.prefix !== "" || name.raw === "xmlns") this.hasPrefix = true;

    const equals = this.#skipBlanks(cursor);
    if (equals === incomplete) return false;
    if (equals !== 61) this.#fail(cursor, `the attribute ${name.raw} has no value`);
    this.#at += 1;
    const quote = this.#skipBlanks(cursor);
    if (quote === incomplete) return false;
    if (quote !== 34 && quote !== 39) this.#fail(cursor, `the value of ${name.raw} is not quoted`);
    this.#at += 1;
    return this.#readValue(cursor, name, quote);
  }

  /** Most tags of a report look alike: the name that stood here in the tag before is tried first. */
  #attributeName(cursor: Cursor): XmlName | undefined {
    const { likely } = this.attributes;
    if (likely === undefined || !isFollowed(likely.bytes, cursor.buffer, this.#at))
      return this.#nameAt(cursor, this.#at);
    this.#at += likely.bytes.length;
    return this.#at >= cursor.used ? undefined : likely;
  }

  #readValue(cursor: Cursor, name: XmlName, quote: number): boolean {
    const { buffer, used } = cursor;
    const stops = valueStops;
    const from = this.#at;
    let at = from;
    let isEscaped = false;
    for (;;) {
      while (at < used && stops[buffer[at] ?? 0] === 0) at += 1;
      if (at >= used) return false;
      const byte = buffer[at] ?? 0;
      if (byte === quote) break;
      if (byte === 38) {
        const { isVersion11, line, lineStart } = this;
        const reference = readReference(cursor, at, isVersion11, line, lineStart);
        if (reference === incomplete) return false;
        isEscaped = true;
        at = reference.end;
      } else if (byte === lineFeed) {
        isEscaped = true;
        at += 1;
        this.line += 1;
        this.lineStart = cursor.base + at;
      } else {
        if (byte === 60 && !cursor.isLenient)
          this.#fail(cursor, `< in the value of ${name.raw} (write &lt;)`, at);
        if (byte === 9 || byte === 13) isEscaped = true;
        else if (byte < 0x20 || byte === 0xef)
          cursor.refuseCharacter(byte, at, this.line, this.lineStart);
        at += 1;
      }
    }
    this.#at = at;
    if (this.attributes.count >= mostAttributes)
      cursor.failAt(
        `more than ${mostAttributes} attributes`,
        at,
        this.line,
        this.lineStart,
        "limit",
      );
    if (at - from > this.#valueBytes)
      cursor.failAt(`the value of ${name.raw} is too long`, at, this.line, this.lineStart, "limit");
    this.attributes.add(name, from, at, isEscaped);
    this.#at = at + 1;
    return true;
  }

  #fail(cursor: Cursor, reason: string, at = this.#at): never {
    return cursor.failAt(reason, at, this.line, this.lineStart);
  }
}

/** Whether the buffer holds this name from `at` on, and then `=`. */
function isFollowed(name: Buffer, buffer: Buffer, at: number): boolean {
  const length = name.length;
  if (buffer[at + length] !== 61) return false;
  for (let index = 0; index < length; index += 1)
    if (name[index] !== buffer[at + index]) return false;
  return true;
}
