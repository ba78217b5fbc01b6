import { isMap, isNode, isScalar } from "yaml";
import {
  asEntryPair,
  contentEnd,
  type Entry,
  findPair,
  indentStep,
  linesOf,
  type Parsed,
  rangeOf,
  uneditable,
} from "./entry-pair.ts";
import { plain, quotedInFlow } from "./spelling.ts";
import { eolOf, insert, lineEnd, lineStart, type Splice } from "./splices.ts";

/** An entry behind all others, laid out as they are; where the file has none, with its section. */
export function add(file: Parsed, entry: Entry, source: string | undefined): readonly Splice[] {
  const { text, document } = file;
  const eol = eolOf(text);
  const root = document.contents;
  const step = indentStep(file);
  const block = (indent: string): string =>
    [
      `${indent}${plain(entry.name)}:`,
      `${indent}${step}id: ${plain(entry.id)}`,
      ...(source === undefined ? [] : [`${indent}${step}source: ${plain(source)}`]),
    ].join(eol);
  const atEnd = (lines: string): Splice =>
    insert(text.length, `${text === "" || text.endsWith("\n") ? "" : eol}${lines}${eol}`);

  const section = isMap(root) ? findPair(root, "artifacts") : undefined;
  if (section === undefined) {
    if (isMap(root) && root.flow) throw uneditable(file, entry, "it is one mapping in braces");
    return [atEnd(`artifacts:${eol}${block(step)}`)];
  }
  const map = section.value;
  if (isMap(map) && map.items.length > 0) {
    const last = asEntryPair(file, map, map.items.at(-1));
    if (map.flow) {
      const fields = [
        `id: ${quotedInFlow(entry.id)}`,
        ...(source === undefined ? [] : [`source: ${quotedInFlow(source)}`]),
      ];
      return [
        insert(contentEnd(last.value), `, ${quotedInFlow(entry.name)}: {${fields.join(", ")}}`),
      ];
    }
    const [, end] = linesOf(text, last);
    const lines = block(text.slice(lineStart(text, rangeOf(last.key)[0]), rangeOf(last.key)[0]));
    return [insert(end, text[end - 1] === "\n" || end === 0 ? `${lines}${eol}` : `${eol}${lines}`)];
  }
  // `artifacts:` without anything, or with `{}`, `~` or `null`.
  if (!isNode(map) || (isScalar(map) && rangeOf(map)[0] === rangeOf(map)[1])) {
    if (!isNode(section.key)) throw uneditable(file, entry, '"artifacts" has no plain key');
    const end = lineEnd(text, rangeOf(section.key)[1]);
    const lines = block(step);
    return [insert(end, text[end - 1] === "\n" ? `${lines}${eol}` : `${eol}${lines}`)];
  }
  const [start, end] = rangeOf(map);
  const blanks = /[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  return [{ start: start - blanks, end, text: `${eol}${block(step)}` }];
}
