import type { Span } from "../config/text-span.ts";

/**
 * Finds the string literal of a top-level assignment `NAME = "…"` in Python source; text in comments and in strings of
 * several lines does not count.
 */
export function findAssignment(source: string, name: string): Span | undefined {
  const expression = new RegExp(
    String.raw`^(?:[A-Za-z_]\w*\s*=\s*)*${name}\s*(?::[^=\n]+)?=\s*(?:[A-Za-z_]\w*\s*=\s*)*(?<quote>["'])(?<text>[^"'\n\\]*)\k<quote>`,
    "dmu",
  );
  return spanOf(expression, source);
}

/** Finds the string literal of the keyword argument `version="…"` of a `setup()` call. */
export function findSetupVersion(source: string): Span | undefined {
  const call = /\bsetup\s*\(/u.exec(maskSource(source));
  if (call === null) return undefined;
  const expression = /(?<=[(,]\s*)version\s*=\s*(?<quote>["'])(?<text>[^"'\n\\]*)\k<quote>/du;
  return spanOf(expression, source, call.index);
}

function spanOf(expression: RegExp, source: string, from = 0): Span | undefined {
  const masked = maskSource(source);
  const text = " ".repeat(from) + masked.slice(from);
  const range = expression.exec(text)?.indices?.groups?.["text"];
  return range === undefined ? undefined : { start: range[0], end: range[1] };
}

/** Blanks comments and triple-quoted strings, so that every other character keeps its place. */
function maskSource(source: string): string {
  return source.replaceAll(
    /"""(?:[^\\]|\\[\s\S])*?"""|'''(?:[^\\]|\\[\s\S])*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*/gu,
    (token) => (/^(?:"""|'''|#)/.test(token) ? token.replaceAll(/[^\r\n]/gu, "#") : token),
  );
}
