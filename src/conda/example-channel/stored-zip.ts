import { crc32 } from "node:zlib";

const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endOfDirectory = 0x06054b50;
/** 1 January 1980, 0:00: the first moment a ZIP archive can name. */
const dosDate = 0x0021;

/** A ZIP archive whose members are not compressed, as the outer layer of a `.conda` file must be. */
export function storedZip(members: readonly (readonly [name: string, bytes: Buffer])[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of members) {
    const fields = commonFields(name, bytes);
    const local = Buffer.concat([uint32(localHeader), fields, Buffer.from(name), bytes]);
    const central = Buffer.concat([
      uint32(centralHeader),
      uint16(20),
      fields,
      // Comment length, disk number, internal attributes; external attributes; where the member begins.
      Buffer.alloc(6),
      uint32(0),
      uint32(offset),
      Buffer.from(name),
    ]);
    parts.push(local);
    directory.push(central);
    offset += local.length;
  }
  const directoryBytes = Buffer.concat(directory);
  return Buffer.concat([
    ...parts,
    directoryBytes,
    uint32(endOfDirectory),
    Buffer.alloc(4),
    uint16(members.length),
    uint16(members.length),
    uint32(directoryBytes.length),
    uint32(offset),
    uint16(0),
  ]);
}

function commonFields(name: string, bytes: Buffer): Buffer {
  return Buffer.concat([
    // Version needed, flags, method "stored", time.
    uint16(20),
    uint16(0),
    uint16(0),
    uint16(0),
    uint16(dosDate),
    uint32(crc32(bytes)),
    uint32(bytes.length),
    uint32(bytes.length),
    uint16(Buffer.byteLength(name)),
    uint16(0),
  ]);
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
