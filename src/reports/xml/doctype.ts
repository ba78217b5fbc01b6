/** How far a document type declaration reaches, and what it holds. */
export interface Doctype {
  /** Index behind its `>`. */
  end: number;
  declaresEntities: boolean;
}

/** The longest that is read; real ones have a hundred bytes. */
export const longestDoctype = 1024 * 1024;

const head =
  /^<!DOCTYPE[ \t\r\n]+[^\s[>"']+(?:[ \t\r\n]+(?:SYSTEM|PUBLIC[ \t\r\n]+(?:"[^"]*"|'[^']*'))[ \t\r\n]+(?:"[^"]*"|'[^']*'))?[ \t\r\n]*[[>]/;

/**
 * Measures `<!DOCTYPE … >` at the start of `text`. External identifiers are allowed and never opened (S10).
 *
 * @returns `undefined` where it does not end within `text`, a sentence where it is not well-formed
 */
export function measureDoctype(text: string): Doctype | string | undefined {
  let declaresEntities = false;
  let inSubset = false;
  for (let at = "<!DOCTYPE".length; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"' || char === "'") {
      at = text.indexOf(char, at + 1);
    } else if (inSubset && text.startsWith("<!--", at)) {
      at = endOf(text, "-->", at + 4);
    } else if (inSubset && text.startsWith("<?", at)) {
      at = endOf(text, "?>", at + 2);
    } else if (inSubset && text.startsWith("<!ENTITY", at)) {
      declaresEntities = true;
    } else if (char === "[") {
      inSubset = true;
    } else if (char === "]") {
      inSubset = false;
    } else if (char === ">" && !inSubset) {
      if (head.test(text)) return { end: at + 1, declaresEntities };
      return "the document type declaration is not well-formed";
    }
    if (at < 0) return undefined;
  }
  return undefined;
}

function endOf(text: string, terminator: string, from: number): number {
  const at = text.indexOf(terminator, from);
  return at < 0 ? -1 : at + terminator.length - 1;
}
