/** Classes of bytes for the scanner's inner loops: 0 is "nothing to see", everything else leaves the loop. */
export const lineFeed = 10;

/** Bytes that end a run of plain character data: controls, line feed, `&`, `<`, `]`, and 0xEF (U+FFFE, U+FFFF). */
export const textStops = table(
  (byte) => isControl(byte) || byte === lineFeed || "&<]".includes(char(byte)) || byte === 0xef,
);

/** Bytes that need a look inside an attribute value: blanks are normalised, `<` is refused, quotes may end it. */
export const valueStops = table(
  (byte) => byte < 0x20 || "&<\"'".includes(char(byte)) || byte === 0xef,
);

/** Bytes that need a look where markup means nothing (CDATA, comments). */
export const plainStops = table((byte) => isControl(byte) || byte === lineFeed || byte === 0xef);

/** ASCII name characters and every byte of a longer UTF-8 sequence (those names are checked as text). */
export const nameBytes = table((byte) => byte >= 0x80 || /[A-Za-z0-9._:-]/.test(char(byte)));

const longNames =
  /^[:A-Z_a-z\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{2FF}\u{370}-\u{37D}\u{37F}-\u{1FFF}\u{200C}-\u{200D}\u{2070}-\u{218F}\u{2C00}-\u{2FEF}\u{3001}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFFD}\u{10000}-\u{EFFFF}][-:A-Z_a-z.0-9\u{B7}\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{37D}\u{37F}-\u{1FFF}\u{200C}-\u{200D}\u{203F}-\u{2040}\u{2070}-\u{218F}\u{2C00}-\u{2FEF}\u{3001}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFFD}\u{10000}-\u{EFFFF}]*$/u;

/** XML 1.0 (fifth edition), production 5. */
export function isXmlName(text: string): boolean {
  return longNames.test(text);
}

/** XML 1.0, production 4 of "Namespaces in XML": a name without a colon. */
export function isColonlessName(text: string): boolean {
  return !text.includes(":") && longNames.test(text);
}

/** XML 1.0, production 2: the characters a document may hold, also by reference. */
export function isXmlCharacter(code: number): boolean {
  return (
    code === 9 ||
    code === 10 ||
    code === 13 ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}

export function isBlankByte(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 9 || byte === 13;
}

function isControl(byte: number): boolean {
  return byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13;
}

function char(byte: number): string {
  return String.fromCharCode(byte);
}

function table(stops: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (stops(byte) ? 1 : 0));
}
