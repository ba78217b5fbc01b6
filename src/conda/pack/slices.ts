import { copyBytes, copyContent, type Content, type Room } from "./content.ts";
import type { Entry } from "./entry.ts";
import { padding, tarHeader, tarHeaderBytes } from "./tar-header.ts";

/** What a stream is made of: members of a tar with their headers, or bare content. */
export type Part = Entry | Content;

/**
 * A piece of the stream of some parts, to be read by whoever gets it: only names and places travel, no bytes.
 *
 * The cut depends on the stream alone, never on how much a read returned, so that what is made of the slices is the same
 * on every machine.
 */
export interface Slice {
  /** All that lie in it, in order. */
  parts: readonly Part[];
  /** Bytes of the first part that come before. */
  skipBytes: number;
  /** Bytes before the slice's own that are read as well: the end of the one before. */
  lookBackBytes: number;
  sizeBytes: number;
}

/**
 * Cuts the stream of the parts into slices of exactly the size, but for the last one.
 *
 * @param stretch of the stream, where not all of it is wanted
 */
export function* cutSlices(
  parts: readonly Part[],
  { sliceBytes, lookBackBytes }: { sliceBytes: number; lookBackBytes: number },
  stretch?: Pick<Slice, "skipBytes" | "sizeBytes">,
): Generator<Slice> {
  const sizes = parts.map(streamBytes);
  const startBytes = stretch?.skipBytes ?? 0;
  const endBytes = startBytes + (stretch?.sizeBytes ?? sizes.reduce((sum, size) => sum + size, 0));
  let first = 0;
  let firstStart = 0;
  for (let start = startBytes; start < endBytes; start += sliceBytes) {
    const end = Math.min(start + sliceBytes, endBytes);
    const from = Math.max(0, start - lookBackBytes);
    while (firstStart + (sizes[first] ?? 0) <= from) firstStart += sizes[first++] ?? 0;
    let behind = first;
    for (let at = firstStart; at < end; at += sizes[behind++] ?? 0);
    yield {
      parts: parts.slice(first, behind),
      skipBytes: from - firstStart,
      lookBackBytes: start - from,
      sizeBytes: end - start,
    };
  }
}

/** How much the part takes in the stream. */
export function streamBytes(part: Part): number {
  if ("from" in part) return part.packedBytes;
  const contentBytes = part.kind === "file" ? part.content.packedBytes : 0;
  return tarHeaderBytes(part) + contentBytes + padding(contentBytes);
}

/**
 * Reads the slice, what it looks back to included.
 *
 * @param buffer of at least its size
 * @throws E_FILE_CHANGED
 */
export function readSlice(
  { parts, skipBytes, lookBackBytes, sizeBytes }: Slice,
  buffer: Buffer,
): Buffer {
  const wanted = buffer.subarray(0, lookBackBytes + sizeBytes);
  const room: Room = { buffer: wanted, at: 0, skip: skipBytes };
  for (const part of parts) copyPart(part, room);
  return wanted;
}

function copyPart(part: Part, room: Room): void {
  if ("from" in part) {
    copyContent(part, room);
    return;
  }
  copyBytes(tarHeader(part), room);
  if (part.kind !== "file") return;
  copyContent(part.content, room);
  copyBytes(zeroBlock.subarray(0, padding(part.content.packedBytes)), room);
}

const zeroBlock = new Uint8Array(512);
