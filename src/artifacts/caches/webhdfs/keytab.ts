/** A key of a Kerberos keytab, as its raw entry. */
export interface KeytabEntry {
  /** `alice@EXAMPLE.ORG` or `HTTP/host@EXAMPLE.ORG`. */
  readonly principal: string;
  readonly raw: Buffer;
}

/**
 * Reads a keytab, binary as kadmin writes it or as base64 text: CI/CD variables hold no binary.
 *
 * @returns `undefined` where it is neither.
 * @see https://web.mit.edu/kerberos/krb5-latest/doc/formats/keytab_file_format.html
 */
export function parseKeytab(content: Buffer): readonly KeytabEntry[] | undefined {
  const bytes = content[0] === 5 ? content : Buffer.from(content.toString("latin1"), "base64");
  if (bytes[0] !== 5 || bytes[1] !== 2) return undefined;
  const entries: KeytabEntry[] = [];
  try {
    for (let at = 2; at + 4 <= bytes.length;) {
      const length = bytes.readInt32BE(at);
      const end = at + 4 + Math.abs(length);
      if (length === 0) break;
      if (end > bytes.length) return undefined;
      // A negative length is a hole that a removed key left.
      if (length > 0) entries.push(parseEntry(bytes.subarray(at, end)));
      at = end;
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return entries;
}

/** The keytab with these entries alone. */
export function writeKeytab(entries: readonly KeytabEntry[]): Buffer {
  return Buffer.concat([Buffer.from([5, 2]), ...entries.map(({ raw }) => raw)]);
}

function parseEntry(raw: Buffer): KeytabEntry {
  let at = 4;
  const count = raw.readUInt16BE(at);
  at += 2;
  const text = (): string => {
    const length = raw.readUInt16BE(at);
    at += 2 + length;
    return raw.toString("utf8", at - length, at);
  };
  const realm = text();
  const components = Array.from({ length: count }, text);
  return { principal: `${components.join("/")}@${realm}`, raw };
}
