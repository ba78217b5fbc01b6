import { TextDecoder } from "node:util";
import { isAscii } from "node:buffer";
import { chooseEncoding, sniffBytes, type EncodingChoice } from "./encoding.ts";
import { XmlFault } from "./faults.ts";
import type { XmlScanner } from "./scanner.ts";
import { Utf8Cutter } from "./utf8.ts";

/** Brings the bytes of a document to the scanner as UTF-8, and fails at the first byte that does not fit (S10). */
export class XmlDecoder {
  readonly #scanner: XmlScanner;
  #head: Buffer[] = [];
  #headBytes = 0;
  #choice: EncodingChoice | undefined;
  #decoder: TextDecoder | undefined;
  readonly #cutter = new Utf8Cutter();
  /** Bytes taken so far. */
  bytes = 0;
  /** Characters taken so far: what GitLab's limit of 30 MiB counts. */
  characters = 0;
  isAscii = true;

  constructor(scanner: XmlScanner) {
    this.#scanner = scanner;
  }

  get choice(): EncodingChoice | undefined {
    return this.#choice;
  }

  /** Whether the bytes are valid UTF-8, whatever the declaration says. */
  get isUtf8(): boolean {
    return this.#cutter.isValid;
  }

  /** @throws {XmlFault} at the first fault of the bytes or of the XML */
  write(chunk: Buffer): void {
    if (this.#choice !== undefined) {
      this.#pass(chunk);
      return;
    }
    if (this.#headBytes === 0 && chunk.length >= sniffBytes) {
      this.#begin(chunk);
      return;
    }
    this.#head.push(Buffer.from(chunk));
    this.#headBytes += chunk.length;
    if (this.#headBytes >= sniffBytes) this.#begin(Buffer.concat(this.#head));
  }

  /** @throws {XmlFault} where the document is not complete */
  end(): void {
    if (this.#choice === undefined) this.#begin(Buffer.concat(this.#head));
    if (this.#decoder === undefined) {
      this.#cutter.end();
      this.#throwIfBad();
    } else {
      this.#decode(Buffer.alloc(0), true);
    }
    this.#scanner.end();
  }

  #begin(head: Buffer): void {
    this.#head = [];
    const choice = chooseEncoding(head);
    if (typeof choice === "string") throw new XmlFault("encoding", choice, 1, 1);
    this.#choice = choice;
    if (choice.encoding !== "utf-8" && choice.encoding !== "us-ascii")
      this.#decoder = new TextDecoder(choice.encoding, { fatal: true, ignoreBOM: true });
    this.bytes = choice.skip;
    this.#pass(head.subarray(choice.skip));
  }

  #pass(chunk: Buffer): void {
    const ascii = isAscii(chunk);
    if (!ascii) this.isAscii = false;
    if (this.#decoder !== undefined) {
      // Whether other encodings happen to be valid UTF-8 decides how GitLab shows them (GJ03).
      this.#cutter.push(chunk);
      this.#decode(chunk, false);
    } else if (ascii && this.#cutter.isValid) {
      this.characters += chunk.length;
      this.#writeUtf8(chunk);
    } else {
      if (this.#choice?.encoding === "us-ascii") this.#refuseHighBytes(chunk);
      this.characters += countCharacters(chunk);
      this.#writeUtf8(chunk);
    }
    this.bytes += chunk.length;
  }

  #writeUtf8(chunk: Buffer): void {
    this.#scanner.write(this.#cutter.push(chunk));
    this.#throwIfBad();
  }

  #throwIfBad(): void {
    if (!this.#cutter.isValid) {
      const { line, column } = this.#scanner.endOfInput();
      this.#cutter.throwIfBad(line, column);
    }
  }

  #refuseHighBytes(chunk: Buffer): void {
    const index = chunk.findIndex((byte) => byte >= 0x80);
    this.#scanner.write(chunk.subarray(0, index));
    const { line, column } = this.#scanner.endOfInput();
    const reason = `a byte above 0x7F at offset ${this.bytes + index} of a document declared as US-ASCII`;
    throw new XmlFault("encoding", reason, line, column);
  }

  #decode(chunk: Buffer, last: boolean): void {
    let text: string;
    try {
      text = this.#decoder?.decode(chunk, { stream: !last }) ?? "";
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      const { line, column } = this.#scanner.endOfInput();
      const where = `between the offsets ${this.bytes} and ${this.bytes + chunk.length}`;
      const reason = `bytes that are not ${this.#choice?.encoding}, ${where}`;
      throw new XmlFault("encoding", reason, line, column);
    }
    this.characters += text.length;
    if (text !== "") this.#scanner.write(Buffer.from(text, "utf8"));
  }
}

function countCharacters(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if ((byte & 0xc0) !== 0x80) count += 1;
  return count;
}
