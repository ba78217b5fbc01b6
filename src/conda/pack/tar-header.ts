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
  // As one text: a call for every field costs more than all the rest.
  const before =
    name.padEnd(100, "\0") +
    octal(fields.mode, 7) +
    "0000000\u00000000000\0" +
    octal(fields.sizeBytes > mostOctalSize ? 0 : fields.sizeBytes, 11) +
    octal(fields.mtimeSeconds, 11);
  const after =
    fields.type +
    fields.linkName.slice(0, 100).padEnd(100, "\0") +
    "ustar\u000000".padEnd(72, "\0") +
    "0000000\u00000000000\0" +
    prefix.padEnd(167, "\0");
  const header = Buffer.from(`${before}        ${after}`, "latin1");
  let sum = 0;
  // By index: the iterator of a buffer costs more than all the rest.
  for (let at = 0; at < header.length; at += 1) sum += header[at] ?? 0;
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

/** A number field with its NUL. */
function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, "0")}\0`;
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
