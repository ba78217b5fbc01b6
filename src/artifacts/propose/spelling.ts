import { parse, Scalar, visit } from "yaml";
import { type Parsed, rangeOf } from "./entry-pair.ts";
import type { Splice } from "./splices.ts";

/** Another text in the same kind of quotes. */
export function respelled(file: Parsed, scalar: Scalar, value: string): Splice {
  const [start, end] = rangeOf(scalar);
  const spelled = {
    [Scalar.QUOTE_DOUBLE]: () => JSON.stringify(value),
    [Scalar.QUOTE_SINGLE]: () => `'${value.replaceAll("'", "''")}'`,
  }[String(scalar.type)];
  const text = spelled?.() ?? (isInFlow(file, start) ? quotedInFlow(value) : plain(value));
  // A folded text ends with its line break.
  const tail = /\r?\n$/.exec(file.text.slice(start, end))?.[0] ?? "";
  return { start, end, text: text + tail };
}

/** Whether an offset lies between braces, where a comma ends a text. */
function isInFlow({ document }: Parsed, offset: number): boolean {
  let found = false;
  visit(document, {
    Collection(_key, node) {
      const [start = 0, end = 0] = node.range ?? [];
      if (node.flow === true && start < offset && offset < end) found = true;
    },
  });
  return found;
}

/** Without quotes where YAML reads the same text without them. */
export function plain(value: string): string {
  const isPlain = /^[\w./][\w.+~@/:%=&?,-]*$/.test(value) && !value.endsWith(":");
  return isPlain && parse(value, { version: "1.1" }) === value ? value : JSON.stringify(value);
}

/** The same between braces, where a comma ends a text. */
export function quotedInFlow(value: string): string {
  return value.includes(",") || value.includes("?") ? JSON.stringify(value) : plain(value);
}
