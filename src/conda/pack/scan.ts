import { isUtf8 } from "node:buffer";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { DiskPath } from "./raw-path.ts";

/** Searches files of any size with one buffer of fixed size. */
export interface Scanner {
  /** Positions of the needle, ascending, without overlap. */
  find(file: DiskPath, needle: Buffer): number[];
  /** The C string that goes on at `from`: where its NUL is (or the file ends), and how many NULs follow. */
  findStringEnd(file: DiskPath, from: number, wantedNuls: number): { end: number; nuls: number };
  isUtf8(file: DiskPath): boolean;
  /** Up to `length` bytes from `start`. */
  read(file: DiskPath, start: number, length: number): Buffer;
}

export function createScanner(windowBytes = 1 << 20): Scanner {
  const window = Buffer.allocUnsafeSlow(windowBytes);
  return {
    find: (file, needle) => withFile(file, (fd) => findAll(fd, needle, window)),
    findStringEnd: (file, from, wantedNuls) =>
      withFile(file, (fd, size) => findEnd(fd, size, from, wantedNuls, window)),
    isUtf8: (file) => withFile(file, (fd, size) => isUtf8File(fd, size, window)),
    read(file, start, length) {
      const fd = openSync(file, "r");
      try {
        const bytes = Buffer.allocUnsafe(length);
        return bytes.subarray(0, fill(fd, bytes, start));
      } finally {
        closeSync(fd);
      }
    },
  };
}

function withFile<Result>(file: DiskPath, work: (fd: number, sizeBytes: number) => Result): Result {
  const fd = openSync(file, "r");
  try {
    return work(fd, fstatSync(fd).size);
  } finally {
    closeSync(fd);
  }
}

// Windows overlap by the needle less one byte, so that a hit across a border is found, and found once.
function findAll(fd: number, needle: Buffer, window: Buffer): number[] {
  const hits: number[] = [];
  let start = 0;
  for (;;) {
    const got = fill(fd, window, start);
    const seen = window.subarray(0, got);
    let after = 0;
    for (let at = seen.indexOf(needle); at !== -1; at = seen.indexOf(needle, after)) {
      hits.push(start + at);
      after = at + needle.length;
    }
    if (got < window.length) return hits;
    start += Math.max(after, got - needle.length + 1);
  }
}

function findEnd(
  fd: number,
  sizeBytes: number,
  from: number,
  wantedNuls: number,
  window: Buffer,
): { end: number; nuls: number } {
  const small = window.subarray(0, 4096);
  let end = sizeBytes;
  for (let start = from; start < sizeBytes; start += small.length) {
    const at = small.subarray(0, fill(fd, small, start)).indexOf(0);
    if (at === -1) continue;
    end = start + at;
    break;
  }
  let nuls = 0;
  while (nuls < wantedNuls && end + nuls < sizeBytes) {
    const seen = small.subarray(0, Math.min(fill(fd, small, end + nuls), wantedNuls - nuls));
    const other = seen.findIndex((byte) => byte !== 0);
    if (other !== -1) return { end, nuls: nuls + other };
    nuls += seen.length;
  }
  return { end, nuls };
}

function isUtf8File(fd: number, sizeBytes: number, window: Buffer): boolean {
  let start = 0;
  while (start < sizeBytes) {
    const seen = window.subarray(0, fill(fd, window, start));
    // A character may be cut by the border: leave up to three bytes for the next window.
    const cut = start + seen.length < sizeBytes ? wholeCharacters(seen) : seen.length;
    if (cut === 0 || !isUtf8(seen.subarray(0, cut))) return false;
    start += cut;
  }
  return true;
}

function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= 3; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) return bytes.length - back;
  }
  return bytes.length;
}

function fill(fd: number, into: Buffer, position: number): number {
  let got = 0;
  while (got < into.length) {
    const count = readSync(fd, into, got, into.length - got, position + got);
    if (count === 0) break;
    got += count;
  }
  return got;
}
