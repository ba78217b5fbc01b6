/** A piece of a text that is replaced. Offsets are those of the text before any edit. */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

export function insert(at: number, text: string): Splice {
  return { start: at, end: at, text };
}

/** A part of a text, edited: offsets of the splices are those in the whole text. */
export function copied(
  text: string,
  start: number,
  end: number,
  splices: readonly Splice[],
): string {
  return applied(
    text.slice(start, end),
    splices.map((one) => ({ ...one, start: one.start - start, end: one.end - start })),
  );
}

/** The text with all splices made; they do not overlap. */
export function applied(text: string, splices: readonly Splice[]): string {
  let result = text;
  for (const { start, end, text: part } of splices.toSorted((a, b) => b.start - a.start))
    result = result.slice(0, start) + part + result.slice(end);
  return result;
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** Where the next line starts, or the text ends. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end + 1;
}

/** The line end that the text uses first. */
export function eolOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? "\n";
}
