import { createCipheriv, createHash } from "node:crypto";

import type { FactsWanted, SliceFacts } from "./slice-messages.ts";

/** What is digested by itself. */
export const leafBytes = 1 << 20;
/** Little enough to be in the processor's cache still when the second digest comes to it. */
const strideBytes = 128 << 10;

/**
 * Digests a slice, by pieces of a MiB that do not depend on how the stream is cut into slices of whole MiBs.
 *
 * @param pieces in order; done with when the next one is asked for
 */
export function describeSlice(
  pieces: Iterable<Buffer>,
  { digests, fingerprints }: FactsWanted,
  {
    fingerprintKey,
    crc32,
  }: {
    fingerprintKey?: Uint8Array | undefined;
    crc32: (bytes: Uint8Array, before: number) => number;
  },
): SliceFacts {
  const leaves: Buffer[] = [];
  const marks: Buffer[] = [];
  let crc = 0;
  for (const leaf of pieces) {
    if (fingerprints && fingerprintKey !== undefined) marks.push(fingerprint(leaf, fingerprintKey));
    if (!digests) continue;
    const hash = createHash("sha256");
    for (let at = 0; at < leaf.length; at += strideBytes) {
      const stride = leaf.subarray(at, at + strideBytes);
      hash.update(stride);
      crc = crc32(stride, crc);
    }
    leaves.push(hash.digest());
  }
  return { crc, leaves: Buffer.concat(leaves), fingerprints: Buffer.concat(marks) };
}

/** The pieces of a slice that is in memory. */
export function* leavesOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += leafBytes)
    yield bytes.subarray(start, start + leafBytes);
}

/** Of `fingerprint`'s key. */
export const fingerprintKeyBytes = 16;
const nonce = new Uint8Array(12);

/**
 * A universal hash (GMAC, NIST SP 800-38D): two different inputs have the same one with a chance below 2^-100, for
 * whoever does not know the key. An order of magnitude faster than sha256; the tags themselves must not be shown.
 */
function fingerprint(bytes: Uint8Array, key: Uint8Array): Buffer {
  const mac = createCipheriv("aes-128-gcm", key, nonce);
  mac.setAAD(bytes);
  mac.final();
  return mac.getAuthTag();
}
