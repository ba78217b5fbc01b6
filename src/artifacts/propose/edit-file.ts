import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  type Node,
  type Pair,
  parse,
  Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import { artifactsError } from "../errors.ts";
import { Findings } from "../file/findings.ts";
import { parseYamlFile } from "../file/nodes.ts";
import { readArtifactsFile } from "../file/read.ts";

/** What a file shall hold of an artifact. */
export interface Entry {
  name: string;
  id: string;
}

/** A file that declares artifacts, and its text. */
export interface SourceFile {
  path: string;
  text: string;
}

/** One change of a file. */
export type Edit =
  | { kind: "rename"; old: string; entry: Entry }
  | { kind: "copy"; old: string; entry: Entry }
  | { kind: "add"; entry: Entry; source: string | undefined }
  | { kind: "remove"; old: string };

/**
 * Edits the characters of one entry and leaves every other one as it is: comments, order, quotes, line ends.
 *
 * @returns the new text.
 * @throws {StepError} E_ARTIFACTS_EDIT where the file is written in a way that this cannot be done with certainty.
 */
export function editFile({ path, text }: SourceFile, edit: Edit): string {
  const { document } = parseYamlFile(path, text, new Findings());
  const edited = applied(text, splicesFor({ path, text, document }, edit));
  prove({ path, text }, edited, edit);
  return edited;
}

interface Splice {
  start: number;
  end: number;
  text: string;
}

interface Parsed extends SourceFile {
  document: Document.Parsed;
}

function splicesFor(file: Parsed, edit: Edit): readonly Splice[] {
  switch (edit.kind) {
    case "rename":
      return rename(file, pairOf(file, edit.old), edit.entry);
    case "copy":
      return copy(file, pairOf(file, edit.old), edit.entry);
    case "add":
      return add(file, edit.entry, edit.source);
    case "remove":
      return remove(file, pairOf(file, edit.old));
  }
}

function rename(file: Parsed, pair: EntryPair, { name, id }: Entry): readonly Splice[] {
  return [respelled(file, pair.key, name), respelled(file, pair.id, id)];
}

/** A new entry behind the old one, with the old one's layout, source and caches. */
function copy(file: Parsed, pair: EntryPair, entry: Entry): readonly Splice[] {
  const { text } = file;
  if (pair.inFlow) {
    const end = contentEnd(pair.value);
    const start = rangeOf(pair.key)[0];
    return [insert(end, `, ${copied(text, start, end, rename(file, pair, entry))}`)];
  }
  const [start, end] = linesOf(text, pair);
  // Two anchors of one name are allowed and mean something else to the aliases that follow.
  if (hasAnchor(pair))
    throw uneditable(file, entry, `the entry ${String(pair.key.value)} holds an anchor`);
  const lines = copied(text, start, end, rename(file, pair, entry));
  const eol = eolOf(text);
  return lines.endsWith("\n")
    ? [insert(end, lines)]
    : // The last line of a file without a line end.
      [insert(end, eol + lines)];
}

function add(file: Parsed, entry: Entry, source: string | undefined): readonly Splice[] {
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

function remove({ text }: Parsed, pair: EntryPair): readonly Splice[] {
  if (!pair.inFlow) {
    const [start, end] = linesOf(text, pair);
    return [{ start, end, text: "" }];
  }
  const start = rangeOf(pair.key)[0];
  const end = contentEnd(pair.value);
  const after = /^\s*,\s*/.exec(text.slice(end))?.[0].length ?? 0;
  if (after > 0) return [{ start, end: end + after, text: "" }];
  const before = /,\s*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  return [{ start: start - before, end, text: "" }];
}

interface EntryPair {
  key: Scalar;
  id: Scalar;
  value: YAMLMap;
  /** Written between braces, together with others. */
  inFlow: boolean;
}

function pairOf(file: Parsed, name: string): EntryPair {
  const root = file.document.contents;
  const map = isMap(root) ? findPair(root, "artifacts")?.value : undefined;
  const pair = isMap(map) ? findPair(map, name) : undefined;
  if (!isMap(map) || pair === undefined)
    throw uneditable(file, { name, id: "" }, `the entry ${name} comes from an alias`);
  return asEntryPair(file, map, pair);
}

function asEntryPair(file: Parsed, map: YAMLMap, pair: unknown): EntryPair {
  const key = isPair(pair) ? pair.key : undefined;
  const value = isPair(pair) ? pair.value : undefined;
  const id = isMap(value) ? findPair(value, "id")?.value : undefined;
  if (!isPair(pair) || !isScalar(key) || !isMap(value) || !isScalar(id))
    throw uneditable(
      file,
      { name: String(isScalar(key) ? key.value : "?"), id: "" },
      "an entry takes its id from an alias",
    );
  return { key, value, id, inFlow: map.flow === true };
}

function findPair(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && (key.value === name || key.source === name));
}

