/** Records of the ZIP format (APPNOTE.TXT 6.3), with ZIP64 only where a field is too small. */
import type { RawPath } from "./raw-path.ts";

export interface ZipMember {
  /** A folder ends with a slash. */
  name: RawPath;
  method: "stored" | "deflated";
  /** With the type bits of POSIX. */
  mode: number;
  mtimeSeconds: number;
  crc: number;
  packedBytes: number;
  sizeBytes: number;
  /** Where its local header is. */
  offset: number;
}

/** Of fixed length for a name, so that it can be written before and again after the sizes are known. */
export function localHeader(member: ZipMember): Buffer {
  const name = Buffer.from(member.name, "latin1");
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(45, 4);
  writeCommon(header, 6, member);
  header.writeUInt32LE(most32, 18);
  header.writeUInt32LE(most32, 22);
  header.writeUInt16LE(name.length, 26);
  const extra = zip64([member.sizeBytes, member.packedBytes]);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, name, extra]);
}

export function centralHeader(member: ZipMember): Buffer {
  const name = Buffer.from(member.name, "latin1");
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE((3 << 8) | 45, 4); // made on a POSIX system, so that modes count
  header.writeUInt16LE(45, 6);
  writeCommon(header, 8, member);
  const isLarge = (value: number) => value >= most32;
  const fields = [member.sizeBytes, member.packedBytes, member.offset];
  const extra = fields.some(isLarge) ? zip64(fields.filter(isLarge)) : Buffer.alloc(0);
  header.writeUInt32LE(Math.min(member.packedBytes, most32), 20);
  header.writeUInt32LE(Math.min(member.sizeBytes, most32), 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(member.mode * 2 ** 16 + (member.name.endsWith("/") ? 0x10 : 0), 38);
  header.writeUInt32LE(Math.min(member.offset, most32), 42);
  return Buffer.concat([header, name, extra]);
}

export function zipEnd(count: number, start: number, sizeBytes: number): Buffer {
  const isLarge = count >= most16 || start >= most32 || sizeBytes >= most32;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(count, most16), 8);
  end.writeUInt16LE(Math.min(count, most16), 10);
  end.writeUInt32LE(Math.min(sizeBytes, most32), 12);
  end.writeUInt32LE(Math.min(start, most32), 16);
  return isLarge ? Buffer.concat([zip64End(count, start, sizeBytes), end]) : end;
}

const most16 = 0xffff;
const most32 = 0xffffffff;

function writeCommon(header: Buffer, at: number, member: ZipMember): void {
  // Bit 11: the name is UTF-8.
  header.writeUInt16LE(/^[\x00-\x7f]*$/.test(member.name) ? 0 : 1 << 11, at);
  header.writeUInt16LE(member.method === "deflated" ? 8 : 0, at + 2);
  const { time, date } = dosTime(member.mtimeSeconds);
  header.writeUInt16LE(time, at + 4);
  header.writeUInt16LE(date, at + 6);
  header.writeUInt32LE(member.crc, at + 8);
}

// The format has local times without a zone and starts in 1980; UTC is the same everywhere.
function dosTime(seconds: number): { time: number; date: number } {
  const at = new Date(Math.max(seconds, 315_532_800) * 1000);
  const years = Math.min(at.getUTCFullYear() - 1980, 127);
  return {
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
    date: (years << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
  };
}

function zip64(values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + values.length * 8);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(values.length * 8, 2);
  for (const [index, value] of values.entries())
    extra.writeBigUInt64LE(BigInt(value), 4 + index * 8);
  return extra;
}

function zip64End(count: number, start: number, sizeBytes: number): Buffer {
  const end = Buffer.alloc(56 + 20);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE((3 << 8) | 45, 12);
  end.writeUInt16LE(45, 14);
  for (const [at, value] of [
    [24, count],
    [32, count],
    [40, sizeBytes],
    [48, start],
  ] as const)
    end.writeBigUInt64LE(BigInt(value), at);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(start + sizeBytes), 64);
  end.writeUInt32LE(1, 72);
  return end;
}
