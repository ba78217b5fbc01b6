import { isMap, type Node } from "yaml";
import { readCache } from "./caches.ts";
import type { Findings } from "./findings.ts";
import type { Artifact, ArtifactsFile } from "./model.ts";
import { nameProblem } from "./name.ts";
import { parseYamlFile, type YamlFile } from "./nodes.ts";
import { readSettings, type Settings } from "./settings.ts";
import { readSource } from "./sources.ts";

/** The spellings of each part: ours, and that of existing DAG repositories. */
const parts: Readonly<Record<string, keyof Omit<ArtifactsFile, "path">>> = {
  artifacts: "artifacts",
  sources: "sources",
  artifact_sources: "sources",
  caches: "caches",
  artifact_caches: "caches",
  default_source: "defaultSource",
  default_artifact_source: "defaultSource",
  default_caches: "defaultCaches",
  default_artifact_caches: "defaultCaches",
};

/**
 * Reads what a file declares. Keys that are not known are warned of and otherwise left alone; everything that is wrong
 * is gathered with its line.
 *
 * @param path as messages shall show it.
 */
export function readArtifactsFile(
  path: string,
  content: string,
  findings: Findings,
): ArtifactsFile {
  const file: { -readonly [Key in keyof ArtifactsFile]: ArtifactsFile[Key] } = {
    path,
    artifacts: [],
    sources: [],
    caches: [],
    defaultSource: undefined,
    defaultCaches: undefined,
  };
  const yaml = parseYamlFile(path, content, findings);
  // What stands behind a syntax error is guesswork; the error alone is shown.
  if (yaml.isBroken) return file;
  const root = yaml.map(yaml.document.contents ?? undefined, "The file");
  for (const { key, position, value } of root === undefined ? [] : yaml.entries(root)) {
    switch (parts[key]) {
      case "artifacts":
        file.artifacts = readEach(yaml, value, key, readArtifact);
        break;
      case "sources":
        file.sources = readEach(yaml, value, key, readSource);
        break;
      case "caches":
        file.caches = readEach(yaml, value, key, readCache);
        break;
      case "defaultSource": {
        const text = yaml.text(value, `"${key}"`);
        if (text !== undefined) file.defaultSource = { text, position };
        break;
      }
      case "defaultCaches":
        file.defaultCaches = yaml.texts(value, `"${key}"`);
        break;
      case undefined:
        findings.warn(position, `"${key}" is not known here; it is left as it is.`);
    }
  }
  return file;
}

const singular: Readonly<Record<string, string>> = {
  artifacts: "artifact",
  sources: "source",
  artifact_sources: "source",
  caches: "cache",
  artifact_caches: "cache",
};

function readEach<Item>(
  yaml: YamlFile,
  node: Node | undefined,
  key: string,
  read: (name: string, settings: Settings, yaml: YamlFile) => Item | undefined,
): readonly Item[] {
  const map = yaml.map(node, `"${key}"`);
  return (map === undefined ? [] : yaml.entries(map)).flatMap(({ key: name, position, value }) => {
    const title = `the ${singular[key]} ${name}`;
    if (!isMap(value)) {
      yaml.findings.problem(position, `${title} must be a mapping.`);
      yaml.findings.markUnreadable(title);
      return [];
    }
    const settings = readSettings(yaml, value, title, position);
    const item = read(name, settings, yaml);
    settings.warnOfRest();
    if (item === undefined) yaml.findings.markUnreadable(title);
    return item === undefined ? [] : [item];
  });
}

function readArtifact(name: string, settings: Settings): Artifact | undefined {
  const problem = nameProblem(name);
  if (problem !== undefined) settings.problem(`${settings.title}: ${problem}`);
  const id = settings.required("id");
  const source = settings.optional("source");
  const caches = settings.list("caches");
  if (id === undefined || problem !== undefined) return undefined;
  return { name, id, source, caches, position: settings.position };
}
