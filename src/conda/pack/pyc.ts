/**
 * Compiled modules (PEP 552): bytes 4–8 are flags; without flags, bytes 8–12 are the source's mtime and 12–16 its size;
 * with flags, a hash of the source. What follows is a marshalled code object.
 */
import type { Splice } from "./content.ts";
import { baseName, folderName, type RawPath } from "./raw-path.ts";

export const headerBytes = 16;

/** The source of a module in `__pycache__`, or `undefined` for any other file. */
export function sourceOf(path: RawPath): RawPath | undefined {
  const match = /^(.+?)\.[^.]+(?:\.opt-[^.]*)?\.pyc$/.exec(baseName(path));
  const folder = folderName(path);
  if (match?.[1] === undefined || baseName(folder) !== "__pycache__") return undefined;
  const parent = folderName(folder);
  return parent === "" ? `${match[1]}.py` : `${parent}/${match[1]}.py`;
}

/**
 * Whether the interpreter would use the module for this source. By hash: it looks itself.
 *
 * @param source as it is in the environment
 */
export function isFresh(pyc: Buffer, source: { mtimeSeconds: number; sizeBytes: number }): boolean {
  if (pyc.length < headerBytes) return false;
  if (pyc.readUInt32LE(4) !== 0) return true;
  return (
    pyc.readUInt32LE(8) === source.mtimeSeconds >>> 0 &&
    pyc.readUInt32LE(12) === source.sizeBytes >>> 0
  );
}

/** What makes the module valid for a source with this mtime; nothing for one that is told by hash. */
export function spliceSourceTime(header: Buffer, mtimeSeconds: number): Splice[] {
  if (header.length < headerBytes || header.readUInt32LE(4) !== 0) return [];
  if (header.readUInt32LE(8) === mtimeSeconds >>> 0) return [];
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(mtimeSeconds >>> 0);
  return [{ start: 8, end: 12, bytes }];
}

/**
 * What takes the build path out of the module's `co_filename`s, as `compileall -s PREFIX` does, so that it does not
 * depend on where the environment was built.
 *
 * Marshal has no offsets: a string may shrink where it stands. Only whole strings that begin with the prefix change.
 */
export function splicePrefixAway(pyc: Buffer, prefix: string): Splice[] {
  const start = Buffer.from(`${prefix}/`);
  const splices: Splice[] = [];
  let done = 0;
  for (let at = pyc.indexOf(start); at !== -1; at = pyc.indexOf(start, at + 1)) {
    const string = at < done ? undefined : readString(pyc, at);
    if (string === undefined) continue;
    done = at + string.length;
    const bytes = shortened(pyc, string, at + start.length);
    splices.push({ start: string.header, end: done, bytes });
  }
  return splices;
}

interface MarshalString {
  /** Where its type byte is. */
  header: number;
  type: number;
  length: number;
}

const reference = 0x80;
const shortAscii = 0x7a; // z
const shortAsciiInterned = 0x5a; // Z
const longTypes = new Map([
  [0x61, shortAscii], // a
  [0x41, shortAsciiInterned], // A
  [0x75, undefined], // u
  [0x74, undefined], // t
]);

function readString(pyc: Buffer, at: number): MarshalString | undefined {
  const short = pyc[at - 2] ?? 0;
  const shortLength = pyc[at - 1] ?? 0;
  const kind = short & ~reference;
  if ((kind === shortAscii || kind === shortAsciiInterned) && isFileName(pyc, at, shortLength))
    return { header: at - 2, type: short, length: shortLength };
  if (at < 5) return undefined;
  const long = pyc[at - 5] ?? 0;
  const length = pyc.readInt32LE(at - 4);
  if (longTypes.has(long & ~reference) && isFileName(pyc, at, length))
    return { header: at - 5, type: long, length };
  return undefined;
}

function isFileName(pyc: Buffer, at: number, length: number): boolean {
  return (
    length > 0 &&
    at + length <= pyc.length &&
    pyc.subarray(at + length - 3, at + length).toString("latin1") === ".py"
  );
}

function shortened(pyc: Buffer, string: MarshalString, from: number): Buffer {
  const text = pyc.subarray(from, string.header + headerOf(string) + string.length);
  const isShort = headerOf(string) === 2;
  const shortType = longTypes.get(string.type & ~reference);
  // The interpreter writes the short form where it can; so does an environment with a short path.
  if (isShort || (shortType !== undefined && text.length < 256)) {
    const type = isShort ? string.type : (shortType ?? 0) | (string.type & reference);
    return Buffer.concat([Buffer.from([type, text.length]), text]);
  }
  const header = Buffer.alloc(5);
  header.writeUInt8(string.type, 0);
  header.writeInt32LE(text.length, 1);
  return Buffer.concat([header, text]);
}

function headerOf({ type }: MarshalString): number {
  const kind = type & ~reference;
  return kind === shortAscii || kind === shortAsciiInterned ? 2 : 5;
}
