import type { CopiedSegment } from "../segment-file.ts";
import type { Slice } from "../slices.ts";
import type { Codec } from "./compressor.ts";
import type { IgzipFiles } from "./igzip-helper.ts";

/** What a thread is told first. */
export interface SliceWork {
  codec: Codec;
  /** Of a helper. */
  files?: IgzipFiles | undefined;
  /** For fingerprints, where they are asked for. */
  fingerprintKey?: Uint8Array | undefined;
}

/** What is asked about a slice. */
export interface FactsWanted {
  /** Its CRC-32 and its sha256s. */
  digests: boolean;
  /** Enough to tell it from any other, at a tenth of the time; needs the key. */
  fingerprints: boolean;
}

export interface SliceRequest {
  kind: "slice";
  slice: Slice;
  /** Where the compressed bytes go; without it only what the slice is, is asked. */
  room?: SharedArrayBuffer | undefined;
  wanted: FactsWanted;
}

/** To copy a segment of the cache to a place in the pack: see `copySegment`. */
export interface CopyRequest {
  kind: "copy";
  file: string;
  to: { descriptor: number; position: number };
}

/** To hash a file that grows up to where it is finished; one thread does it all. */
export interface HashRequest {
  kind: "hash";
  descriptor: number;
  toBytes: number;
}

export type ThreadRequest = { id: number } & (SliceRequest | CopyRequest | HashRequest);

/** After this a thread ends, when it has done what it was given before. */
export const lastMessage = "end";

/** What was not asked for is 0 or empty. */
export interface SliceFacts {
  crc: number;
  /** sha256 of each MiB of the slice, one behind the other. */
  leaves: Uint8Array;
  /** Of each MiB of the slice, one behind the other. */
  fingerprints: Uint8Array;
}

export interface SliceResult extends SliceFacts {
  /** In the room, or beside it where it would not fit. */
  packed: Uint8Array | undefined;
}

export type ThreadReply = { id: number } & (
  | { kind: "slice"; result: SliceResult }
  | { kind: "copy"; segment: CopiedSegment | undefined }
  | { kind: "hash"; sha256: string }
  /** `code` is one of `packErrors`, or of the system. */
  | { kind: "failed"; code: string; message: string }
);
