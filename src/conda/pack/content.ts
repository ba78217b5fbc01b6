import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

import { packErrors } from "./errors.ts";
import { asPath, fromDisk, toText, type DiskPath, type RawPath } from "./raw-path.ts";

/** Put `bytes` where the file has the bytes from `start` up to `end`. */
export interface Splice {
  start: number;
  end: number;
  bytes: Uint8Array;
}

/** The bytes of one entry of the archive, not held in memory where they are on disk anyway. */
export type Content =
  | {
      from: "disk";
      /** Absolute. */
      file: RawPath;
      /** Size of the file on disk. */
      sizeBytes: number;
      /** Sorted, without overlap. */
      splices: readonly Splice[];
      packedBytes: number;
    }
  | { from: "bytes"; bytes: Uint8Array; packedBytes: number };

export function contentOfFile(
  file: DiskPath,
  sizeBytes: number,
  splices: readonly Splice[] = [],
): Content {
  const packedBytes = splices.reduce(
    (size, { start, end, bytes }) => size + bytes.length - (end - start),
    sizeBytes,
  );
  return { from: "disk", file: fromDisk(file), sizeBytes, splices, packedBytes };
}

export function contentOfBytes(bytes: Uint8Array): Content {
  return { from: "bytes", bytes, packedBytes: bytes.length };
}

/** A place that takes bytes: room in a buffer, and word of how much of it was filled. */
export interface Room {
  buffer: Buffer;
  /** First free byte. */
  at: number;
  /** Bytes of the content to pass over before any are taken. */
  skip: number;
}

/**
 * Copies the content into the room, from where the room says up to where it is full.
 *
 * Reading is synchronous on purpose: for tens of thousands of small files it costs a third of what promises cost.
 *
 * @throws E_FILE_CHANGED where the file no longer has the size it was planned with
 */
export function copyContent(content: Content, room: Room): void {
  if (content.from === "bytes") {
    copyBytes(content.bytes, room);
    return;
  }
  const { sizeBytes, splices } = content;
  const file = openSync(asPath(content.file), "r");
  try {
    if (splices.length === 0 && copyWhole(file, content, room)) return;
    if (fstatSync(file).size !== sizeBytes) throw changed(content.file);
    let position = 0;
    for (const { start, end, bytes } of splices) {
      copyRange(file, position, start, content.file, room);
      copyBytes(bytes, room);
      position = end;
    }
    copyRange(file, position, sizeBytes, content.file, room);
  } finally {
    closeSync(file);
  }
}

/** Most files fit in the room as they are. A byte more is asked for, which tells that one has grown. */
function copyWhole(
  file: number,
  { sizeBytes, file: path }: Content & { from: "disk" },
  room: Room,
): boolean {
  if (room.skip > 0 || room.at + sizeBytes >= room.buffer.length) return false;
  const got = readSync(file, room.buffer, room.at, sizeBytes + 1, 0);
  if (got > sizeBytes) throw changed(path);
  if (got === sizeBytes) room.at += got;
  return got === sizeBytes;
}

/** All of the content at once: for files that are known to be small. */
export function readContent(content: Content): Buffer {
  if (content.from === "bytes") return Buffer.from(content.bytes);
  const room = { buffer: Buffer.allocUnsafe(content.packedBytes), at: 0, skip: 0 };
  copyContent(content, room);
  return room.buffer;
}

export function hashContent(content: Content): Buffer {
  const hash = createHash("sha256");
  for (const piece of piecesOf(content)) hash.update(piece);
  return hash.digest();
}

/** The content piece by piece; each is overwritten by the next. */
export function* piecesOf(content: Content): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(content.packedBytes + 1, 1 << 20));
  for (let done = 0; done < content.packedBytes;) {
    const room = { buffer, at: 0, skip: done };
    copyContent(content, room);
    yield buffer.subarray(0, room.at);
    done += room.at;
  }
}

export function copyBytes(bytes: Uint8Array, room: Room): void {
  const from = passOver(bytes.length, room);
  const part = bytes.subarray(from, from + room.buffer.length - room.at);
  room.buffer.set(part, room.at);
  room.at += part.length;
}

function copyRange(file: number, start: number, end: number, path: RawPath, room: Room): void {
  let position = start + passOver(end - start, room);
  while (position < end && room.at < room.buffer.length) {
    const wanted = Math.min(end - position, room.buffer.length - room.at);
    const got = readSync(file, room.buffer, room.at, wanted, position);
    if (got === 0) throw changed(path);
    room.at += got;
    position += got;
  }
}

function passOver(availableBytes: number, room: Room): number {
  const passed = Math.min(room.skip, availableBytes);
  room.skip -= passed;
  return passed;
}

function changed(file: RawPath) {
  return packErrors("E_FILE_CHANGED", `${toText(file)} changed while it was being packed`);
}
