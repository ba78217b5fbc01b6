import type { XmlAttributes } from "./attributes.ts";
import { isBlankByte, lineFeed, nameBytes, textStops } from "./characters.ts";
import { Cursor, incomplete } from "./cursor.ts";
import { XmlFault } from "./faults.ts";
import { NamespaceWatch, type NoticeLevel } from "./namespaces.ts";
import { type NameTable, sameBytes, type XmlName } from "./names.ts";
import { readReference } from "./references.ts";
import {
  readComment,
  readDeclaration,
  readDoctype,
  readTarget,
  readUntil,
  type Section,
  type SectionStep,
} from "./sections.ts";
import { StartTagReader } from "./start-tag.ts";

/** What a reader of documents hears. Buffers belong to the scanner: whoever keeps bytes copies them. */
export interface XmlEvents {
  /** @param isEmpty whether `close` follows at once */
  open(name: XmlName, attributes: XmlAttributes, isEmpty: boolean): void;
  /** A piece of character data in UTF-8, references replaced; a text node comes in any number of pieces. */
  text(buffer: Buffer, start: number, end: number): void;
  close(name: XmlName): void;
  /** Well-formed, but libxml2 minds it. */
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

export interface XmlOptions {
  limits: XmlLimits;
  /** Size of the document where it is known. */
  sizeBytes: number;
  /** Take characters and references that XML does not have as they are: for repairing. */
  isLenient: boolean;
}

export const defaultLimits: XmlLimits = {
  depth: 256,
  valueBytes: 1024 * 1024,
  tagBytes: 16 * 1024 * 1024,
};

const lessThan = 60;
const bracket = 93;

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
  readonly #cursor: Cursor;
  readonly #startTag: StartTagReader;
  readonly #namespaces: NamespaceWatch;
  readonly #open: XmlName[] = [];
  readonly #scratch = Buffer.alloc(4);
  #section: Section = "markup";
  #rootSeen = false;
  #doctypeSeen = false;

  /** Where the tag of the running `open` event starts: one-based line, one-based column in bytes. */
  tagLine = 1;
  tagColumn = 1;

  constructor(
    names: NameTable,
    events: XmlEvents,
    { limits = defaultLimits, sizeBytes, isLenient = false }: Partial<XmlOptions> = {},
  ) {
    this.#events = events;
    this.#limits = limits;
    this.#cursor = new Cursor(sizeBytes, isLenient);
    this.#startTag = new StartTagReader(names, limits.valueBytes);
    this.#namespaces = new NamespaceWatch((level, text) => events.notice(level, text));
  }

  /** Where the input so far ends: for a fault that lies behind it. */
  endOfInput(): { line: number; column: number } {
    return this.#cursor.endOfInput();
  }

  /** @throws {XmlFault} at the first fault */
  write(chunk: Buffer): void {
    if (!this.#cursor.append(chunk)) return;
    this.#run();
    this.#cursor.keepRest(this.#limits.tagBytes);
  }

  /** @throws {XmlFault} where the document is not complete */
  end(): void {
    this.#run();
    const cursor = this.#cursor;
    const innermost = this.#open.at(-1);
    if (this.#section !== "markup")
      cursor.fail(`the document ends inside a ${this.#section}`, cursor.used);
    if (cursor.at < cursor.used)
      cursor.fail("the document ends inside a tag or reference", cursor.used);
    if (innermost !== undefined)
      cursor.fail(`the document ends before </${innermost.raw}>`, cursor.used);
    if (!this.#rootSeen) cursor.fail("the document has no root element", cursor.used);
  }

  #run(): void {
    const cursor = this.#cursor;
    while (cursor.at < cursor.used) {
      const next = this.#step();
      if (next === incomplete) return;
      cursor.at = next;
    }
  }

  #step(): number {
    const cursor = this.#cursor;
    switch (this.#section) {
      case "markup":
        return cursor.buffer[cursor.at] === lessThan ? this.#markup() : this.#text();
      case "cdata":
        return this.#inSection(
          readUntil(cursor, "]]>", (from, to) => this.#events.text(cursor.buffer, from, to)),
        );
      case "instruction":
        return this.#inSection(readUntil(cursor, "?>", undefined));
      case "comment":
        return this.#inSection(readComment(cursor));
    }
  }

  #inSection({ next, hasEnded }: SectionStep): number {
    if (hasEnded) this.#section = "markup";
    return next;
  }

