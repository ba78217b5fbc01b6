import type { FileHandle } from "node:fs/promises";
import { DamagedPackage } from "./damaged-package.ts";

/** Where one part of a `.conda` file lies, first byte and first byte behind. */
export interface ArchivePart {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const endOfDirectory = 0x06054b50;
const zip64Locator = 0x07064b50;
const zip64EndOfDirectory = 0x06064b50;
const centralHeader = 0x02014b50;
const localHeader = 0x04034b50;
const longestComment = 0xffff;

/**
 * Reads the central directory of a `.conda` file: a ZIP whose members are stored. Archives that were streamed have no
 * sizes in their local headers, so only the central directory counts.
 *
 * @returns the compressed tars of the payload and of the metadata, in this order
 * @throws DamagedPackage where it is no such file
 * @see https://conda.org/learn/ceps/cep-0035
 */
export async function condaParts(file: FileHandle): Promise<readonly [ArchivePart, ArchivePart]> {
  const { size } = await file.stat();
  const members = directoryEntries(await centralDirectory(file, size));
  const metadata = members.find(({ name }) => name === "metadata.json");
  if (metadata !== undefined) await checkVersion(file, metadata, size);
  const wanted = ["pkg-", "info-"].map((start) =>
    members.find(({ name }) => name.startsWith(start) && name.endsWith(".tar.zst")),
  );
  const [payload, info] = wanted;
  if (payload === undefined || info === undefined)
    throw new DamagedPackage("it lacks its payload or its metadata");
  return [await locate(file, payload, size), await locate(file, info, size)];
}

interface Member {
  readonly name: string;
  readonly method: number;
  readonly size: number;
  readonly headerAt: number;
}

async function centralDirectory(file: FileHandle, size: number): Promise<Buffer> {
  const tailAt = Math.max(0, size - longestComment - 22);
  const tail = await bytesAt(file, tailAt, size - tailAt);
  let at = tail.length - 22;
  while (at >= 0 && tail.readUInt32LE(at) !== endOfDirectory) at -= 1;
  if (at < 0) throw new DamagedPackage("it is no ZIP archive, or its end is missing");
  const directorySize = tail.readUInt32LE(at + 12);
  const directoryAt = tail.readUInt32LE(at + 16);
  const isZip64 = at >= 20 && tail.readUInt32LE(at - 20) === zip64Locator;
  if (!isZip64) return bytesAt(file, directoryAt, directorySize);
  const recordAt = Number(tail.readBigUInt64LE(at - 20 + 8));
  const record = await bytesAt(file, recordAt, 56);
  if (record.readUInt32LE(0) !== zip64EndOfDirectory)
    throw new DamagedPackage("its ZIP64 directory is not where it should be");
  return bytesAt(file, Number(record.readBigUInt64LE(48)), Number(record.readBigUInt64LE(40)));
}

function directoryEntries(directory: Buffer): readonly Member[] {
  const members: Member[] = [];
  let at = 0;
  while (at + 46 <= directory.length && directory.readUInt32LE(at) === centralHeader) {
    const nameLength = directory.readUInt16LE(at + 28);
    const extraLength = directory.readUInt16LE(at + 30);
    const extraAt = at + 46 + nameLength;
    const extra = directory.subarray(extraAt, extraAt + extraLength);
    const sizes = [
      directory.readUInt32LE(at + 24),
      directory.readUInt32LE(at + 20),
      directory.readUInt32LE(at + 42),
    ];
    const [, size = 0, headerAt = 0] = withZip64(sizes, extra);
    members.push({
      name: directory.toString("utf8", at + 46, extraAt),
      method: directory.readUInt16LE(at + 10),
      size,
      headerAt,
    });
    at = extraAt + extraLength + directory.readUInt16LE(at + 32);
  }
  return members;
}

/** Fields that do not fit in 32 bits stand, in the same order, in an extra field of their own. */
function withZip64(fields: readonly number[], extra: Buffer): readonly number[] {
  let at = 0;
  while (at + 4 <= extra.length && extra.readUInt16LE(at) !== 1)
    at += 4 + extra.readUInt16LE(at + 2);
  at += 4;
  return fields.map((field) => {
    if (field !== 0xffffffff || at + 8 > extra.length) return field;
    at += 8;
    return Number(extra.readBigUInt64LE(at - 8));
  });
}

async function checkVersion(file: FileHandle, member: Member, size: number): Promise<void> {
  const { start, end } = await locate(file, member, size);
  const text = (await bytesAt(file, start, Math.min(end - start, 4096))).toString();
  const version = /"conda_pkg_format_version"\s*:\s*(\d+)/.exec(text)?.[1];
  if (version !== undefined && version !== "2")
    throw new DamagedPackage(`its format has version ${version}; 2 is understood`);
}

async function locate(file: FileHandle, member: Member, size: number): Promise<ArchivePart> {
  if (member.method !== 0) throw new DamagedPackage(`${member.name} in it is not stored`);
  const header = await bytesAt(file, member.headerAt, 30);
  if (header.readUInt32LE(0) !== localHeader)
    throw new DamagedPackage(`${member.name} is not where its directory says`);
  const start = member.headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const end = start + member.size;
  if (end > size) throw new DamagedPackage(`${member.name} in it is cut off`);
  return { name: member.name, start, end };
}

async function bytesAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, at);
  if (bytesRead !== length) throw new DamagedPackage("its end is missing");
  return buffer;
}
