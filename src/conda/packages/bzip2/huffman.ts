import type { BitReader } from "./bit-reader.ts";

const longestCode = 20;

/** A canonical prefix code, decoded by the smallest code of each length. */
export class Huffman {
  readonly #limits = new Int32Array(longestCode + 2).fill(-1);
  readonly #bases = new Int32Array(longestCode + 2);
  readonly #symbols: Uint16Array;
  readonly #shortest: number;

  constructor(bits: BitReader, alphabet: number) {
    const lengths = readLengths(bits, alphabet);
    this.#symbols = new Uint16Array(alphabet);
    this.#shortest = Math.min(...lengths);
    let code = 0;
    let placed = 0;
    for (let length = this.#shortest; length <= longestCode; length += 1) {
      this.#bases[length] = placed - code;
      for (let symbol = 0; symbol < alphabet; symbol += 1) {
        if (lengths[symbol] !== length) continue;
        this.#symbols[placed] = symbol;
        placed += 1;
        code += 1;
      }
      this.#limits[length] = code - 1;
      code <<= 1;
    }
  }

  decode(bits: BitReader): number {
    let length = this.#shortest;
    let code = bits.take(length);
    while (code > (this.#limits[length] ?? -1)) {
      if (length >= longestCode) throw new RangeError("a bzip2 code has no meaning");
      length += 1;
      code = (code << 1) | bits.take(1);
    }
    return this.#symbols[(this.#bases[length] ?? 0) + code] ?? 0;
  }
}

function readLengths(bits: BitReader, alphabet: number): Uint8Array {
  const lengths = new Uint8Array(alphabet);
  let length = bits.take(5);
  for (let symbol = 0; symbol < alphabet; symbol += 1) {
    for (;;) {
      if (length < 1 || length > longestCode)
        throw new RangeError("a bzip2 code has an impossible length");
      if (bits.take(1) === 0) break;
      length += bits.take(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return lengths;
}
