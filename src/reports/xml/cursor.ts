import { isBlankByte, lineFeed, plainStops } from "./characters.ts";
import { XmlFault, type XmlFaultKind } from "./faults.ts";

/** What a look at the buffer gives where more input must come first. */
export const incomplete = -1;

const lessThan = 60;
const wordBytes = 4;
/** The highest bit of each byte of a word. */
const highBits = 0x80808080 | 0;
const usualBuffer = 512 * 1024;
const longWait = 64 * 1024;

/**
 * The part of a document that is being read, and where it is in the whole.
 *
 * The fields are public because the scanner's inner loops live on them.
 */
export class Cursor {
  buffer: Buffer;
  /** The same bytes, for looks at four of them at once. */
  view: DataView;
  /** Bytes of the buffer that hold input. */
  used = 0;
  /** The next byte to be read. */
  at = 0;
  /** Bytes of the document before the buffer. */
  base = 0;
  line = 1;
  /** Offset in the document at which the line starts. */
  lineStart = 0;
  /** Characters that XML does not have, and references to them, are taken as they are: for repairing. */
  readonly isLenient: boolean;
  #retryAt = 0;

  /** @param sizeBytes of the document where it is known: a small one needs a small buffer */
  constructor(sizeBytes = usualBuffer, isLenient = false) {
    this.buffer = Buffer.allocUnsafe(Math.min(usualBuffer, sizeBytes + 2));
    this.view = viewOf(this.buffer);
    this.isLenient = isLenient;
  }

  /** @returns whether it is worth looking again */
  append(chunk: Buffer): boolean {
    const wanted = this.used + chunk.length;
    if (wanted >= this.buffer.length) this.#grow(wanted + 1);
    chunk.copy(this.buffer, this.used);
    this.used = wanted;
    // Inner loops end at this byte behind the input, without a look at where they are.
    this.buffer[wanted] = lessThan;
    return wanted >= this.#retryAt;
  }

  /** Makes room: what has been read goes. */
  keepRest(mostBytes: number): void {
    const rest = this.used - this.at;
    if (rest > mostBytes) this.fail(`a tag of more than ${mostBytes} bytes`, this.at, "limit");
    this.buffer.copyWithin(0, this.at, this.used);
    this.base += this.at;
    this.used = rest;
    this.at = 0;
    // A long tag is looked at again only when it has doubled, or a hostile one would cost quadratic time (S10).
    this.#retryAt = rest > longWait ? rest * 2 : 0;
  }

  /** Where the input so far ends: for a fault that lies behind it. */
  endOfInput(): { line: number; column: number } {
    let line = this.line;
    let lineStart = this.lineStart;
    for (let at = this.at; at < this.used; at += 1) {
      if (this.buffer[at] !== lineFeed) continue;
      line += 1;
      lineStart = this.base + at + 1;
    }
    return { line, column: this.base + this.used - lineStart + 1 };
  }

  /** How many bytes from `at` on are those from `before` on, up to `most`. */
  common(before: number, at: number, most: number): number {
    const { view, buffer } = this;
    let same = 0;
    while (same + 4 <= most && view.getInt32(before + same) === view.getInt32(at + same)) same += 4;
    while (same < most && buffer[before + same] === buffer[at + same]) same += 1;
    return same;
  }

  text(from: number, to: number): string {
    return this.buffer.toString("utf8", from, to);
  }

  begins(text: string): boolean {
    return (
      this.used - this.at >= text.length &&
      this.buffer.toString("latin1", this.at, this.at + text.length) === text
    );
  }

  /** Whether more input could make it begin with one of these. */
  couldBegin(texts: readonly string[]): boolean {
    const found = this.buffer.toString("latin1", this.at, this.used);
    return texts.some((text) => text.startsWith(found));
  }

  find(text: string): number {
    const at = this.buffer.indexOf(text, this.at, "latin1");
    return at >= 0 && at + text.length <= this.used ? at : incomplete;
  }

  isBlankAt(at: number): boolean {
    return isBlankByte(this.buffer[at] ?? 0);
  }

  /** Refuses characters that XML does not have, and counts lines, where markup means nothing. */
  checkPlain(from: number, to: number): number {
    const { buffer } = this;
    let at = from;
    for (;;) {
      at = this.#skipWords(at, to);
      const end = Math.min(to, at + wordBytes);
      while (at < end && plainStops[buffer[at] ?? 0] === 0) at += 1;
      if (at >= to) return to;
      if (at === end) continue;
      const byte = buffer[at] ?? 0;
      at += 1;
      if (byte === lineFeed) {
        this.line += 1;
        this.lineStart = this.base + at;
      } else {
        this.refuseCharacter(byte, at - 1, this.line, this.lineStart);
      }
    }
  }

  /**
   * Passes over ASCII text four bytes at a time: half of the time that a report with much output takes goes here.
   *
   * @returns the first word that holds anything but printable ASCII and line feeds, or where less than a word is left
   */
  #skipWords(from: number, to: number): number {
    const { view } = this;
    let at = from;
    for (; at + wordBytes <= to; at += wordBytes) {
      const word = view.getInt32(at, true);
      // In bytes below 0x80 these sums carry into the highest bit of their own byte alone.
      const printable = (word + 0x60606060) | 0;
      const others = ((word ^ 0x0a0a0a0a) + 0x7f7f7f7f) | 0;
      if (((word | (~printable & others)) & highBits) !== 0) return at;
      const lineFeeds = ~others & highBits;
      if (lineFeeds === 0) continue;
      this.line += Math.imul(lineFeeds >>> 7, 0x01010101) >>> 24;
      this.lineStart = this.base + at + ((31 - Math.clz32(lineFeeds)) >>> 3) + 1;
    }
    return at;
  }

  countLines(from: number, to: number): void {
    for (let at = from; at < to; at += 1) {
      if (this.buffer[at] === lineFeed) {
        this.line += 1;
        this.lineStart = this.base + at + 1;
      }
    }
  }

  /** The byte may begin a character that XML does not have. */
  refuseCharacter(byte: number, at: number, line: number, lineStart: number): void {
    if (this.isLenient) return;
    if (byte === 0xef) {
      const last = this.buffer[at + 2];
      if (this.buffer[at + 1] !== 0xbf || (last !== 0xbe && last !== 0xbf)) return;
      this.failAt(`the character U+FFF${last === 0xbe ? "E" : "F"}`, at, line, lineStart);
    }
    if (byte < 0x20 && byte !== 9 && byte !== 13) {
      const code = byte.toString(16).toUpperCase().padStart(4, "0");
      this.failAt(`the control character U+${code}`, at, line, lineStart);
    }
  }

  fail(reason: string, at: number, kind: XmlFaultKind = "malformed"): never {
    return this.failAt(reason, at, this.line, this.lineStart, kind);
  }

  failAt(
    reason: string,
    at: number,
    line: number,
    lineStart: number,
    kind: XmlFaultKind = "malformed",
  ): never {
    throw new XmlFault(kind, reason, line, Math.max(1, this.base + at - lineStart + 1));
  }

  #grow(wanted: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.used);
    this.buffer = larger;
    this.view = viewOf(larger);
  }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
