import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";

import type { GroupFacts } from "./digest-groups.ts";
import { writeWhole } from "./write-whole.ts";

/** Behind the bytes: what they were made from, a mark, and the CRC-32 of all, which tells damage, not malice. */
const mark = Buffer.from("slipway3");
const factsBytes = 32 + 4 + 8;
const footerBytes = factsBytes + mark.length + 4;

/** @param segmentCrc of the bytes before it */
export function footerOf({ sha256, crc, sizeBytes }: GroupFacts, segmentCrc: number): Buffer {
  const footer = Buffer.alloc(footerBytes);
  footer.set(sha256);
  footer.writeUInt32LE(crc, 32);
  footer.writeBigUInt64LE(BigInt(sizeBytes), 36);
  mark.copy(footer, factsBytes);
  const facts = footer.subarray(0, footerBytes - 4);
  footer.writeUInt32LE(crc32(facts, segmentCrc), footerBytes - 4);
  return footer;
}

function readFooter(footer: Buffer): GroupFacts {
  return {
    sha256: footer.subarray(0, 32),
    crc: footer.readUInt32LE(32),
    sizeBytes: Number(footer.readBigUInt64LE(36)),
  };
}

/** What a segment was made from, and how much it takes in the pack. */
export interface CopiedSegment extends GroupFacts {
  packedBytes: number;
}

/**
 * Copies a segment of the cache to a place in another file.
 *
 * @param buffer through which it goes
 * @returns what was copied; nothing where it turned out to be damaged: what was written cannot be used then
 */
export function copySegment(
  file: string,
  to: { descriptor: number; position: number },
  buffer: Buffer,
  checksum: (bytes: Uint8Array, before: number) => number,
): CopiedSegment | undefined {
  const from = openOrUndefined(file);
  if (from === undefined) return undefined;
  try {
    const end = fstatSync(from).size - footerBytes;
    if (end < 0) return undefined;
    let crc = 0;
    for (let position = 0; position < end;) {
      const wanted = Math.min(buffer.length, end - position);
      const count = readSync(from, buffer, 0, wanted, position);
      if (count === 0) return undefined;
      const bytes = buffer.subarray(0, count);
      crc = checksum(bytes, crc);
      writeWhole(to.descriptor, bytes, to.position + position);
      position += count;
    }
    const footer = Buffer.alloc(footerBytes);
    readSync(from, footer, 0, footerBytes, end);
    const facts = readFooter(footer);
    return footer.equals(footerOf(facts, crc)) ? { ...facts, packedBytes: end } : undefined;
  } finally {
    closeSync(from);
  }
}

/** Another run may have removed it. */
function openOrUndefined(file: string): number | undefined {
  try {
    return openSync(file, "r");
  } catch {
    return undefined;
  }
}
