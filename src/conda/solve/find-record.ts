import { parseFields, type Fields } from "../json-fields.ts";

/**
 * Finds one file's record in the text of a `repodata.json` without parsing all of it: an index may have hundreds of
 * megabytes.
 */
export function findRecord(repodata: Buffer, fileName: string): Fields | undefined {
  const key = Buffer.from(JSON.stringify(fileName));
  for (let at = repodata.indexOf(key); at !== -1; at = repodata.indexOf(key, at + 1)) {
    const start = valueAfter(repodata, at + key.length);
    if (start === undefined) continue;
    return parseFields(repodata.toString("utf8", start, endOfObject(repodata, start)));
  }
  return undefined;
}

const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const quote = 0x22;
const backslash = 0x5c;

/** Where the object after a key begins; `undefined` where the text is no key, or its value no object. */
function valueAfter(text: Buffer, at: number): number | undefined {
  const colonAt = skipBlanks(text, at);
  if (text[colonAt] !== colon) return undefined;
  const start = skipBlanks(text, colonAt + 1);
  return text[start] === openBrace ? start : undefined;
}

function skipBlanks(text: Buffer, from: number): number {
  let at = from;
  while (at < text.length && (text[at] ?? 0) <= 0x20) at += 1;
  return at;
}

function endOfObject(text: Buffer, start: number): number {
  let depth = 0;
  let inText = false;
  for (let at = start; at < text.length; at += 1) {
    const byte = text[at];
    if (inText) {
      if (byte === backslash) at += 1;
      else if (byte === quote) inText = false;
    } else if (byte === quote) inText = true;
    else if (byte === openBrace) depth += 1;
    else if (byte === closeBrace) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}
