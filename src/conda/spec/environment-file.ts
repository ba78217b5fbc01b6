import type { Document, Node, Pair } from "yaml";
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Dependency, EnvironmentSpec, Platform } from "./environment-spec.ts";
import type { SpecProblems } from "./problems.ts";

const knownKeys = new Set([
  "name",
  "prefix",
  "channels",
  "dependencies",
  "variables",
  "platforms",
  "category",
]);

/**
 * Reads `environment.yaml`.
 *
 * @returns `undefined` where it is not a description at all; what else is wrong is in `problems`
 * @see https://github.com/conda/ceps/blob/main/cep-0024.md
 */
export function readEnvironmentFile(
  file: string,
  document: Document.Parsed,
  lines: LineCounter,
  platform: Platform,
  problems: SpecProblems,
): EnvironmentSpec | undefined {
  const root = document.contents;
  if (!isMap(root)) {
    problems.error(1, 'it must be a mapping with "dependencies:"');
    return undefined;
  }
  const reader: Reader = {
    problems,
    lineOf: (node) => (node?.range ? lines.linePos(node.range[0]).line : 1),
  };
  const entries = new Map(root.items.map((pair) => [keyOf(pair), pair]));
  for (const [key, pair] of entries)
    if (!knownKeys.has(key))
      problems.warn(lineOfPair(pair, reader), `"${key}" is no key of an environment file`);
  checkPlatforms(entries.get("platforms"), platform, reader);
  if (!entries.has("dependencies")) problems.error(1, '"dependencies" is missing');
  const { dependencies, pip } = readDependencies(entries.get("dependencies"), reader);
  return {
    kind: "dependencies",
    file,
    name: textOf(entries.get("name")),
    channels: readTexts(entries.get("channels"), reader).filter((name) => name !== "nodefaults"),
    dependencies,
    pip: { lines: pip, locked: false },
    variables: readVariables(entries.get("variables"), reader),
  };
}

/** Parses the text; what is no YAML is in `problems`. */
export function parseYaml(
  text: string,
  problems: SpecProblems,
): { document: Document.Parsed; lines: LineCounter } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  for (const error of document.errors)
    problems.error(lines.linePos(error.pos[0]).line, error.message);
  return { document, lines };
}

interface Reader {
  readonly problems: SpecProblems;
  lineOf(node: Node | null | undefined): number;
}

function readDependencies(
  pair: Pair | undefined,
  { problems, lineOf }: Reader,
): { dependencies: readonly Dependency[]; pip: readonly string[] } {
  const dependencies: Dependency[] = [];
  const pip: string[] = [];
  const list = nodeOf(pair);
  if (pair !== undefined && !isSeq(list)) problems.error(lineOf(list), '"dependencies" is no list');
  for (const item of isSeq(list) ? list.items : []) {
    const line = lineOf(isNode(item) ? item : list);
    if (isScalar(item) && typeof item.value === "string")
      dependencies.push({ spec: item.value.trim(), line });
    else if (isMap(item)) {
      for (const section of item.items) {
        const name = keyOf(section);
        if (name === "pip") pip.push(...readTexts(section, { problems, lineOf }));
        else problems.error(line, `"${name}" is no section of dependencies; only "pip" is`);
      }
    } else problems.error(line, "a dependency must be a text; put it in quotes");
  }
  return { dependencies, pip };
}

function readTexts(pair: Pair | undefined, { problems, lineOf }: Reader): readonly string[] {
  const list = nodeOf(pair);
  if (pair === undefined || isEmpty(list)) return [];
  if (!isSeq(list)) {
    problems.error(lineOf(list), `"${keyOf(pair)}" is no list`);
    return [];
  }
  const texts: string[] = [];
  for (const item of list.items) {
    if (isScalar(item) && typeof item.value === "string") texts.push(item.value.trim());
    else
      problems.error(
        lineOf(isNode(item) ? item : list),
        `what "${keyOf(pair)}" lists must be texts`,
      );
  }
  return texts;
}

function readVariables(
  pair: Pair | undefined,
  { problems, lineOf }: Reader,
): Readonly<Record<string, string>> {
  const map = nodeOf(pair);
  if (pair === undefined || isEmpty(map)) return {};
  if (!isMap(map)) {
    problems.error(lineOf(map), '"variables" is no mapping');
    return {};
  }
  const variables: [string, string][] = [];
  for (const item of map.items) {
    const value = nodeOf(item);
    // The text as written: 1.10 stays 1.10, yes stays yes.
    if (isScalar(value)) variables.push([keyOf(item), value.source ?? String(value.value ?? "")]);
    else problems.error(lineOf(value), `the variable "${keyOf(item)}" must be a text`);
  }
  return Object.fromEntries(variables);
}

function checkPlatforms(pair: Pair | undefined, platform: Platform, reader: Reader): void {
  const platforms = readTexts(pair, reader);
  if (platforms.length === 0 || platforms.includes(platform)) return;
  reader.problems.error(
    reader.lineOf(nodeOf(pair)),
    `"platforms" are ${platforms.join(", ")}, but this machine is ${platform}`,
  );
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function lineOfPair({ key }: Pair, { lineOf }: Reader): number {
  return lineOf(isNode(key) ? key : undefined);
}

function nodeOf(pair: Pair | undefined): Node | undefined {
  return isNode(pair?.value) ? pair.value : undefined;
}

function isEmpty(node: Node | undefined): boolean {
  return node === undefined || (isScalar(node) && node.value === null);
}

function textOf(pair: Pair | undefined): string | undefined {
  const node = nodeOf(pair);
  return isScalar(node) && typeof node.value === "string" ? node.value : undefined;
}
