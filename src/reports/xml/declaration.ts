/** What `<?xml … ?>` says. */
export interface XmlDeclaration {
  version: string;
  encoding: string | undefined;
}

const shape =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"(1\.[0-9]+)"|'(1\.[0-9]+)')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([A-Za-z][\w.-]*)"|'([A-Za-z][\w.-]*)'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>$/;

/** Reads a whole declaration (XML 1.0, production 23); `undefined` where it is not one. */
export function parseDeclaration(text: string): XmlDeclaration | undefined {
  const match = shape.exec(text);
  if (match === null) return undefined;
  return { version: match[1] ?? match[2] ?? "1.0", encoding: match[3] ?? match[4] };
}
