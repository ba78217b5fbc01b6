import { createHash, type Hash } from "node:crypto";

export const digestKinds = ["sha256", "sha512", "sha1", "md5"] as const;
export type DigestKind = (typeof digestKinds)[number];
export type Digests = { readonly [Kind in DigestKind]?: string | undefined };

const hexLength: Readonly<Record<DigestKind, number>> = {
  sha256: 64,
  sha512: 128,
  sha1: 40,
  md5: 32,
};

/**
 * The digest in the text of a checksum file: alone, or before the name of its file as `sha256sum` writes it.
 *
 * @returns lower case, or `undefined` where the text holds none of this kind.
 */
export function parseDigest(kind: DigestKind, text: string): string | undefined {
  const [word = ""] = text.trim().split(/\s+/, 1);
  return word.length === hexLength[kind] && /^[0-9a-f]+$/i.test(word)
    ? word.toLowerCase()
    : undefined;
}

/** Hashes that go along while a file passes. SHA-256 is always among them. */
export interface Hashes {
  update(chunk: Uint8Array): void;
  /** Ends them. */
  digests(): Digests & { sha256: string };
}

/** @param wanted what the source names: only those are computed, besides SHA-256. */
export function startHashes(wanted: Digests): Hashes {
  const sha256 = createHash("sha256");
  const others = digestKinds
    .filter((kind) => kind !== "sha256" && wanted[kind] !== undefined)
    .map((kind): [DigestKind, Hash] => [kind, createHash(kind)]);
  return {
    update(chunk) {
      sha256.update(chunk);
      for (const [, hash] of others) hash.update(chunk);
    },
    digests() {
      const ended = new Map(others.map(([kind, hash]) => [kind, hash.digest("hex")]));
      return {
        sha256: sha256.digest("hex"),
        sha512: ended.get("sha512"),
        sha1: ended.get("sha1"),
        md5: ended.get("md5"),
      };
    },
  };
}