  /** Character data up to the next markup; outside the root only blanks. */
  #text(): number {
    const cursor = this.#cursor;
    const { buffer, used } = cursor;
    let from = cursor.at;
    let at = from;
    while (at < used) {
      while (at < used && textStops[buffer[at] ?? 0] === 0) at += 1;
      if (at >= used) break;
      const byte = buffer[at] ?? 0;
      if (byte === lessThan) break;
      if (byte === lineFeed) {
        at += 1;
        cursor.line += 1;
        cursor.lineStart = cursor.base + at;
      } else if (byte === 38) {
        const end = this.#referenceInText(from, at);
        if (end === incomplete) return incomplete;
        at = end;
        from = end;
      } else if (byte === bracket) {
        if (isTail(buffer, at, used)) {
          // `]]>` may come in two pieces: what is before it can go, these bytes wait.
          this.#emit(from, at);
          cursor.at = at;
          return incomplete;
        }
        if (buffer[at + 1] === bracket && buffer[at + 2] === 62 && !cursor.isLenient)
          cursor.fail("]]> in text", at);
        at += 1;
      } else {
        cursor.refuseCharacter(byte, at, cursor.line, cursor.lineStart);
        at += 1;
      }
    }
    this.#emit(from, at);
    return at;
  }

  #referenceInText(from: number, at: number): number {
    const cursor = this.#cursor;
    this.#emit(from, at);
    cursor.at = at;
    const { isVersion11 } = this.#startTag;
    const reference = readReference(cursor, at, isVersion11, cursor.line, cursor.lineStart);
    if (reference === incomplete) return incomplete;
    if (this.#open.length === 0) cursor.fail("text outside the root element", at);
    this.#events.text(this.#scratch, 0, this.#scratch.write(reference.text, "utf8"));
    return reference.end;
  }

  #emit(from: number, to: number): void {
    if (from === to) return;
    const cursor = this.#cursor;
    if (this.#open.length > 0) this.#events.text(cursor.buffer, from, to);
    else
      for (let at = from; at < to; at += 1)
        if (!cursor.isBlankAt(at)) cursor.fail(this.#outside(), at);
  }

  #outside(): string {
    return this.#rootSeen
      ? "text after the end of the root element"
      : "text before the root element: this is no XML document";
  }

  #markup(): number {
    const { buffer, at, used } = this.#cursor;
    if (at + 1 >= used) return incomplete;
    const second = buffer[at + 1];
    if (second === 47) return this.#endTag();
    if (second === 33) return this.#declarationOrSection();
    return second === 63 ? this.#instruction() : this.#openTag();
  }

  /** Only when the start tag is whole does anything outside it change. */
  #openTag(): number {
    const cursor = this.#cursor;
    const tag = this.#startTag;
    const next = tag.read(cursor);
    const { name } = tag;
    if (next === incomplete || name === undefined) return incomplete;
    if (this.#open.length === 0 && this.#rootSeen) cursor.fail("a second root element", cursor.at);
    this.#rootSeen = true;
    this.tagLine = cursor.line;
    this.tagColumn = cursor.base + cursor.at - cursor.lineStart + 1;
    const depth = this.#open.push(name);
    if (depth > this.#limits.depth) this.#tooDeep();
    if (tag.hasPrefix) this.#namespaces.open(name, tag.attributes, depth);
    cursor.line = tag.line;
    cursor.lineStart = tag.lineStart;
    this.#events.open(name, tag.attributes, tag.isEmpty);
    if (tag.isEmpty) this.#close(name);
    return next;
  }

  #tooDeep(): never {
    const reason = `elements are nested more than ${this.#limits.depth} deep`;
    throw new XmlFault("limit", reason, this.tagLine, this.tagColumn, "depth");
  }

  #close(name: XmlName): void {
    if (!this.#namespaces.isEmpty) this.#namespaces.close(this.#open.length);
    this.#open.pop();
    this.#events.close(name);
  }

  #endTag(): number {
    const cursor = this.#cursor;
    const { buffer, used } = cursor;
    const from = cursor.at + 2;
    let at = from;
    while (at < used && nameBytes[buffer[at] ?? 0] === 1) at += 1;
    const nameEnd = at;
    while (at < used && isBlankByte(buffer[at] ?? 0)) at += 1;
    if (at >= used) return incomplete;
    if (buffer[at] !== 62) cursor.fail("an end tag is not closed by >", at);
    const name = this.#open.at(-1);
    if (name === undefined || !sameBytes(name.bytes, buffer, from, nameEnd))
      return this.#wrongEnd(cursor.text(from, Math.min(nameEnd, from + 80)), name);
    cursor.countLines(nameEnd, at);
    this.#close(name);
    return at + 1;
  }

  #wrongEnd(found: string, expected: XmlName | undefined): never {
    return this.#cursor.fail(
      expected === undefined
        ? `</${found}> closes nothing`
        : `</${found}> where </${expected.raw}> is expected`,
      this.#cursor.at,
    );
  }

  #declarationOrSection(): number {
    const cursor = this.#cursor;
    if (cursor.begins("<!--")) {
      this.#section = "comment";
      return cursor.at + 4;
    }
    if (cursor.begins("<![CDATA[")) {
      if (this.#open.length === 0) cursor.fail(this.#outside(), cursor.at);
      this.#section = "cdata";
      return cursor.at + 9;
    }
    if (cursor.begins("<!DOCTYPE")) return this.#doctype();
    if (cursor.couldBegin(["<!--", "<![CDATA[", "<!DOCTYPE"])) return incomplete;
    return cursor.fail("<! begins neither a comment, CDATA nor a document type", cursor.at);
  }

  #doctype(): number {
    if (this.#rootSeen || this.#doctypeSeen)
      this.#cursor.fail("a document type declaration where none may be", this.#cursor.at);
    const next = readDoctype(this.#cursor);
    this.#doctypeSeen = next !== incomplete;
    return next;
  }

  #instruction(): number {
    const cursor = this.#cursor;
    if (cursor.base + cursor.at === 0) {
      if (cursor.used < 6) return incomplete;
      if (cursor.begins("<?xml") && cursor.isBlankAt(5)) return this.#declaration();
    }
    const next = readTarget(cursor);
    if (next !== incomplete) this.#section = "instruction";
    return next;
  }

  #declaration(): number {
    const declaration = readDeclaration(this.#cursor);
    if (declaration === incomplete) return incomplete;
    if (declaration.version !== "1.0") {
      this.#startTag.isVersion11 = true;
      this.#events.notice("warning", `XML ${declaration.version}`);
    }
    return declaration.next;
  }
}

function isTail(buffer: Buffer, at: number, end: number): boolean {
  return at + 1 === end || (at + 2 === end && buffer[at + 1] === bracket);
}
