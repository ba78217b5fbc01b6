/** POSIX ustar headers, with pax extended headers only where a field is too small (IEEE Std 1003.1, pax). */
import type { Entry } from "./entry.ts";
import type { RawPath } from "./raw-path.ts";
import { sizeOf } from "./entry.ts";

export const tarBlock = 512;
/** Two blocks of zeros end an archive; readers expect whole records. */
export const tarRecord = 20 * tarBlock;

/** What goes before the content of an entry. Owner 0:0 without names: who built it makes no difference. */
export function tarHeader(entry: Entry): Buffer {
  const { name, linkName, sizeBytes } = named(entry);
  const extended = paxRecords(name, linkName, sizeBytes);
  const header = ustarHeader({ ...fieldsOf(entry), name, linkName, sizeBytes });
  if (extended === undefined) return header;
  const paxHeader = ustarHeader({
    // A fixed name: others put a process id or the entry's own name there.
    name: "././@PaxHeader",
    linkName: "",
    sizeBytes: extended.length,
    mode: 0o644,
    mtimeSeconds: 0,
    type: "x",
  });
  return Buffer.concat([paxHeader, extended, zeros(padding(extended.length)), header]);
}

/** The length of what `tarHeader` makes. */
export function tarHeaderBytes(entry: Entry): number {
  const { name, linkName, sizeBytes } = named(entry);
  const extended = paxRecords(name, linkName, sizeBytes)?.length;
  return extended === undefined ? tarBlock : 2 * tarBlock + extended + padding(extended);
}

function named(entry: Entry): { name: RawPath; linkName: RawPath; sizeBytes: number } {
  return {
    name: entry.kind === "directory" ? `${entry.path}/` : entry.path,
    linkName: entry.kind === "link" ? entry.target : "",
    sizeBytes: sizeOf(entry),
  };
}

/** Zeros up to the next block. */
export function padding(sizeBytes: number): number {
  return (tarBlock - (sizeBytes % tarBlock)) % tarBlock;
}

/** The end of an archive that has `sizeBytes` so far. */
export function tarEnd(sizeBytes: number): Buffer {
  const total = Math.ceil((sizeBytes + 2 * tarBlock) / tarRecord) * tarRecord;
  return zeros(total - sizeBytes);
}

interface Fields {
  name: RawPath;
  linkName: RawPath;
  sizeBytes: number;
  mode: number;
  mtimeSeconds: number;
  type: "0" | "2" | "5" | "x";
}

function fieldsOf(entry: Entry): Pick<Fields, "mode" | "mtimeSeconds" | "type"> {
  const type = { file: "0", link: "2", directory: "5" } as const;
  return { mode: entry.mode, mtimeSeconds: entry.mtimeSeconds, type: type[entry.kind] };
}

const mostOctalSize = 0o77777777777;

function ustarHeader(fields: Fields): Buffer {
  const { prefix, name } = splitName(fields.name) ?? {
    prefix: "",
    name: fields.name.slice(0, 100),
  };
  const header = Buffer.allocUnsafe(tarBlock);
  header.set(blank);
  // Byte by byte: for texts as short as these, that is quicker than any call.
  const sum =
    blankSum +
    putText(header, 0, name) +
    putOctal(header, 100, 7, fields.mode) +
    putOctal(header, 124, 11, fields.sizeBytes > mostOctalSize ? 0 : fields.sizeBytes) +
    putOctal(header, 136, 11, fields.mtimeSeconds) +
    putText(header, 156, fields.type) +
    putText(header, 157, fields.linkName.slice(0, 100)) +
    putText(header, 345, prefix);
  putOctal(header, 148, 6, sum);
  header[154] = 0;
  return header;
}

/** What all headers have: numbers of owner and device, the mark, spaces where the checksum will be. */
const blank = Buffer.alloc(tarBlock);
blank.write("0000000\u00000000000\0", 108, "latin1");
blank.write("        ", 148, "latin1");
blank.write("ustar\u000000", 257, "latin1");
blank.write("0000000\u00000000000\0", 329, "latin1");
const blankSum = blank.reduce((sum, byte) => sum + byte, 0);

/** @returns the sum of the bytes, as for the checksum */
function putText(header: Buffer, at: number, text: string): number {
  let sum = 0;
  for (let index = 0; index < text.length; index += 1) {
    const byte = text.charCodeAt(index);
    header[at + index] = byte;
    sum += byte;
  }
  return sum;
}

function putOctal(header: Buffer, at: number, digits: number, value: number): number {
  let rest = value;
  let sum = 0;
  for (let place = at + digits - 1; place >= at; place -= 1) {
    const digit = 0x30 + (rest % 8);
    header[place] = digit;
    sum += digit;
    rest = Math.floor(rest / 8);
  }
  return sum;
}

/** The two name fields of ustar, split at a slash; `undefined` where the name fits in no way. */
function splitName(name: RawPath): { prefix: string; name: string } | undefined {
  if (name.length <= 100) return { prefix: "", name };
  // The longest prefix that fits leaves the shortest name.
  const slash = name.slice(0, 156).lastIndexOf("/", name.length - 2);
  if (slash <= 0 || name.length - slash - 1 > 100) return undefined;
  return { prefix: name.slice(0, slash), name: name.slice(slash + 1) };
}

function paxRecords(name: RawPath, linkName: RawPath, sizeBytes: number): Buffer | undefined {
  const records: Buffer[] = [];
  const isPlain = (text: string) => /^[\x00-\x7f]*$/.test(text);
  const isName = splitName(name) === undefined || !isPlain(name);
  const isLink = linkName.length > 100 || !isPlain(linkName);
  // Readers take pax names for UTF-8 unless told otherwise.
  if ((isName || isLink) && ![name, linkName].every((text) => isUtf8(text)))
    records.push(paxRecord("hdrcharset", "BINARY"));
  if (isLink) records.push(paxRecord("linkpath", linkName));
  if (isName) records.push(paxRecord("path", name));
  if (sizeBytes > mostOctalSize) records.push(paxRecord("size", String(sizeBytes)));
  return records.length === 0 ? undefined : Buffer.concat(records);
}

function isUtf8(raw: RawPath): boolean {
  const bytes = Buffer.from(raw, "latin1");
  return bytes.equals(Buffer.from(bytes.toString("utf8"), "utf8"));
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts itself. */
function paxRecord(key: string, value: RawPath): Buffer {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length)
    length = String(length).length + rest.length;
  return Buffer.from(`${length}${rest}`, "latin1");
}

function zeros(count: number): Buffer {
  return Buffer.alloc(count);
}
