import { BitReader, type ReadMore } from "./bit-reader.ts";
import { crcOf } from "./crc.ts";
import { Huffman } from "./huffman.ts";

const streamMagic = 0x425a68;
const blockMagic = [0x314159, 0x265359] as const;
const endMagic = [0x177245, 0x385090] as const;
const symbolsPerSelector = 50;

/**
 * Decompresses bzip2 data block by block: any number of streams one after the other, as parallel compressors write
 * them. Every block's and stream's checksum is proved.
 *
 * @throws {RangeError} where the data is damaged or ends early
 * @see https://github.com/dsnet/compress/blob/master/doc/bzip2-format.pdf
 */
export function* decompressBzip2(read: ReadMore): Generator<Uint8Array> {
  const bits = new BitReader(read);
  for (let streams = 0; ; streams += 1) {
    bits.alignToByte();
    if (streams > 0 && bits.atEnd()) return;
    if (bits.take(24) !== streamMagic) throw new RangeError("it is no bzip2 data");
    const level = bits.take(8) - 0x30;
    if (level < 1 || level > 9) throw new RangeError("its bzip2 block size is impossible");
    yield* blocksOfStream(bits, level * 100_000);
  }
}

function* blocksOfStream(bits: BitReader, blockSize: number): Generator<Uint8Array> {
  let combined = 0;
  for (;;) {
    const first = bits.take(24);
    const second = bits.take(24);
    const checksum = bits.takeUint32();
    if (first === endMagic[0] && second === endMagic[1]) {
      if (checksum !== combined) throw new RangeError("the checksum of a bzip2 stream is wrong");
      return;
    }
    if (first !== blockMagic[0] || second !== blockMagic[1])
      throw new RangeError("a bzip2 block begins with something else");
    const block = decodeBlock(bits, blockSize);
    const found = crcOf(block);
    if (found !== checksum) throw new RangeError("the checksum of a bzip2 block is wrong");
    combined = (((combined << 1) | (combined >>> 31)) ^ checksum) >>> 0;
    yield block;
  }
}

function decodeBlock(bits: BitReader, blockSize: number): Uint8Array {
  if (bits.take(1) === 1) throw new RangeError("randomised bzip2 blocks are not understood");
  const origin = bits.take(24);
  const used = usedBytes(bits);
  const tables = bits.take(3);
  if (tables < 2 || tables > 6) throw new RangeError("a bzip2 block has too many code tables");
  const selectors = readSelectors(bits, tables);
  const codes = Array.from({ length: tables }, () => new Huffman(bits, used.length + 2));
  const { counts, transformed, length } = readSymbols(bits, used, selectors, codes, blockSize);
  if (origin >= length) throw new RangeError("a bzip2 block begins outside of itself");
  return expandRuns(undoTransform(transformed, counts, length), origin, length);
}

function usedBytes(bits: BitReader): Uint8Array {
  const groups = bits.take(16);
  const used: number[] = [];
  for (let group = 0; group < 16; group += 1) {
    if ((groups & (0x8000 >> group)) === 0) continue;
    const members = bits.take(16);
    for (let member = 0; member < 16; member += 1)
      if ((members & (0x8000 >> member)) !== 0) used.push(group * 16 + member);
  }
  if (used.length === 0) throw new RangeError("a bzip2 block uses no bytes");
  return Uint8Array.from(used);
}

function readSelectors(bits: BitReader, tables: number): Uint8Array {
  const count = bits.take(15);
  if (count === 0) throw new RangeError("a bzip2 block has no selectors");
  const order = Uint8Array.from({ length: tables }, (_, index) => index);
  const selectors = new Uint8Array(count);
  for (let at = 0; at < count; at += 1) {
    let position = 0;
    while (bits.take(1) === 1) {
      position += 1;
      if (position >= tables) throw new RangeError("a bzip2 selector names no table");
    }
    selectors[at] = moveToFront(order, position);
  }
  return selectors;
}

interface Symbols {
  /** The last column of the sorted matrix, in the low byte of each entry. */
  readonly transformed: Uint32Array;
  readonly counts: Uint32Array;
  readonly length: number;
}

/** Undoes the Huffman coding, the runs of zeros and the move-to-front coding. */
function readSymbols(
  bits: BitReader,
  used: Uint8Array,
  selectors: Uint8Array,
  codes: readonly Huffman[],
  blockSize: number,
): Symbols {
  const transformed = new Uint32Array(blockSize);
  const counts = new Uint32Array(256);
  const order = Uint8Array.from(used);
  const endOfBlock = used.length + 1;
  let length = 0;
  let run = 0;
  let runBit = 1;
  let left = 0;
  let group = 0;
  let code: Huffman | undefined;
  for (;;) {
    if (left === 0) {
      const selector = selectors[group];
      code = selector === undefined ? undefined : codes[selector];
      group += 1;
      left = symbolsPerSelector;
    }
    if (code === undefined) throw new RangeError("a bzip2 block has too few selectors");
    left -= 1;
    const symbol = code.decode(bits);
    if (symbol < 2) {
      run += runBit << symbol;
      runBit <<= 1;
      if (run > blockSize) throw new RangeError("a run in a bzip2 block is too long");
      continue;
    }
    if (run > 0) {
      const byte = order[0] ?? 0;
      if (length + run > blockSize) throw new RangeError("a bzip2 block is too long");
      transformed.fill(byte, length, length + run);
      counts[byte] = (counts[byte] ?? 0) + run;
      length += run;
      run = 0;
      runBit = 1;
    }
    if (symbol === endOfBlock) return { transformed, counts, length };
    if (length >= blockSize) throw new RangeError("a bzip2 block is too long");
    const byte = moveToFront(order, symbol - 1);
    transformed[length] = byte;
    counts[byte] = (counts[byte] ?? 0) + 1;
    length += 1;
  }
}

function moveToFront(order: Uint8Array, position: number): number {
  const value = order[position] ?? 0;
  order.copyWithin(1, 0, position);
  order[0] = value;
  return value;
}

/** Undoes the Burrows-Wheeler transform: each entry then holds its byte, and above it where the next one is. */
function undoTransform(transformed: Uint32Array, counts: Uint32Array, length: number): Uint32Array {
  const starts = new Uint32Array(256);
  let sum = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    starts[byte] = sum;
    sum += counts[byte] ?? 0;
  }
  for (let at = 0; at < length; at += 1) {
    const byte = (transformed[at] ?? 0) & 0xff;
    const target = starts[byte] ?? 0;
    starts[byte] = target + 1;
    transformed[target] = (transformed[target] ?? 0) | (at << 8);
  }
  return transformed;
}

/** Follows the chain and undoes the first coding: four equal bytes are followed by a count of further ones. */
function expandRuns(chain: Uint32Array, origin: number, length: number): Uint8Array {
  let output = new Uint8Array(length * 2);
  let size = 0;
  let entry = chain[origin] ?? 0;
  let previous = -1;
  let equal = 0;
  for (let at = 0; at < length; at += 1) {
    entry = chain[entry >>> 8] ?? 0;
    const byte = entry & 0xff;
    if (size + 256 > output.length) output = enlarged(output);
    if (equal === 4) {
      output.fill(previous, size, size + byte);
      size += byte;
      equal = 0;
      previous = -1;
      continue;
    }
    equal = byte === previous ? equal + 1 : 1;
    previous = byte;
    output[size] = byte;
    size += 1;
  }
  return output.subarray(0, size);
}

function enlarged(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2 + 256);
  larger.set(bytes);
  return larger;
}
