/** A range of characters in a text: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The new text of a span. */
export interface Replacement {
  readonly span: Span;
  readonly text: string;
}

/** Replaces the spans of a text; they may come in any order but must not overlap. */
export function replaceSpans(text: string, replacements: readonly Replacement[]): string {
  let result = text;
  for (const { span, text: replacement } of replacements.toSorted(
    (one, other) => other.span.start - one.span.start,
  ))
    result = result.slice(0, span.start) + replacement + result.slice(span.end);
  return result;
}

/** The number of the line that a place is in, from 1. */
export function lineOf(text: string, position: number): number {
  return text.slice(0, position).split(/\r\n|\r|\n/u).length;
}