/** Another text in the same kind of quotes. */
function respelled(file: Parsed, scalar: Scalar, value: string): Splice {
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
function plain(value: string): string {
  const isPlain = /^[\w./][\w.+~@/:%=&?,-]*$/.test(value) && !value.endsWith(":");
  return isPlain && parse(value, { version: "1.1" }) === value ? value : JSON.stringify(value);
}

function quotedInFlow(value: string): string {
  return value.includes(",") || value.includes("?") ? JSON.stringify(value) : plain(value);
}

/** From the first character of an entry's first line to the end of its last one. */
function linesOf(text: string, { key, value }: EntryPair): readonly [number, number] {
  const start = lineStart(text, rangeOf(key)[0]);
  const end = contentEnd(value);
  return [start, text[end - 1] === "\n" ? end : lineEnd(text, end)];
}

function contentEnd(node: Node): number {
  if (isCollection(node) && node.flow !== true) {
    const last = node.items.at(-1);
    const inner = isPair(last) ? (isNode(last.value) ? last.value : last.key) : last;
    if (isNode(inner)) return contentEnd(inner);
  }
  return rangeOf(node)[1];
}

function rangeOf(node: Node): readonly [number, number] {
  const [start = 0, end = 0] = node.range ?? [];
  return [start, end];
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end + 1;
}

function eolOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? "\n";
}

/** By how much the file indents. */
function indentStep({ text, document }: Parsed): string {
  const root = document.contents;
  const map = isMap(root) && root.flow !== true ? findPair(root, "artifacts")?.value : undefined;
  const first = isMap(map) && map.flow !== true ? map.items[0]?.key : undefined;
  if (!isNode(first)) return "  ";
  const start = rangeOf(first)[0];
  return text.slice(lineStart(text, start), start) || "  ";
}

function hasAnchor({ key, value }: EntryPair): boolean {
  let found = key.anchor !== undefined;
  visit(value, {
    Node(_key, node) {
      if ("anchor" in node && node.anchor !== undefined) found = true;
    },
  });
  return found;
}

function insert(at: number, text: string): Splice {
  return { start: at, end: at, text };
}

function copied(text: string, start: number, end: number, splices: readonly Splice[]): string {
  return applied(
    text.slice(start, end),
    splices.map((one) => ({ ...one, start: one.start - start, end: one.end - start })),
  );
}

function applied(text: string, splices: readonly Splice[]): string {
  let result = text;
  for (const { start, end, text: part } of splices.toSorted((a, b) => b.start - a.start))
    result = result.slice(0, start) + part + result.slice(end);
  return result;
}

/** Reads the edited text and holds it against what the edit should have made of the file. */
function prove(before: SourceFile, after: string, edit: Edit): void {
  const names = (text: string) =>
    readArtifactsFile(before.path, text, new Findings()).artifacts.map(
      ({ name, id, source, caches }) => ({ name, id, source, caches }),
    );
  const old = names(before.text);
  const expected = old
    .filter(({ name }) => !(edit.kind === "remove" && name === edit.old))
    .flatMap((one) => {
      if (edit.kind === "rename" && one.name === edit.old) return [{ ...one, ...edit.entry }];
      if (edit.kind === "copy" && one.name === edit.old) return [one, { ...one, ...edit.entry }];
      return [one];
    });
  if (edit.kind === "add") expected.push({ ...edit.entry, source: edit.source, caches: undefined });
  if (JSON.stringify(names(after)) !== JSON.stringify(expected))
    throw uneditable(
      before,
      "entry" in edit ? edit.entry : { name: edit.old, id: "" },
      "it is laid out in an unusual way",
    );
}

function uneditable({ path }: SourceFile, { name }: Entry, why: string) {
  return artifactsError(
    "E_ARTIFACTS_EDIT",
    `${path} cannot be edited with certainty for ${name}: ${why}.`,
  );
}
