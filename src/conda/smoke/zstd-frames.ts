import { open, type FileHandle } from "node:fs/promises";
import { zstdDecompressSync } from "node:zlib";

/**
 * Decompresses a file of several Zstandard frames, frame by frame (RFC 8878, section 3.1.1).
 *
 * Node's own decompressor drops what follows a frame in the same chunk, without an error, whenever the frame's content
 * does not fill its output buffer: an archive of frames would seem to be whole and be cut short.
 *
 * @throws {RangeError} where the file is no sequence of whole frames
 */
export async function* decompressFrames(file: string): AsyncGenerator<Buffer> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    for (let start = 0; start < size;) {
      const end = await findFrameEnd(handle, start);
      yield zstdDecompressSync(await read(handle, start, end - start));
      start = end;
    }
  } finally {
    await handle.close();
  }
}

const magic = 0xfd2fb528;

async function findFrameEnd(handle: FileHandle, start: number): Promise<number> {
  const header = await read(handle, start, 5);
  if (header.readUInt32LE(0) !== magic) throw new RangeError(`No Zstandard frame at byte ${start}`);
  const descriptor = header.readUInt8(4);
  const hasChecksum = (descriptor & 0b100) !== 0;
  let at = start + 5 + headerBytesBehind(descriptor);
  for (let isLast = false; !isLast;) {
    const block = (await read(handle, at, 3)).readUIntLE(0, 3);
    isLast = (block & 1) === 1;
    const isRepeated = ((block >>> 1) & 0b11) === 1;
    at += 3 + (isRepeated ? 1 : block >>> 3);
  }
  return at + (hasChecksum ? 4 : 0);
}

/** Window, dictionary and content size, each there or not as the descriptor says. */
function headerBytesBehind(descriptor: number): number {
  const isSingleSegment = (descriptor & 0b100000) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 0b11] ?? 0;
  const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0;
  return (isSingleSegment ? 0 : 1) + dictionaryBytes + contentSizeBytes;
}

async function read(handle: FileHandle, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, start);
  if (bytesRead !== length) throw new RangeError("The last Zstandard frame is cut short");
  return bytes;
}
