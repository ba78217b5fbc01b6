import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

import { packErrors } from "./errors.ts";
import { asPath, toText, type RawPath } from "./raw-path.ts";

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
  file: Buffer,
  sizeBytes: number,
  splices: readonly Splice[] = [],
): Content {
  const packedBytes = splices.reduce(
    (size, { start, end, bytes }) => size + bytes.length - (end - start),
    sizeBytes,
  );
  return { from: "disk", file: file.toString("latin1"), sizeBytes, splices, packedBytes };
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
 * Copies the content into rooms of any size: fills the room, yields when it is full, goes on with the next one.
 *
 * Reading is synchronous on purpose: for tens of thousands of small files it costs a third of what promises cost.
 *
 * @throws E_FILE_CHANGED where the file no longer has the size it was planned with
 */
export function* copyContent(content: Content, room: Room): Generator<void> {
  if (content.from === "bytes") {
    yield* copyBytes(content.bytes, room);
    return;
  }
  const fd = openSync(asPath(content.file), "r");
  try {
    if (fstatSync(fd).size !== content.sizeBytes) throw changed(content.file);
    let position = 0;
    for (const { start, end, bytes } of content.splices) {
      yield* copyRange(fd, position, start, content.file, room);
      yield* copyBytes(bytes, room);
      position = end;
    }
    yield* copyRange(fd, position, content.sizeBytes, content.file, room);
  } finally {
    closeSync(fd);
  }
}

/** All of the content at once: for files that are known to be small. */
export function readContent(content: Content): Buffer {
  if (content.from === "bytes") return Buffer.from(content.bytes);
  const room = { buffer: Buffer.allocUnsafe(content.packedBytes), at: 0, skip: 0 };
  const copy = copyContent(content, room);
  while (room.at < room.buffer.length && !copy.next().done);
  copy.return(undefined);
  return room.buffer;
}

export function hashContent(content: Content): Buffer {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(Math.min(content.packedBytes + 1, 1 << 20));
  const room = { buffer, at: 0, skip: 0 };
  for (const _full of copyContent(content, room)) {
    hash.update(room.buffer);
    room.at = 0;
  }
  return hash.update(room.buffer.subarray(0, room.at)).digest();
}

function* copyBytes(bytes: Uint8Array, room: Room): Generator<void> {
  let done = passOver(bytes.length, room);
  while (done < bytes.length) {
    if (room.at === room.buffer.length) yield;
    const part = bytes.subarray(done, done + room.buffer.length - room.at);
    room.buffer.set(part, room.at);
    room.at += part.length;
    done += part.length;
  }
}

function* copyRange(
  fd: number,
  start: number,
  end: number,
  file: RawPath,
  room: Room,
): Generator<void> {
  let position = start + passOver(end - start, room);
  while (position < end) {
    if (room.at === room.buffer.length) yield;
    const wanted = Math.min(end - position, room.buffer.length - room.at);
    const got = readSync(fd, room.buffer, room.at, wanted, position);
    if (got === 0) throw changed(file);
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
