import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { crc32, inflateRawSync } from "node:zlib";

/**
 * Unpacks a zip of our own making: with modes and links, without ZIP64 extras for single files over 4 GB.
 *
 * @throws {RangeError} where the archive is cut short; {Error} where a member's bytes are not those it was made from
 */
export async function unzip(archive: string, folder: string): Promise<void> {
  const fd = openSync(archive, "r");
  try {
    for (const member of readDirectory(fd)) await place(fd, member, folder);
  } finally {
    closeSync(fd);
  }
}

interface Member {
  name: string;
  mode: number;
  method: number;
  crc: number;
  packedBytes: number;
  sizeBytes: number;
  offset: number;
}

function* readDirectory(fd: number): Generator<Member> {
  const { start, sizeBytes } = findDirectory(fd);
  const directory = read(fd, start, sizeBytes);
  for (let at = 0; at < directory.length;) {
    const nameBytes = directory.readUInt16LE(at + 28);
    const extraBytes = directory.readUInt16LE(at + 30);
    const extra = directory.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes);
    const large = largeFields(extra);
    const field = (offset: number) => {
      const value = directory.readUInt32LE(offset);
      return value === 0xffffffff ? (large.shift() ?? value) : value;
    };
    const sizeBytes = field(at + 24);
    const packedBytes = field(at + 20);
    yield {
      name: directory.toString("utf8", at + 46, at + 46 + nameBytes),
      mode: directory.readUInt32LE(at + 38) >>> 16,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packedBytes,
      sizeBytes,
      offset: field(at + 42),
    };
    at += 46 + nameBytes + extraBytes;
  }
}

function largeFields(extra: Buffer): number[] {
  if (extra.length < 4 || extra.readUInt16LE(0) !== 1) return [];
  const count = extra.readUInt16LE(2) / 8;
  return Array.from({ length: count }, (_, index) => Number(extra.readBigUInt64LE(4 + index * 8)));
}

function findDirectory(fd: number): { start: number; sizeBytes: number } {
  const { size } = fstatSync(fd);
  const end = read(fd, size - 22, 22);
  if (end.readUInt32LE(0) !== 0x06054b50) throw new RangeError("The zip has no end record");
  const [sizeBytes, start] = [end.readUInt32LE(12), end.readUInt32LE(16)];
  if (start !== 0xffffffff && sizeBytes !== 0xffffffff && end.readUInt16LE(10) !== 0xffff)
    return { start, sizeBytes };
  const large = read(fd, size - 22 - 76, 56);
  return {
    start: Number(large.readBigUInt64LE(48)),
    sizeBytes: Number(large.readBigUInt64LE(40)),
  };
}

async function place(fd: number, member: Member, folder: string): Promise<void> {
  const path = join(folder, member.name);
  if (member.name.endsWith("/")) {
    await mkdir(path, { recursive: true });
    return;
  }
  await mkdir(dirname(path), { recursive: true });
  const header = read(fd, member.offset, 30);
  const start = member.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = read(fd, start, member.packedBytes);
  const bytes = member.method === 8 ? inflateRawSync(packed) : packed;
  if (bytes.length !== member.sizeBytes || crc32(bytes) !== member.crc)
    throw new Error(`${member.name} is damaged in the zip`);
  if ((member.mode & 0o170000) === 0o120000) {
    await symlink(bytes.toString("utf8"), path);
    return;
  }
  await writeFile(path, bytes);
  await chmod(path, member.mode & 0o777);
}

function read(fd: number, start: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  if (readSync(fd, bytes, 0, length, start) !== length)
    throw new RangeError("The zip is cut short");
  return bytes;
}
