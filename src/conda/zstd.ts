import { promisify } from "node:util";
import { constants, createZstdDecompress, zstdDecompress, type ZstdDecompress } from "node:zlib";

/** Windows of up to 2 GiB, as strong compression makes them; Node's own limit is 128 MiB. */
const params = { [constants.ZSTD_d_windowLogMax]: 31 };

/** Decompresses Zstandard data of any number of frames, skippable ones among them. */
export async function decompressZstd(bytes: Buffer): Promise<Buffer> {
  return promisify(zstdDecompress)(withoutSkippableFrames(bytes), { params });
}

export function zstdDecompressor(): ZstdDecompress {
  return createZstdDecompress({ params });
}

/**
 * Node ends at a leading skippable frame with no bytes and no error, so such frames are taken off first.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8878#section-3.1.2
 */
export function withoutSkippableFrames(bytes: Buffer): Buffer {
  let at = 0;
  while (at + 8 <= bytes.length && isSkippable(bytes.readUInt32LE(at)))
    at += 8 + bytes.readUInt32LE(at + 4);
  return bytes.subarray(Math.min(at, bytes.length));
}

export function isSkippable(magic: number): boolean {
  return magic >= 0x184d2a50 && magic <= 0x184d2a5f;
}
