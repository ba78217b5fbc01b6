import { promisify } from "node:util";
import { constants, createZstdDecompress, zstdDecompress, type ZstdDecompress } from "node:zlib";

/** One frame with content: first byte and first byte behind. */
export interface ZstdFrame {
  readonly start: number;
  readonly end: number;
}

/** Gives the bytes at a place; fewer where the data ends. */
export type ReadAt = (at: number, length: number) => Buffer;

/** Windows of up to 2 GiB, as strong compression makes them; Node's own limit is 128 MiB. */
const params = { [constants.ZSTD_d_windowLogMax]: 31 };
const frameMagic = 0xfd2fb528;

/**
 * Decompresses Zstandard data of any number of frames, skippable ones among them.
 *
 * @throws {RangeError} where it ends early or holds something else
 */
export async function decompressZstd(bytes: Buffer): Promise<Buffer> {
  const frames = zstdFrames((at, length) => bytes.subarray(at, at + length), 0, bytes.length);
  const decompress = promisify(zstdDecompress);
  const parts = await Promise.all(
    frames.map(({ start, end }) => decompress(bytes.subarray(start, end), { params })),
  );
  const [only = Buffer.alloc(0)] = parts;
  return parts.length > 1 ? Buffer.concat(parts) : only;
}

/** Decompresses one frame. */
export function zstdDecompressor(): ZstdDecompress {
  return createZstdDecompress({ params });
}

/**
 * Finds the frames of Zstandard data by their block headers, without decompressing them.
 *
 * Node decompresses one frame and drops, without an error, whatever comes behind it in the same piece; a leading
 * skippable frame it takes for all there is. So each frame is handed to it by itself.
 *
 * @throws {RangeError} where the data ends early or holds something else
 * @see https://www.rfc-editor.org/rfc/rfc8878#section-3.1
 */
export function zstdFrames(read: ReadAt, start: number, end: number): readonly ZstdFrame[] {
  const frames: ZstdFrame[] = [];
  let at = start;
  while (at < end) {
    const head = exactly(read, at, 4, end);
    const magic = head.readUInt32LE(0);
    if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
      at += 8 + exactly(read, at + 4, 4, end).readUInt32LE(0);
      continue;
    }
    if (magic !== frameMagic) throw new RangeError("it holds something that is no Zstandard frame");
    const behind = endOfFrame(read, at, end);
    frames.push({ start: at, end: behind });
    at = behind;
  }
  if (at > end) throw endsEarly();
  return frames;
}

function endOfFrame(read: ReadAt, start: number, end: number): number {
  const descriptor = exactly(read, start + 4, 1, end).readUInt8(0);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 0x04) !== 0;
  const dictionaryIdSize = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSizeSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  let at = start + 5 + (isSingleSegment ? 0 : 1) + dictionaryIdSize + contentSizeSize;
  for (let isLast = false; !isLast;) {
    const header = exactly(read, at, 3, end).readUIntLE(0, 3);
    const kind = (header >> 1) & 3;
    if (kind === 3) throw new RangeError("it holds a Zstandard block of an unknown kind");
    // A block that repeats one byte holds only that byte.
    at += 3 + (kind === 1 ? 1 : header >> 3);
    isLast = (header & 1) === 1;
  }
  const behind = at + (hasChecksum ? 4 : 0);
  if (behind > end) throw endsEarly();
  return behind;
}

function exactly(read: ReadAt, at: number, length: number, end: number): Buffer {
  const bytes = at + length > end ? Buffer.alloc(0) : read(at, length);
  if (bytes.length < length) throw endsEarly();
  return bytes;
}

function endsEarly(): RangeError {
  return new RangeError("the Zstandard data ends early");
}
