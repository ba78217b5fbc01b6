import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from "yaml";
import type { Findings } from "./findings.ts";
import type { Position } from "./model.ts";

/** One key of a mapping with its value, aliases followed. */
export interface Entry {
  key: string;
  position: Position;
  value: Node | undefined;
}

/** A parsed file, and how to read its nodes with their places. */
export interface YamlFile {
  path: string;
  document: Document.Parsed;
  /** Whether it has a syntax error, which leaves the rest to guesswork. A key that is there twice is none. */
  isBroken: boolean;
  findings: Findings;
  positionOf(node: Node | undefined): Position;
  /** The keys of a mapping in order, `<<` merged in behind the mapping's own keys. */
  entries(map: YAMLMap): readonly Entry[];
  /** The mapping, or `undefined`, with a problem unless it is empty. @param what names it: `"artifacts"`. */
  map(node: Node | undefined, what: string): YAMLMap | undefined;
  /** The text as written, so that `1.10` stays `1.10`; `undefined`, with a problem, for anything but a scalar. */
  text(node: Node | undefined, what: string): string | undefined;
  /** The texts of a list; one text stands for a list of one. */
  texts(node: Node | undefined, what: string): readonly { text: string; position: Position }[];
}

/**
 * Parses YAML 1.1, as the PyYAML of Airflow does: merge keys work there, so they work here. What is no YAML is a
 * problem with its line.
 */
export function parseYamlFile(path: string, content: string, findings: Findings): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(content, {
    version: "1.1",
    lineCounter: lines,
    prettyErrors: false,
  });
  for (const error of document.errors)
    findings.problem({ file: path, line: lines.linePos(error.pos[0]).line }, error.message);

  const follow = (node: unknown): Node | undefined => {
    if (isAlias(node)) return node.resolve(document);
    return isNode(node) ? node : undefined;
  };
  const positionOf = (node: Node | undefined): Position => ({
    file: path,
    line: node?.range ? lines.linePos(node.range[0]).line : 1,
  });
  // Merges may go in circles, or double with every line: each mapping is read once.
  const kept = new Map<YAMLMap, readonly Entry[]>();
  const entries = (map: YAMLMap): readonly Entry[] => {
    const before = kept.get(map);
    if (before !== undefined) return before;
    kept.set(map, []);
    const own: Entry[] = [];
    const merged: Entry[] = [];
    for (const pair of map.items) {
      if (!isPair(pair) || !isNode(pair.key)) continue;
      const key = isScalar(pair.key) ? textOf(pair.key) : String(pair.key);
      const value = follow(pair.value);
      if (key === "<<")
        for (const part of isSeq(value) ? value.items.map(follow) : [value])
          merged.push(...(isMap(part) ? entries(part) : []));
      else own.push({ key, position: positionOf(pair.key), value });
    }
    // Of a key that is there twice, which is a problem already, the first one is read.
    const known = new Set<string>();
    const all = [...own, ...merged].filter(({ key }) => !known.has(key) && known.add(key));
    kept.set(map, all);
    return all;
  };
  const yaml: YamlFile = {
    path,
    document,
    isBroken: document.errors.some(({ code }) => code !== "DUPLICATE_KEY"),
    findings,
    positionOf,
    entries,
    map(node, what) {
      if (isMap(node)) return node;
      if (!isEmpty(node)) findings.problem(positionOf(node), `${what} must be a mapping.`);
      return undefined;
    },
    text(node, what) {
      if (isScalar(node) && !isEmpty(node)) return textOf(node);
      findings.problem(positionOf(node), `${what} must be a text.`);
      return undefined;
    },
    texts(node, what) {
      const items = isSeq(node) ? node.items.map(follow) : isEmpty(node) ? [] : [node];
      return items.flatMap((item) => {
        const text = yaml.text(item, `${what} must be a list of names; each`);
        return text === undefined ? [] : [{ text, position: positionOf(item) }];
      });
    },
  };
  return yaml;
}

export function isEmpty(node: Node | undefined): boolean {
  return node === undefined || (isScalar(node) && node.value === null);
}

function textOf(scalar: { value: unknown; source?: string }): string {
  return typeof scalar.value === "string"
    ? scalar.value
    : (scalar.source ?? String(scalar.value ?? ""));
}
