import { createHash } from "node:crypto";

import { combineCrc } from "./compress/combine-crc.ts";
import type { SliceFacts } from "./compress/slice-messages.ts";
import type { SlicePool } from "./compress/slice-pool.ts";
import type { Group } from "./entry.ts";
import { cutSlices } from "./slices.ts";

/** What a group's tar stream is. */
export interface GroupFacts {
  /** Over the sha256 of each MiB of it, so that several threads can compute it. */
  sha256: Buffer;
  crc: number;
  sizeBytes: number;
}

/** Collects the facts of a group from those of its slices, in order. */
export class GroupDigest {
  readonly #leaves = createHash("sha256");
  #crc = 0;
  #sizeBytes = 0;

  add({ crc, leaves }: SliceFacts, sizeBytes: number): void {
    this.#leaves.update(leaves);
    this.#crc = combineCrc(this.#crc, crc, sizeBytes);
    this.#sizeBytes += sizeBytes;
  }

  end(): GroupFacts {
    return { sha256: this.#leaves.digest(), crc: this.#crc, sizeBytes: this.#sizeBytes };
  }
}

/** The digest of a pack's content, over those of its groups: equal for equal content, whatever compressed it. */
export class PackDigest {
  readonly #groups = createHash("sha256");

  add(groupSha256: Buffer): void {
    this.#groups.update(groupSha256);
  }

  end(): string {
    return this.#groups.digest("hex");
  }
}

/** Some leaves, so that fewer messages are needed. */
const sliceBytes = 2 << 20;

/** Reads all groups, several at once; the digests of the first ones are there while others are still being read. */
export function digestGroups(groups: readonly Group[], pool: SlicePool): Promise<GroupFacts>[] {
  return groups.map(({ entries }) => {
    const slices = [...cutSlices(entries, { sliceBytes, lookBackBytes: 0 })];
    const facts = Promise.all(slices.map((slice) => pool.hash(slice))).then((all) => {
      const digest = new GroupDigest();
      for (const [index, one] of all.entries()) digest.add(one, slices[index]?.sizeBytes ?? 0);
      return digest.end();
    });
    // Whoever waits for the digest meets the failure; until then it must not count as unhandled.
    facts.catch(() => {});
    return facts;
  });
}

/** The digest of a pack that is no compressed tar. */
export async function digestPack(groups: readonly Group[], pool: SlicePool): Promise<string> {
  const digest = new PackDigest();
  for (const { sha256 } of await Promise.all(digestGroups(groups, pool))) digest.add(sha256);
  return digest.end();
}
