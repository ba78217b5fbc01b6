/** A place where a name stands as a whole. */
export interface Occurrence {
  /** Offset in the text. */
  start: number;
  /** Counted from 1. */
  line: number;
}

/** Every place of a text that names an artifact, and not merely one whose name begins or ends with it. */
export function occurrencesOf(name: string, text: string): readonly Occurrence[] {
  const found: Occurrence[] = [];
  let line = 1;
  let seen = 0;
  for (const match of text.matchAll(wholeName(name))) {
    line += count(text, seen, match.index);
    seen = match.index;
    found.push({ start: match.index, line });
  }
  return found;
}

/** The text with another name in all these places. */
export function renameOccurrences(text: string, from: string, to: string): string {
  return text.replaceAll(wholeName(from), () => to);
}

function wholeName(name: string): RegExp {
  const literal = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\w.+~@-])${literal}(?![\\w+~@-]|\\.\\w)`, "g");
}

function count(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1))
    lines += 1;
  return lines;
}
