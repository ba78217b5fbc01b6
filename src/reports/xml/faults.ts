/** Why a document cannot be read to its end. */
export type XmlFaultKind =
  /** Not well-formed XML. */
  | "malformed"
  /** The bytes do not fit the encoding, or the encoding is unknown. */
  | "encoding"
  /** Declares entities, which are never expanded (S10). */
  | "entities"
  /** Deeper, wider or longer than this reader goes (S10). */
  | "limit";

/** The first thing in a document that stops the reader. It never leaves the domain: the file is then "unreadable". */
export class XmlFault extends Error {
  readonly kind: XmlFaultKind;
  /** One-based; 0 where only a byte offset is known. */
  readonly line: number;
  /** One-based, in bytes of the document's UTF-8 form. */
  readonly column: number;
  /** What exactly is beyond a limit: `depth` for nested elements. */
  readonly limit: string | undefined;

  constructor(kind: XmlFaultKind, reason: string, line: number, column: number, limit?: string) {
    super(reason);
    this.name = "XmlFault";
    this.kind = kind;
    this.line = line;
    this.column = column;
    this.limit = limit;
  }
}
