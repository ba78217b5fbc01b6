import type { Slice } from "../slices.ts";
import type { Codec } from "./compressor.ts";
import type { IgzipFiles } from "./igzip-helper.ts";

/** What a thread knows from its start. */
export interface SliceWork {
  codec: Codec;
  /** Of a helper. */
  files?: IgzipFiles | undefined;
}

export interface SliceRequest {
  id: number;
  slice: Slice;
  /** Where the compressed bytes go; without it only what the slice is, is asked. */
  room?: SharedArrayBuffer | undefined;
  /** The CRC-32 costs time and is not needed everywhere. */
  isCrcNeeded: boolean;
}

/** After this a thread ends, when it has done what it was given before. */
export const lastMessage = "end";

export interface SliceFacts {
  /** 0 where it was not asked for. */
  crc: number;
  /** sha256 of each MiB of the slice, one behind the other. */
  leaves: Uint8Array;
}

export type SliceReply =
  /** `packed` is in the room, or beside it where it would not fit. */
  | ({ id: number; kind: "done"; packed: Uint8Array | undefined } & SliceFacts)
  /** `code` is one of `packErrors`, or of the system. */
  | { id: number; kind: "failed"; code: string; message: string };
