/**
 * The beginning and the end of a text of any length, in constant memory.
 *
 * Reports hold outputs of hundreds of megabytes; people look at both ends of them.
 */
export class BoundedText {
  readonly #headBytes: number;
  readonly #tailBytesMost: number;
  // Most parts of most files hold little or no text: the buffers come when they are needed.
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);
  #headUsed = 0;
  /** Where the next byte goes in the ring. */
  #tailAt = 0;
  #tailBytes = 0;
  /** Bytes given in all. */
  bytes = 0;

  constructor(headBytes: number, tailBytes: number) {
    this.#headBytes = headBytes;
    this.#tailBytesMost = tailBytes;
  }

  reset(): void {
    this.#headUsed = 0;
    this.#tailAt = 0;
    this.#tailBytes = 0;
    this.bytes = 0;
  }

  add(buffer: Buffer, start: number, end: number): void {
    this.bytes += end - start;
    let from = start;
    const room = this.#headBytes - this.#headUsed;
    if (room > 0) {
      const length = Math.min(room, end - from);
      this.#makeRoom(this.#headUsed + length);
      buffer.copy(this.#head, this.#headUsed, from, from + length);
      this.#headUsed += length;
      from += length;
    }
    if (from < end) this.#addTail(buffer, Math.max(from, end - this.#tailBytesMost), end);
  }

  /** The text, with a line in the middle that says how much was left out. */
  text(): string {
    const head = this.#head.subarray(0, this.#headUsed);
    const tail = this.#tailText();
    const left = this.bytes - this.#headUsed - this.#tailBytes;
    if (left <= 0) return normalise(Buffer.concat([head, tail]).toString("utf8"));
    const cut = `… ${left} bytes left out …`;
    const parts = [headString(head), cut, tailString(tail)].filter((part) => part !== "");
    return normalise(parts.join("\n"));
  }

  #makeRoom(wanted: number): void {
    if (wanted <= this.#head.length) return;
    const larger = Buffer.alloc(Math.min(this.#headBytes, Math.max(1024, wanted * 2)));
    this.#head.copy(larger, 0, 0, this.#headUsed);
    this.#head = larger;
  }

  #addTail(buffer: Buffer, start: number, end: number): void {
    const size = this.#tailBytesMost;
    if (this.#tail.length === 0) this.#tail = Buffer.alloc(size);
    let from = start;
    while (from < end) {
      const length = Math.min(end - from, size - this.#tailAt);
      buffer.copy(this.#tail, this.#tailAt, from, from + length);
      this.#tailAt = (this.#tailAt + length) % size;
      from += length;
    }
    this.#tailBytes = Math.min(size, this.#tailBytes + end - start);
  }

  #tailText(): Buffer {
    if (this.#tailBytes < this.#tail.length) return this.#tail.subarray(0, this.#tailBytes);
    return Buffer.concat([this.#tail.subarray(this.#tailAt), this.#tail.subarray(0, this.#tailAt)]);
  }
}

/** Without the character that was cut at the end. */
function headString(bytes: Buffer): string {
  return bytes.toString("utf8").replace(/\uFFFD+$/, "");
}

/** Without the character that was cut at the beginning. */
function tailString(bytes: Buffer): string {
  return bytes.toString("utf8").replace(/^\uFFFD+/, "");
}

/** Line ends as XML 1.0, 2.11 wants them. */
function normalise(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n");
}
