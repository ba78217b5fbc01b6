/**
 * A path relative to the environment as its bytes, one character per byte (latin1).
 *
 * File names are bytes, not text: this form keeps names that are not UTF-8, and comparing two of them with `<` is
 * UTF-8 byte order, which `sort()` on ordinary strings is not.
 */
export type RawPath = string;

export function toRaw(text: string): RawPath {
  // Nearly always; the way through a buffer costs ten times as much.
  if (isAscii(text)) return text;
  return Buffer.from(text, "utf8").toString("latin1");
}

/** For people and JSON; bytes that are not UTF-8 become U+FFFD. */
export function toText(raw: RawPath): string {
  return Buffer.from(raw, "latin1").toString("utf8");
}

export function toBytes(raw: RawPath): Buffer {
  return Buffer.from(raw, "latin1");
}

/** A path in the form that node:fs keeps byte for byte; a text where it can be, for that costs a fraction. */
export type DiskPath = string | Buffer;

/** The absolute path of a file in the environment. */
export function onDisk(prefix: string, path: RawPath): DiskPath {
  if (prefix !== last.prefix) last = { prefix, raw: toRaw(prefix) };
  return asPath(path === "" ? last.raw : `${last.raw}/${path}`);
}

/** The prefix is the same for tens of thousands of files. */
let last = { prefix: "", raw: "" };

export function asPath(path: RawPath): DiskPath {
  return isAscii(path) ? path : toBytes(path);
}

function isAscii(text: string): boolean {
  return !/[^\x00-\x7f]/.test(text);
}

export function fromDisk(path: DiskPath): RawPath {
  return typeof path === "string" ? path : path.toString("latin1");
}

export function byBytes(left: RawPath, right: RawPath): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** All but the last part; empty at the top level. */
export function folderName(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}
