import { mostAttributes, XmlAttributes } from "./attributes.ts";
import {
  isBlankByte,
  lineFeed,
  nameBytes,
  plainStops,
  textStops,
  valueStops,
} from "./characters.ts";
import { parseDeclaration } from "./declaration.ts";
import { longestDoctype, measureDoctype } from "./doctype.ts";
import { XmlFault, type XmlFaultKind } from "./faults.ts";
import { NamespaceWatch, type NoticeLevel } from "./namespaces.ts";
import { NameTable, sameBytes, type XmlName } from "./names.ts";
import { longestReference, resolveReference } from "./references.ts";

/** What a reader of documents hears. Buffers belong to the scanner: whoever keeps bytes copies them. */
export interface XmlEvents {
  /** @param isEmpty whether `close` follows at once */
  open(name: XmlName, attributes: XmlAttributes, isEmpty: boolean): void;
  /** A piece of character data in UTF-8, references replaced; a text node comes in any number of pieces. */
  text(buffer: Buffer, start: number, end: number): void;
  close(name: XmlName): void;
  /** Well-formed, but libxml2 warns of it. */
  notice(level: NoticeLevel, text: string): void;
}

export interface XmlLimits {
  /** Nested elements. */
  depth: number;
  /** Bytes of one attribute value. */
  valueBytes: number;
  /** Bytes of one tag. */
  tagBytes: number;
}

export const defaultLimits: XmlLimits = {
  depth: 256,
  valueBytes: 1024 * 1024,
  tagBytes: 16 * 1024 * 1024,
};

const usualBuffer = 512 * 1024;
const incomplete = -1;
const lessThan = 60;

/**
 * A streaming, well-formedness checking scanner of XML 1.0 in UTF-8.
 *
 * It works on bytes, and makes text only of what its listener asks for: this is what reading a million test cases costs.
 * It expands no entity, opens nothing, and its memory does not depend on the document (S10). It stops at the first
 * fault. The input must be valid UTF-8 cut between characters, without byte order mark (see decode.ts).
 */
export class XmlScanner {
  readonly #events: XmlEvents;
  readonly #limits: XmlLimits;
  readonly #names: NameTable;
  readonly #attributes = new XmlAttributes();
  readonly #namespaces: NamespaceWatch;
  readonly #open: XmlName[] = [];
  readonly #scratch = Buffer.alloc(4);

  #buffer: Buffer;
  #used = 0;
  #at = 0;
  #retryAt = 0;
  /** Bytes of the document before `#buffer[0]`. */
  #base = 0;
  #line = 1;
  #lineStart = 0;
  #section: "markup" | "cdata" | "comment" | "instruction" = "markup";
  #rootSeen = false;
  #doctypeSeen = false;
  #version11 = false;
  #serial = 0;

  /** Where the tag of the running `open` event starts: one-based line, one-based column in bytes. */
  tagLine = 1;
  tagColumn = 1;

