import type { Span } from "../config/text-span.ts";

/** A string in a JSON text: its path, and the characters between its quotes. */
export interface JsonString {
  readonly path: readonly string[];
  readonly span: Span;
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s"{}[\]:,]+/gu;

/** Finds every string value of a text that is valid JSON (a real parser has checked it before). */
export function findJsonStrings(text: string): JsonString[] {
  const strings: JsonString[] = [];
  const path: string[] = [];
  const isArray: boolean[] = [];
  let expectsKey = false;
  for (const { 0: found, index } of text.matchAll(token))
    if (found === "{" || found === "[") {
      isArray.push(found === "[");
      expectsKey = found === "{";
      path.push("");
    } else if (found === "}" || found === "]") {
      isArray.pop();
      path.pop();
    } else if (found === ",") expectsKey = isArray.at(-1) === false;
    else if (found === ":") expectsKey = false;
    else if (expectsKey) path[path.length - 1] = readKey(found);
    else if (found.startsWith('"'))
      strings.push({
        path: [...path],
        span: { start: index + 1, end: index + found.length - 1 },
      });
  return strings;
}

function readKey(quoted: string): string {
  const key: unknown = JSON.parse(quoted);
  return typeof key === "string" ? key : quoted;
}
