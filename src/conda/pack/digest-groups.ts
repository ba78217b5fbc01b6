import { createHash } from "node:crypto";

import { combineCrc } from "./compress/combine-crc.ts";
import type { FactsWanted, SliceFacts } from "./compress/slice-messages.ts";
import type { SlicePool } from "./compress/slice-pool.ts";
import type { Group } from "./entry.ts";
import { cutSlices } from "./slices.ts";

/** What a group's tar stream is. */
export interface GroupFacts {
  /** Over the sha256 of each MiB of it, so that several threads can compute it. */
  sha256: Uint8Array;
  crc: number;
  sizeBytes: number;
}

/** Collects the facts of a group from those of its slices, in order. */
export class GroupDigest {
  readonly #leaves = createHash("sha256");
  readonly #fingerprints = createHash("sha256");
  #crc = 0;
  #sizeBytes = 0;

  add({ crc, leaves, fingerprints }: SliceFacts, sizeBytes: number): void {
    this.#leaves.update(leaves);
    this.#fingerprints.update(fingerprints);
    this.#crc = combineCrc(this.#crc, crc, sizeBytes);
    this.#sizeBytes += sizeBytes;
  }

  end(): GroupFacts & { fingerprint: string } {
    return {
      sha256: this.#leaves.digest(),
      fingerprint: `${this.#fingerprints.digest("hex")}-${this.#sizeBytes}`,
      crc: this.#crc,
      sizeBytes: this.#sizeBytes,
    };
  }
}

/** The digest of a pack's content, over those of its groups: equal for equal content, whatever compressed it. */
export class PackDigest {
  readonly #groups = createHash("sha256");

  add(groupSha256: Uint8Array): void {
    this.#groups.update(groupSha256);
  }

  end(): string {
    return this.#groups.digest("hex");
  }
}

/** Reads a group only to tell it from others: see `fingerprint`. */
export async function fingerprintGroup(group: Group, pool: SlicePool): Promise<string> {
  const wanted = { digests: false, fingerprints: true };
  return (await digestGroup(group, pool, wanted)).fingerprint;
}

/** The digest of a pack that is no compressed tar. */
export async function digestPack(groups: readonly Group[], pool: SlicePool): Promise<string> {
  const wanted = { digests: true, fingerprints: false };
  const digest = new PackDigest();
  const all = await Promise.all(groups.map((group) => digestGroup(group, pool, wanted)));
  for (const { sha256 } of all) digest.add(sha256);
  return digest.end();
}

/** A thread reads it by pieces; so few messages are needed, and many threads have work in a large group. */
const sliceBytes = 16 << 20;

async function digestGroup({ entries }: Group, pool: SlicePool, wanted: FactsWanted) {
  const slices = [...cutSlices(entries, { sliceBytes, lookBackBytes: 0 })];
  const facts = await Promise.all(slices.map((slice) => pool.describe(slice, wanted)));
  const digest = new GroupDigest();
  for (const [index, one] of facts.entries()) digest.add(one, slices[index]?.sizeBytes ?? 0);
  return digest.end();
}
