import { createHash } from "node:crypto";

import type { Group } from "./entry.ts";
import { tarBlocks } from "./tar-blocks.ts";
import { tarEnd } from "./tar-header.ts";

/** sha256 of the tar that the groups would make, for outputs that are none. */
export function hashTar(groups: readonly Group[]): { tarSha256: string } {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1 << 20);
  let sizeBytes = 0;
  for (const { entries } of groups) {
    for (const block of tarBlocks(entries, () => buffer)) {
      hash.update(block);
      sizeBytes += block.length;
    }
  }
  return { tarSha256: hash.update(tarEnd(sizeBytes)).digest("hex") };
}
