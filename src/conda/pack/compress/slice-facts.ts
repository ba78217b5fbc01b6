import { createCipheriv, createHash } from "node:crypto";
import { crc32 } from "node:zlib";

import type { FactsWanted, SliceFacts } from "./slice-messages.ts";

const leafBytes = 1 << 20;
/** Little enough to be in the processor's cache still when the second digest comes to it. */
const strideBytes = 128 << 10;

/** Digests a slice, by pieces of a MiB that do not depend on how the stream is cut into slices of whole MiBs. */
export function describeSlice(
  bytes: Buffer,
  { digests, fingerprints }: FactsWanted,
  fingerprintKey: Uint8Array | undefined,
): SliceFacts {
  const leaves: Buffer[] = [];
  const marks: Buffer[] = [];
  let crc = 0;
  for (let start = 0; start < bytes.length; start += leafBytes) {
    const leaf = bytes.subarray(start, start + leafBytes);
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
