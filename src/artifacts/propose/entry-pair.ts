import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  type Node,
  type Pair,
  type Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import { artifactsError } from "../errors.ts";
import { lineEnd, lineStart } from "./splices.ts";

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

/** The same, as YAML reads it. */
export interface Parsed extends SourceFile {
  document: Document.Parsed;
}

/** An entry of `artifacts:` as it is written. */
export interface EntryPair {
  key: Scalar;
  id: Scalar;
  value: YAMLMap;
  /** Written between braces, together with others. */
  inFlow: boolean;
}

/** @throws {StepError} E_ARTIFACTS_EDIT where the entry, or its id, is written elsewhere. */
export function pairOf(file: Parsed, name: string): EntryPair {
  const root = file.document.contents;
  const map = isMap(root) ? findPair(root, "artifacts")?.value : undefined;
  const pair = isMap(map) ? findPair(map, name) : undefined;
  if (!isMap(map) || pair === undefined)
    throw uneditable(file, { name, id: "" }, `the entry ${name} comes from an alias`);
  return asEntryPair(file, map, pair);
}

export function asEntryPair(file: Parsed, map: YAMLMap, pair: unknown): EntryPair {
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

/** The pair whose key is the name, or is written like it (`1.10` is a number for YAML). */
export function findPair(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && (key.value === name || key.source === name));
}

/** From the first character of an entry's first line to the end of its last one. */
export function linesOf(text: string, { key, value }: EntryPair): readonly [number, number] {
  const start = lineStart(text, rangeOf(key)[0]);
  const end = contentEnd(value);
  return [start, text[end - 1] === "\n" ? end : lineEnd(text, end)];
}

/** Where the last that belongs to a node ends: comments behind a block are not its own. */
export function contentEnd(node: Node): number {
  if (isCollection(node) && node.flow !== true) {
    const last = node.items.at(-1);
    const inner = isPair(last) ? (isNode(last.value) ? last.value : last.key) : last;
    if (isNode(inner)) return contentEnd(inner);
  }
  return rangeOf(node)[1];
}

/** First offset of a node in the text, and the one behind it. */
export function rangeOf(node: Node): readonly [number, number] {
  const [start = 0, end = 0] = node.range ?? [];
  return [start, end];
}

/** By how much the file indents. */
export function indentStep({ text, document }: Parsed): string {
  const root = document.contents;
  const map = isMap(root) && root.flow !== true ? findPair(root, "artifacts")?.value : undefined;
  const first = isMap(map) && map.flow !== true ? map.items[0]?.key : undefined;
  if (!isNode(first)) return "  ";
  const start = rangeOf(first)[0];
  return text.slice(lineStart(text, start), start) || "  ";
}

export function hasAnchor({ key, value }: EntryPair): boolean {
  let found = key.anchor !== undefined;
  visit(value, {
    Node(_key, node) {
      if ("anchor" in node && node.anchor !== undefined) found = true;
    },
  });
  return found;
}

export function uneditable({ path }: SourceFile, { name }: Entry, why: string) {
  return artifactsError(
    "E_ARTIFACTS_EDIT",
    `${path} cannot be edited with certainty for ${name}: ${why}.`,
  );
}
