import type { Splice } from "./content.ts";
import type { RawPath } from "./raw-path.ts";

/** A C string that holds a prefix one or several times. */
export interface CString {
  /** Positions in the file, ascending. */
  hits: readonly number[];
  /** Where its NUL is, or the end of the file. */
  end: number;
  /** NULs behind it that are padding, not content: how much it may grow. */
  room: number;
}

/** Where a file holds a prefix. */
export type Places =
  | { mode: "text"; hits: readonly number[] }
  | { mode: "binary"; strings: readonly CString[] };

/** What `conda-unpack` has to know of a file: where the placeholder is, in bytes of the packed file. */
export type PrefixRecord = { path: RawPath; placeholder: string; sizeBytes: number } & (
  | { mode: "text"; hits: readonly number[] }
  | {
      mode: "binary";
      /** `start` is the first hit; hits are relative to it; `length` is what the string may fill. */
      strings: readonly { start: number; length: number; hits: readonly number[] }[];
    }
);

export function countHits(places: Places): number {
  return places.mode === "text"
    ? places.hits.length
    : places.strings.reduce((count, { hits }) => count + hits.length, 0);
}

/** The longest replacement that every string has room for; infinite for text. */
export function longestReplacement(places: Places, tokenBytes: number): number {
  if (places.mode === "text") return Number.POSITIVE_INFINITY;
  return Math.min(
    ...places.strings.map(({ hits, room }) => tokenBytes + Math.floor(room / hits.length)),
  );
}

/** Puts the replacement where the token stands; binary strings keep their place and are padded with NULs. */
export function spliceIn(places: Places, tokenBytes: number, replacement: Buffer): Splice[] {
  const replace = (start: number): Splice => ({
    start,
    end: start + tokenBytes,
    bytes: replacement,
  });
  if (places.mode === "text") return places.hits.map(replace);
  return places.strings.flatMap(({ hits, end }) => {
    const growth = hits.length * (replacement.length - tokenBytes);
    const padding: Splice =
      growth >= 0
        ? { start: end, end: end + growth, bytes: new Uint8Array() }
        : { start: end, end, bytes: new Uint8Array(-growth) };
    return [...hits.map(replace), padding];
  });
}

/** The record of a file after `spliceIn`. */
export function recordPlaces(
  path: RawPath,
  places: Places,
  tokenBytes: number,
  placeholder: string,
  sizeBytes: number,
): PrefixRecord {
  const growth = Buffer.byteLength(placeholder) - tokenBytes;
  const grown = (hits: readonly number[], from: number) =>
    hits.map((hit, index) => hit - from + index * growth);
  const common = { path, placeholder, sizeBytes };
  if (places.mode === "text") return { ...common, mode: "text", hits: grown(places.hits, 0) };
  return {
    ...common,
    mode: "binary",
    strings: places.strings.map(({ hits, end }) => {
      const start = hits[0] ?? 0;
      return {
        start,
        length: end - start + hits.length * growth,
        hits: grown(hits, start),
      };
    }),
  };
}
