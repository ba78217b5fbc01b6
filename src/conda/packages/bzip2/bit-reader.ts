/** Reads the next bytes into the buffer; 0 at the end. */
export type ReadMore = (buffer: Uint8Array) => number;

/** Bits from the highest to the lowest, as bzip2 packs them. */
export class BitReader {
  readonly #read: ReadMore;
  readonly #buffer = new Uint8Array(64 * 1024);
  #at = 0;
  #end = 0;
  #bits = 0;
  #count = 0;

  constructor(read: ReadMore) {
    this.#read = read;
  }

  /** @param count at most 24 */
  take(count: number): number {
    while (this.#count < count) {
      this.#bits = ((this.#bits << 8) | this.#nextByte()) & 0xffffffff;
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#bits >>> this.#count) & ((1 << count) - 1);
  }

  takeUint32(): number {
    return this.take(16) * 0x10000 + this.take(16);
  }

  alignToByte(): void {
    this.#count -= this.#count % 8;
  }

  /** Only between bytes. */
  atEnd(): boolean {
    return this.#count === 0 && this.#at === this.#end && !this.#refill();
  }

  #nextByte(): number {
    if (this.#at === this.#end && !this.#refill())
      throw new RangeError("the bzip2 data ends early");
    const byte = this.#buffer[this.#at] ?? 0;
    this.#at += 1;
    return byte;
  }

  #refill(): boolean {
    this.#at = 0;
    this.#end = this.#read(this.#buffer);
    return this.#end > 0;
  }
}
