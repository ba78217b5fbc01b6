import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { crc32c } from "./crc32c.ts";

/** What HDFS says of a file's bytes: computed from the checks of its blocks, so that nothing is read. */
export interface FileChecksum {
  /** `MD5-of-262144MD5-of-512CRC32C`. */
  readonly algorithm: string;
  /** Hexadecimal. */
  readonly bytes: string;
}

/**
 * Computes, for bytes on this machine, what HDFS says of the same bytes in blocks of this size: the proof that all of
 * them arrived, without reading them back.
 *
 * Each `bytesPerCrc` bytes have a CRC; each block has the MD5 of its CRCs; the file has the MD5 of these, filled up
 * with zeros to 32 bytes times a power of two.
 *
 * @returns `undefined` for an algorithm that cannot be computed here.
 * @see org.apache.hadoop.fs.MD5MD5CRC32FileChecksum
 */
export async function checksumLikeHdfs(
  { algorithm }: Pick<FileChecksum, "algorithm">,
  blockBytes: number,
  content: AsyncIterable<Uint8Array>,
): Promise<FileChecksum | undefined> {
  const [, perCrc, c] = /^MD5-of-\d+MD5-of-(\d+)CRC32(C?)$/.exec(algorithm) ?? [];
  const bytesPerCrc = Number(perCrc);
  if (!(bytesPerCrc > 0) || !(blockBytes > 0) || blockBytes % bytesPerCrc !== 0) return undefined;
  const check =
    c === "C"
      ? crc32c
      : (bytes: Uint8Array, from: number, to: number) => crc32(bytes.subarray(from, to));
  const blocks: Buffer[] = [];
  const crcsPerBlock = blockBytes / bytesPerCrc;
  let crcs: number[] = [];
  const endBlock = (): void => {
    const bytes = Buffer.alloc(crcs.length * 4);
    for (const [index, crc] of crcs.entries()) bytes.writeUInt32BE(crc, index * 4);
    blocks.push(createHash("md5").update(bytes).digest());
    crcs = [];
  };
  for await (const pieces of wholePieces(content, bytesPerCrc))
    for (let at = 0; at < pieces.length; at += bytesPerCrc) {
      crcs.push(check(pieces, at, Math.min(at + bytesPerCrc, pieces.length)));
      if (crcs.length === crcsPerBlock) endBlock();
    }
  if (crcs.length > 0) endBlock();
  if (blocks.length === 0) return undefined;
  const header = Buffer.alloc(12);
  header.writeInt32BE(bytesPerCrc, 0);
  header.writeBigInt64BE(BigInt(blocks.length > 1 ? crcsPerBlock : 0), 4);
  const digest = createHash("md5")
    .update(filledUp(Buffer.concat(blocks)))
    .digest();
  return { algorithm, bytes: Buffer.concat([header, digest]).toString("hex") };
}

/** What HDFS shows behind the digest is not of the file: some answers end with four zero bytes. */
export function isSameChecksum(left: FileChecksum, right: FileChecksum): boolean {
  const digest = ({ bytes }: FileChecksum): string => bytes.slice(0, 56).toLowerCase();
  return left.algorithm === right.algorithm && digest(left) === digest(right);
}

/** The buffer that HDFS hashes: it doubles from 32 bytes on, and is hashed whole. */
function filledUp(digests: Buffer): Buffer {
  let size = 32;
  while (size < digests.length) size *= 2;
  return Buffer.concat([digests, Buffer.alloc(size - digests.length)]);
}

/** Cuts where a piece ends; the last yield may end in a shorter one. */
async function* wholePieces(
  content: AsyncIterable<Uint8Array>,
  pieceBytes: number,
): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array();
  for await (const chunk of content) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % pieceBytes);
    if (whole > 0) yield bytes.subarray(0, whole);
    rest = Uint8Array.from(bytes.subarray(whole));
  }
  if (rest.length > 0) yield rest;
}
