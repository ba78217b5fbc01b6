import { mostAttributes, XmlAttributes } from "./attributes.ts";
import { isBlankByte, lineFeed, nameBytes, valueStops } from "./characters.ts";
import { type Cursor, incomplete } from "./cursor.ts";
import type { NameTable, XmlName } from "./names.ts";
import { readReference } from "./references.ts";

/**
 * Reads start tags: the bulk of a report of a million tests, so the loops are plain and long.
 *
 * Most tags of a report look much like the last one of their name. What is the same byte for byte is not read again.
 */
export class StartTagReader {
  attributes = new XmlAttributes();
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
  #at = 0;
  /** How many attributes the last tag of this name had, where it starts in the buffer, and where to go on comparing. */
  #lastCount = 0;
  #lastStart = 0;
  #lastAt = 0;

  /** @param valueBytes most bytes of an attribute value */
  constructor(names: NameTable, valueBytes: number) {
    this.#names = names;
    names.begin();
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
    this.#names.serial += 1;
    const name = this.#nameAt(cursor, cursor.at + 1);
    this.name = name;
    if (name === undefined) return incomplete;
    if (!name.valid) cursor.fail("< is not followed by a name (write &lt;)", cursor.at + 1);
    this.hasPrefix = name.prefix !== "";
    this.#beginAttributes(cursor, name);
    for (;;) {
      if (this.#readLikeLast(cursor)) continue;
      const blanksFrom = this.#at;
      const byte = this.#skipBlanks(cursor);
      if (byte === incomplete) return incomplete;
      if (byte === 62) return this.#close(cursor, false, 1);
      if (byte === 47) {
        if (this.#at + 1 >= cursor.used) return incomplete;
        if (cursor.buffer[this.#at + 1] !== 62) this.#fail(cursor, "/ is not followed by >");
        return this.#close(cursor, true, 2);
      }
      if (this.#at === blanksFrom) this.#fail(cursor, "attributes are not separated by a blank");
      if (!this.#readAttribute(cursor, name)) return incomplete;
    }
  }

  #beginAttributes(cursor: Cursor, name: XmlName): void {
    const attributes = (name.attributes ??= new XmlAttributes());
    this.#lastStart = attributes.lastTag - cursor.base;
    this.#lastCount = attributes.lastTag < 0 || this.#lastStart < 0 ? 0 : attributes.count;
    this.#lastAt = this.#lastStart + 1 + name.bytes.length;
    attributes.lastTag = -1;
    attributes.reset(cursor.buffer, cursor.at);
    this.attributes = attributes;
  }

  #close(cursor: Cursor, isEmpty: boolean, length: number): number {
    this.isEmpty = isEmpty;
    // A tag of several lines is not compared, as its lines must be counted.
    if (this.line === cursor.line) this.attributes.lastTag = cursor.base + cursor.at;
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

  /**
   * Reads the next attribute where its name is that of the last tag at this place, and reads of its value only what is
   * behind the bytes that both have.
   *
   * @returns whether it did
   */
  #readLikeLast(cursor: Cursor): boolean {
    const { attributes } = this;
    const index = attributes.count;
    const name = attributes.name(index);
    if (index >= this.#lastCount || name === undefined) return false;
    const start = this.#lastStart + attributes.startInTag(index);
    const end = this.#lastStart + attributes.endInTag(index);
    const isEscaped = !attributes.isPlain(index);
    const from = this.#at;
    const shift = from - this.#lastAt;
    const whole = end + 1 - this.#lastAt;
    const same = cursor.common(this.#lastAt, from, Math.min(whole, cursor.used - from));
    const isRepeated = same === whole;
    if (!isRepeated && (isEscaped || this.#lastAt + same < start)) return false;
    let stop = end + shift;
    if (!isRepeated) {
      stop = skipPlain(cursor, from + same, start + shift);
      if (stop >= cursor.used || cursor.buffer[stop] !== cursor.buffer[start + shift - 1])
        return false;
      if (stop - start - shift > this.#valueBytes) return false;
    }
    this.#lastAt = end + 1;
    this.#at = stop + 1;
    name.stamp = this.#names.serial;
    if (name.prefix !== "" || name.raw === "xmlns") this.hasPrefix = true;
    attributes.add(name, start + shift, stop, isEscaped, isRepeated);
    return true;
  }

  #readAttribute(cursor: Cursor, element: XmlName): boolean {
    // What follows cannot be compared with the last tag any more.
    this.#lastCount = 0;
    const from = this.#at;
    const name = this.#nameAt(cursor, from);
    if (name === undefined) return false;
    if (!name.valid) this.#fail(cursor, `an attribute of <${element.raw}> has no valid name`, from);
    if (name.stamp === this.#names.serial)
      this.#fail(cursor, `the attribute ${name.raw} is given twice`, from);
    name.stamp = this.#names.serial;
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

  #readValue(cursor: Cursor, name: XmlName, quote: number): boolean {
    const { buffer, used } = cursor;
    const from = this.#at;
    let at = from;
    let isEscaped = false;
    for (;;) {
      at = skipPlain(cursor, at, at);
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
    this.attributes.add(name, from, at, isEscaped, false);
    this.#at = at + 1;
    return true;
  }

  #fail(cursor: Cursor, reason: string, at = this.#at): never {
    return cursor.failAt(reason, at, this.line, this.lineStart);
  }
}

/** @returns the first byte from `at` on that needs a look inside a value; not before `start` */
function skipPlain({ buffer }: Cursor, from: number, start: number): number {
  const stops = valueStops;
  let at = from;
  // What was compared may end within a character, whose first byte must be looked at.
  while (at > start && ((buffer[at] ?? 0) & 0xc0) === 0x80) at -= 1;
  while (stops[buffer[at] ?? 0] === 0) at += 1;
  return at;
}