  /** @param sizeBytes of the document where it is known: a small one needs a small buffer */
  constructor(
    vocabulary: ReadonlyMap<string, number>,
    events: XmlEvents,
    limits: XmlLimits = defaultLimits,
    sizeBytes = usualBuffer,
  ) {
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(usualBuffer, sizeBytes + 1));
    this.#names = new NameTable(vocabulary);
    this.#events = events;
    this.#limits = limits;
    this.#namespaces = new NamespaceWatch((level, text) => events.notice(level, text));
  }

  get line(): number {
    return this.#line;
  }

  get column(): number {
    return this.#base + this.#at - this.#lineStart + 1;
  }

  /** Where the input so far ends: for a fault that lies behind it. */
  endOfInput(): { line: number; column: number } {
    let line = this.#line;
    let lineStart = this.#lineStart;
    for (let at = this.#at; at < this.#used; at += 1) {
      if (this.#buffer[at] !== lineFeed) continue;
      line += 1;
      lineStart = this.#base + at + 1;
    }
    return { line, column: this.#base + this.#used - lineStart + 1 };
  }

  /** @throws {XmlFault} at the first fault */
  write(chunk: Buffer): void {
    const wanted = this.#used + chunk.length;
    if (wanted > this.#buffer.length) this.#grow(wanted);
    chunk.copy(this.#buffer, this.#used);
    this.#used = wanted;
    if (wanted < this.#retryAt) return;
    this.#run();
    this.#keepRest();
  }

  /** @throws {XmlFault} where the document is not complete */
  end(): void {
    this.#run();
    if (this.#section !== "markup")
      this.#fail(`the document ends inside a ${this.#section}`, this.#used);
    const innermost = this.#open.at(-1);
    if (this.#at < this.#used)
      this.#fail("the document ends inside a tag or reference", this.#used);
    if (innermost !== undefined)
      this.#fail(`the document ends before </${innermost.raw}>`, this.#used);
    if (!this.#rootSeen) this.#fail("the document has no root element", this.#used);
  }

  #grow(wanted: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#used);
    this.#buffer = larger;
  }

  #keepRest(): void {
    const rest = this.#used - this.#at;
    if (rest > this.#limits.tagBytes)
      this.#fail(`a tag of more than ${this.#limits.tagBytes} bytes`, this.#at, "limit");
    this.#buffer.copyWithin(0, this.#at, this.#used);
    this.#base += this.#at;
    this.#used = rest;
    this.#at = 0;
    // A long tag is looked at again only when it has doubled, or a hostile one would cost quadratic time (S10).
    this.#retryAt = rest > 64 * 1024 ? rest * 2 : 0;
  }

  #run(): void {
    while (this.#at < this.#used) {
      const next = this.#step();
      if (next === incomplete) return;
      this.#at = next;
    }
  }

  #step(): number {
    if (this.#section === "cdata") return this.#plainUntil("]]>", true);
    if (this.#section === "comment") return this.#comment();
    if (this.#section === "instruction") return this.#plainUntil("?>", false);
    return this.#buffer[this.#at] === lessThan ? this.#markup() : this.#text();
  }

  /** Character data up to the next markup; outside the root only blanks. */
  #text(): number {
    const buffer = this.#buffer;
    const end = this.#used;
    const inside = this.#open.length > 0;
    let from = this.#at;
    let at = from;
    while (at < end) {
      while (at < end && textStops[buffer[at] ?? 0] === 0) at += 1;
      if (at >= end) break;
      const byte = buffer[at] ?? 0;
      if (byte === lessThan) break;
      if (byte === lineFeed) {
        at += 1;
        this.#line += 1;
        this.#lineStart = this.#base + at;
      } else if (byte === 38) {
        this.#emit(from, at, inside);
        this.#at = at;
        const next = this.#reference(at, true, this.#line, this.#lineStart);
        if (next === incomplete) return incomplete;
        if (!inside) this.#fail("text outside the root element", at);
        at = next;
        from = next;
      } else if (byte === 93) {
        if (at + 2 >= end) {
          // `]]>` may come in two pieces: what is before it can go, these bytes wait.
          if (!isTail(buffer, at, end)) {
            at += 1;
            continue;
          }
          this.#emit(from, at, inside);
          this.#at = at;
          return incomplete;
        }
        if (buffer[at + 1] === 93 && buffer[at + 2] === 62) this.#fail("]]> in text", at);
        at += 1;
      } else {
        this.#refuseCharacter(byte, at, this.#line, this.#lineStart);
        at += 1;
      }
    }
    this.#emit(from, at, inside);
    return at;
  }

  #emit(from: number, to: number, inside: boolean): void {
    if (from === to) return;
    if (inside) {
      this.#events.text(this.#buffer, from, to);
      return;
    }
    for (let at = from; at < to; at += 1)
      if (!isBlankByte(this.#buffer[at] ?? 0)) this.#fail(this.#outside(), at);
  }

  #outside(): string {
    return this.#rootSeen
      ? "text after the end of the root element"
      : "text before the root element: this is no XML document";
  }

  #markup(): number {
    const buffer = this.#buffer;
    const at = this.#at;
    if (at + 1 >= this.#used) return incomplete;
    const second = buffer[at + 1];
    if (second === 47) return this.#endTag();
    if (second === 33) return this.#declarationOrSection();
    if (second === 63) return this.#instruction();
    return this.#startTag();
  }

  #startTag(): number {
    const buffer = this.#buffer;
    const end = this.#used;
    // Local names: the inner loops run once per byte.
    const stops = valueStops;
    const inName = nameBytes;
    const base = this.#base;
    const from = this.#at;
    let line = this.#line;
    let lineStart = this.#lineStart;
    let at = from + 1;
    let byte = buffer[at] ?? 0;
    let hash = 0;
    while (at < end && inName[byte] === 1) {
      hash = (Math.imul(hash, 31) + byte) | 0;
      at += 1;
      byte = buffer[at] ?? 0;
    }
    if (at >= end) return incomplete;
    const name = this.#names.at(buffer, from + 1, at, hash);
    if (!name.valid) this.#fail(`< is not followed by a name (write &lt;)`, from + 1);
    if (this.#open.length === 0 && this.#rootSeen) this.#fail("a second root element", from);

    const attributes = this.#attributes;
    attributes.reset(buffer);
    this.#serial += 1;
    let hasPrefix = name.prefix !== "";
    let closed = false;
    for (;;) {
      const blanksFrom = at;
      while (at < end && isBlankByte(byte)) {
        at += 1;
        if (byte === lineFeed) {
          line += 1;
          lineStart = base + at;
        }
        byte = buffer[at] ?? 0;
      }
      if (at >= end) return incomplete;
      if (byte === 62) {
        at += 1;
        break;
      }
      if (byte === 47) {
        if (at + 1 >= end) return incomplete;
        if (buffer[at + 1] !== 62) this.#failAt("/ is not followed by >", at, line, lineStart);
        at += 2;
        closed = true;
        break;
      }
      if (at === blanksFrom)
        this.#failAt("attributes are not separated by a blank", at, line, lineStart);

      const nameFrom = at;
      let attribute = attributes.likely;
      if (attribute !== undefined && isFollowed(attribute.bytes, buffer, at)) {
        at += attribute.bytes.length;
        byte = buffer[at] ?? 0;
      } else {
        hash = 0;
        while (at < end && inName[byte] === 1) {
          hash = (Math.imul(hash, 31) + byte) | 0;
          at += 1;
          byte = buffer[at] ?? 0;
        }
        attribute = this.#names.at(buffer, nameFrom, at, hash);
      }
      if (at >= end) return incomplete;
      if (!attribute.valid)
        this.#failAt(`an attribute of <${name.raw}> has no valid name`, nameFrom, line, lineStart);
      if (attribute.stamp === this.#serial)
        this.#failAt(`the attribute ${attribute.raw} is given twice`, nameFrom, line, lineStart);
      attribute.stamp = this.#serial;
      hasPrefix ||= attribute.prefix !== "" || attribute.raw === "xmlns";

      while (at < end && isBlankByte(byte)) {
        at += 1;
        if (byte === lineFeed) {
          line += 1;
          lineStart = base + at;
        }
        byte = buffer[at] ?? 0;
      }
      if (at >= end) return incomplete;
      if (byte !== 61)
        this.#failAt(`the attribute ${attribute.raw} has no value`, at, line, lineStart);
      at += 1;
      byte = buffer[at] ?? 0;
      while (at < end && isBlankByte(byte)) {
        at += 1;
        if (byte === lineFeed) {
          line += 1;
          lineStart = base + at;
        }
        byte = buffer[at] ?? 0;
      }
      if (at >= end) return incomplete;
      if (byte !== 34 && byte !== 39)
        this.#failAt(`the value of ${attribute.raw} is not quoted`, at, line, lineStart);
      const quote = byte;
      at += 1;
      const valueFrom = at;
      let escaped = false;
      for (;;) {
        while (at < end && stops[buffer[at] ?? 0] === 0) at += 1;
        if (at >= end) return incomplete;
        byte = buffer[at] ?? 0;
        if (byte === quote) break;
        if (byte === 38) {
          const next = this.#reference(at, false, line, lineStart);
          if (next === incomplete) return incomplete;
          escaped = true;
          at = next;
        } else if (byte === lineFeed) {
          escaped = true;
          at += 1;
          line += 1;
          lineStart = base + at;
        } else if (byte === lessThan) {
          this.#failAt(`< in the value of ${attribute.raw} (write &lt;)`, at, line, lineStart);
        } else {
          if (byte === 9 || byte === 13) escaped = true;
          else if (byte !== 34 && byte !== 39) this.#refuseCharacter(byte, at, line, lineStart);
          at += 1;
        }
      }
      if (attributes.count >= mostAttributes)
        this.#failAt(`more than ${mostAttributes} attributes`, at, line, lineStart, "limit");
      if (at - valueFrom > this.#limits.valueBytes)
        this.#failAt(`the value of ${attribute.raw} is too long`, at, line, lineStart, "limit");
      attributes.add(attribute, valueFrom, at, escaped);
      at += 1;
      byte = buffer[at] ?? 0;
    }
    return this.#opened(name, closed, hasPrefix, at, line, lineStart);
  }

  /** The start tag is whole: only now does anything outside this tag change. */
  #opened(
    name: XmlName,
    closed: boolean,
    hasPrefix: boolean,
    next: number,
    line: number,
    lineStart: number,
  ): number {
    this.tagLine = this.#line;
    this.tagColumn = this.#base + this.#at - this.#lineStart + 1;
    this.#rootSeen = true;
    const depth = this.#open.push(name);
    if (depth > this.#limits.depth)
      throw new XmlFault(
        "limit",
        `elements are nested more than ${this.#limits.depth} deep`,
        this.tagLine,
        this.tagColumn,
        "depth",
      );
    if (hasPrefix) this.#namespaces.open(name, this.#attributes, depth);
    this.#line = line;
    this.#lineStart = lineStart;
    this.#events.open(name, this.#attributes, closed);
    if (closed) this.#closed(name);
    return next;
  }

  #closed(name: XmlName): void {
    if (!this.#namespaces.isEmpty) this.#namespaces.close(this.#open.length);
    this.#open.pop();
    this.#events.close(name);
  }

  #endTag(): number {
    const buffer = this.#buffer;
    const end = this.#used;
    const from = this.#at + 2;
    let at = from;
    while (at < end && nameBytes[buffer[at] ?? 0] === 1) at += 1;
    const nameEnd = at;
    while (at < end && isBlankByte(buffer[at] ?? 0)) at += 1;
    if (at >= end) return incomplete;
    if (buffer[at] !== 62) this.#fail("an end tag is not closed by >", at);
    const name = this.#open.at(-1);
    if (name === undefined || !sameBytes(name.bytes, buffer, from, nameEnd)) {
      const found = buffer.toString("utf8", from, Math.min(nameEnd, from + 80));
      this.#fail(
        name === undefined
          ? `</${found}> closes nothing`
          : `</${found}> where </${name.raw}> is expected`,
        this.#at,
      );
      return incomplete;
    }
    this.#countLines(nameEnd, at);
    this.#at = at + 1;
    this.#closed(name);
    return at + 1;
  }

  #declarationOrSection(): number {
    if (this.#begins("<!--")) {
      this.#section = "comment";
      return this.#at + 4;
    }
    if (this.#begins("<![CDATA[")) {
      if (this.#open.length === 0) this.#fail(this.#outside(), this.#at);
      this.#section = "cdata";
      return this.#at + 9;
    }
    if (this.#begins("<!DOCTYPE")) return this.#doctype();
    if (this.#used - this.#at < 9 && this.#couldBegin(["<!--", "<![CDATA[", "<!DOCTYPE"]))
      return incomplete;
    return this.#fail("<! begins neither a comment, CDATA nor a document type", this.#at);
  }

  #doctype(): number {
    if (this.#rootSeen || this.#doctypeSeen)
      this.#fail("a document type declaration where none may be", this.#at);
    const text = this.#buffer.toString(
      "latin1",
      this.#at,
      Math.min(this.#used, this.#at + longestDoctype),
    );
    const doctype = measureDoctype(text);
    if (typeof doctype === "string") return this.#fail(doctype, this.#at);
    if (doctype === undefined) {
      if (text.length < longestDoctype) return incomplete;
      return this.#fail("the document type declaration is too long", this.#at, "limit");
    }
    if (doctype.declaresEntities)
      this.#fail(
        "the document declares entities, which are not read for safety",
        this.#at,
        "entities",
      );
    this.#doctypeSeen = true;
    return this.#checkPlain(this.#at, this.#at + doctype.end);
  }

  #instruction(): number {
    const at = this.#at;
    if (this.#base + at === 0) {
      if (this.#used < 6) return incomplete;
      if (this.#begins("<?xml") && isBlankByte(this.#buffer[5] ?? 0)) return this.#declaration();
    }
    let nameEnd = at + 2;
    while (nameEnd < this.#used && nameBytes[this.#buffer[nameEnd] ?? 0] === 1) nameEnd += 1;
    if (nameEnd >= this.#used) return incomplete;
    const target = this.#buffer.toString("utf8", at + 2, nameEnd);
    if (target.toLowerCase() === "xml")
      this.#fail("<?xml is not at the very start of the document", at);
    const next = this.#buffer[nameEnd] ?? 0;
    if (target === "" || (next !== 63 && !isBlankByte(next)))
      this.#fail("a processing instruction without a name", at);
    this.#section = "instruction";
    return nameEnd;
  }

  #declaration(): number {
    const end = this.#buffer.indexOf("?>", 0);
    if (end < 0 || end >= this.#used) {
      if (this.#used < 1024) return incomplete;
      return this.#fail("the XML declaration does not end", 0);
    }
    const declaration = parseDeclaration(this.#buffer.toString("latin1", 0, end + 2));
    if (declaration === undefined) return this.#fail("the XML declaration is not well-formed", 0);
    if (declaration.version !== "1.0") {
      this.#version11 = true;
      this.#events.notice("warning", `XML ${declaration.version}`);
    }
    this.#countLines(0, end + 2);
    return end + 2;
  }

  #comment(): number {
    const end = this.#find("--");
    if (end < 0) return this.#holdBack(2, false);
    if (end + 2 >= this.#used) {
      this.#at = this.#checkPlain(this.#at, end);
      return incomplete;
    }
    this.#checkPlain(this.#at, end);
    if (this.#buffer[end + 2] !== 62) this.#fail("-- inside a comment", end);
    this.#section = "markup";
    return end + 3;
  }

  #plainUntil(terminator: "]]>" | "?>", isText: boolean): number {
    const end = this.#find(terminator);
    if (end < 0) return this.#holdBack(terminator.length, isText);
    this.#checkPlain(this.#at, end);
    if (isText && end > this.#at) this.#events.text(this.#buffer, this.#at, end);
    this.#section = "markup";
    return end + terminator.length;
  }

  /** Takes what cannot be part of a terminator that comes in two pieces. */
  #holdBack(terminatorLength: number, isText: boolean): number {
    let end = this.#used - terminatorLength + 1;
    // Pieces are cut between characters, like the input.
    while (end > this.#at && ((this.#buffer[end] ?? 0) & 0xc0) === 0x80) end -= 1;
    if (end <= this.#at) return incomplete;
    this.#checkPlain(this.#at, end);
    if (isText) this.#events.text(this.#buffer, this.#at, end);
    this.#at = end;
    return incomplete;
  }

  #find(terminator: string): number {
    const at = this.#buffer.indexOf(terminator, this.#at, "latin1");
    return at >= 0 && at + terminator.length <= this.#used ? at : -1;
  }

  #checkPlain(from: number, to: number): number {
    const buffer = this.#buffer;
    let at = from;
    for (;;) {
      while (at < to && plainStops[buffer[at] ?? 0] === 0) at += 1;
      if (at >= to) return to;
      const byte = buffer[at] ?? 0;
      at += 1;
      if (byte === lineFeed) {
        this.#line += 1;
        this.#lineStart = this.#base + at;
      } else {
        this.#refuseCharacter(byte, at - 1, this.#line, this.#lineStart);
      }
    }
  }

  #countLines(from: number, to: number): void {
    for (let at = from; at < to; at += 1) {
      if (this.#buffer[at] === lineFeed) {
        this.#line += 1;
        this.#lineStart = this.#base + at + 1;
      }
    }
  }

  /** The index behind the reference at `at`; as text it is emitted, in a value only checked. */
  #reference(at: number, isText: boolean, line: number, lineStart: number): number {
    const buffer = this.#buffer;
    const most = Math.min(this.#used, at + longestReference);
    let end = at + 1;
    while (end < most && buffer[end] !== 59 && !endsReference(buffer[end] ?? 0)) end += 1;
    if (end >= this.#used) return incomplete;
    if (buffer[end] !== 59) return this.#failAt("a bare & (write &amp;)", at, line, lineStart);
    const code = resolveReference(buffer.toString("utf8", at + 1, end), this.#version11);
    if (typeof code === "string") return this.#failAt(code, at, line, lineStart);
    if (isText && this.#open.length > 0) {
      const length = this.#scratch.write(String.fromCodePoint(code), "utf8");
      this.#events.text(this.#scratch, 0, length);
    }
    return end + 1;
  }

  /** The byte may begin a character that XML does not have. */
  #refuseCharacter(byte: number, at: number, line: number, lineStart: number): void {
    if (byte === 0xef) {
      const last = this.#buffer[at + 2];
      if (this.#buffer[at + 1] !== 0xbf || (last !== 0xbe && last !== 0xbf)) return;
      this.#failAt(`the character U+FFF${last === 0xbe ? "E" : "F"}`, at, line, lineStart);
    }
    if (byte < 0x20 && byte !== 9 && byte !== 13) {
      const code = byte.toString(16).toUpperCase().padStart(4, "0");
      this.#failAt(`the control character U+${code}`, at, line, lineStart);
    }
  }

  #begins(text: string): boolean {
    return (
      this.#used - this.#at >= text.length &&
      this.#buffer.toString("latin1", this.#at, this.#at + text.length) === text
    );
  }

  #couldBegin(texts: readonly string[]): boolean {
    const found = this.#buffer.toString("latin1", this.#at, this.#used);
    return texts.some((text) => text.startsWith(found));
  }

  #fail(reason: string, at: number, kind: XmlFaultKind = "malformed"): never {
    return this.#failAt(reason, at, this.#line, this.#lineStart, kind);
  }

  #failAt(
    reason: string,
    at: number,
    line: number,
    lineStart: number,
    kind: XmlFaultKind = "malformed",
  ): never {
    throw new XmlFault(kind, reason, line, Math.max(1, this.#base + at - lineStart + 1));
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

function isTail(buffer: Buffer, at: number, end: number): boolean {
  return at + 1 === end || (at + 2 === end && buffer[at + 1] === 93);
}

function endsReference(byte: number): boolean {
  return byte === 60 || byte === 38 || byte === 34 || byte === 39 || isBlankByte(byte);
}
