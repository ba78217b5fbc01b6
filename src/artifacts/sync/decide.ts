import type { Stored } from "../caches/store.ts";

/** What is known of one artifact before anything is read or sent. `Place` is a cache. */
export interface Known<Place> {
  /** As the source says; `undefined` where it does not, or could not be asked. */
  readonly wanted: { sizeBytes: number | undefined; sha256: string | undefined };
  readonly there: readonly { place: Place; stored: Stored }[];
  readonly absent: readonly Place[];
}

export type Decision<Place> =
  /** Every cache has it, and all have the same. */
  | { kind: "done" }
  /** What these hold must be read back first: nobody knows its digest. */
  | { kind: "read back"; places: readonly Place[] }
  /** What this cache holds is not what is wanted. */
  | { kind: "differs"; place: Place; stored: Stored }
  /** Two caches hold different bytes, and the source does not say which are right. */
  | {
      kind: "differ";
      first: { place: Place; stored: Stored };
      second: { place: Place; stored: Stored };
    }
  | { kind: "send"; places: readonly Place[] };

/** Whether what a cache holds is known not to be what is wanted. */
export function isOther(stored: Stored, wanted: Known<unknown>["wanted"]): boolean {
  return (
    (wanted.sizeBytes !== undefined && stored.sizeBytes !== wanted.sizeBytes) ||
    (wanted.sha256 !== undefined && stored.sha256 !== undefined && stored.sha256 !== wanted.sha256)
  );
}

/** Decides what is to be done for an artifact. Pure. */
export function decide<Place>({ wanted, there, absent }: Known<Place>): Decision<Place> {
  const wrong = there.find(({ stored }) => isOther(stored, wanted));
  if (wrong !== undefined) return { kind: "differs", ...wrong };
  const unread = there.filter(({ stored }) => stored.sha256 === undefined);
  if (unread.length > 0) return { kind: "read back", places: unread.map(({ place }) => place) };
  const [first] = there;
  const second = there.find(({ stored }) => stored.sha256 !== first?.stored.sha256);
  if (first !== undefined && second !== undefined) return { kind: "differ", first, second };
  return absent.length === 0 ? { kind: "done" } : { kind: "send", places: absent };
}
