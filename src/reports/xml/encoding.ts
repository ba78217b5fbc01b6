/** How a document's bytes are to be read. */
export interface EncodingChoice {
  /** WHATWG name of the encoding that is read: `utf-8`, `utf-16le`, `windows-1252`, …; `us-ascii` is checked apart. */
  encoding: string;
  bom: boolean;
  /** Bytes of the byte order mark, to be left out. */
  skip: number;
  /** The label of the XML declaration. */
  declared: string | undefined;
  /** The declaration names an encoding the bytes cannot have; they are read as UTF-8. */
  contradicts: boolean;
}

/** Enough bytes to see a byte order mark and the whole declaration. */
export const sniffBytes = 1024;

const wideLabels = /^(?:utf-?16|utf-?32|ucs-?[24]|iso-10646-ucs|csunicode|unicode)/;
const asciiLabels = new Set(["us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us", "ansi_x3.4-1986"]);

/**
 * Decides from the first bytes (XML 1.0, appendix F): the byte order mark wins, else the declaration, else UTF-8.
 *
 * @returns a sentence where it cannot be read at all
 */
export function chooseEncoding(head: Buffer): EncodingChoice | string {
  const [a, b, c, d] = head;
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe))
    return "UTF-32 is not read";
  if (a === 0xef && b === 0xbb && c === 0xbf)
    return chosen("utf-8", { bom: true, skip: 3, declared: declaredLabel(head.subarray(3)) });
  if (a === 0xff && b === 0xfe) return chosen("utf-16le", { bom: true, skip: 2 });
  if (a === 0xfe && b === 0xff) return chosen("utf-16be", { bom: true, skip: 2 });
  if (a === 0x3c && b === 0 && c !== 0 && d === 0) return chosen("utf-16le", {});
  if (a === 0 && b === 0x3c && c === 0 && d !== 0) return chosen("utf-16be", {});
  return fromDeclaration(declaredLabel(head));
}

function fromDeclaration(declared: string | undefined): EncodingChoice | string {
  if (declared === undefined) return chosen("utf-8", {});
  const label = declared.toLowerCase();
  if (wideLabels.test(label)) return chosen("utf-8", { declared, contradicts: true });
  // The WHATWG decoder would read US-ASCII as windows-1252.
  if (asciiLabels.has(label)) return chosen("us-ascii", { declared });
  try {
    return chosen(new TextDecoder(label).encoding, { declared });
  } catch {
    return `the encoding "${declared}" is not known`;
  }
}

function chosen(encoding: string, more: Partial<EncodingChoice>): EncodingChoice {
  return { encoding, bom: false, skip: 0, declared: undefined, contradicts: false, ...more };
}

function declaredLabel(head: Buffer): string | undefined {
  const text = head.subarray(0, sniffBytes).toString("latin1");
  return /^<\?xml[^>]*?[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*["']([A-Za-z][\w.:-]*)["']/.exec(
    text,
  )?.[1];
}
