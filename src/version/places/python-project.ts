import { parseIni } from "../config/ini.ts";
import { parseToml, tableAt, type TomlTable } from "../config/toml-config.ts";
import type { FileSource } from "../file-source.ts";
import { decodeFile } from "./place.ts";

/** What pip reads of a project before it builds it. */
export interface PythonProject {
  /** The file that makes pip take the folder for a project. */
  readonly file: "pyproject.toml" | "setup.py";
  readonly name: string | undefined;
  /** Where it is written down as a text. */
  readonly version: string | undefined;
  /** What pip would refuse. */
  readonly problems: readonly string[];
}

/**
 * Reads the metadata of a Python project.
 *
 * @returns `undefined` where pip would find no project.
 * @throws E_VERSION_CONFIG, E_VERSION_FILE where a file cannot be read.
 * @see https://packaging.python.org/en/latest/specifications/pyproject-toml/
 */
export async function findPythonProject(source: FileSource): Promise<PythonProject | undefined> {
  const pyproject = await source.read("pyproject.toml");
  const hasSetup = (await source.read("setup.py")) !== undefined;
  const metadata = await readMetadata(source);
  if (pyproject === undefined)
    return hasSetup ? { file: "setup.py", ...metadata, problems: [] } : undefined;
  const root = parseToml("pyproject.toml", decodeFile("pyproject.toml", pyproject.bytes));
  const poetry = tableAt(root, ["tool", "poetry"]);
  const project = tableAt(root, ["project"]);
  const build = tableAt(root, ["build-system"]);
  // A file for linters alone makes no project.
  if (build === undefined && project === undefined && poetry === undefined && !hasSetup)
    return metadata.name === undefined
      ? undefined
      : { file: "pyproject.toml", ...metadata, problems: [] };
  return {
    file: "pyproject.toml",
    name: textAt(project, "name") ?? textAt(poetry, "name") ?? metadata.name,
    version: textAt(project, "version") ?? textAt(poetry, "version") ?? metadata.version,
    problems: [...buildProblems(build), ...projectProblems(project)],
  };
}

function buildProblems(build: TomlTable | undefined): string[] {
  if (build === undefined) return [];
  return Array.isArray(build["requires"]) ? [] : ["[build-system] has no list 'requires'"];
}

function projectProblems(project: TomlTable | undefined): string[] {
  if (project === undefined) return [];
  const { name, version, dynamic } = project;
  const isDynamic = Array.isArray(dynamic) && dynamic.includes("version");
  return [
    ...(typeof name === "string" ? [] : ["[project] has no name"]),
    ...(typeof version === "string" || isDynamic
      ? []
      : ["[project] has neither a version nor 'version' in dynamic"]),
    ...(version !== undefined && isDynamic ? ["[project] has a version and calls it dynamic"] : []),
  ];
}

async function readMetadata(
  source: FileSource,
): Promise<{ name: string | undefined; version: string | undefined }> {
  const file = await source.read("setup.cfg");
  if (file === undefined) return { name: undefined, version: undefined };
  const sections = parseIni(decodeFile("setup.cfg", file.bytes), () => false);
  const entries = sections.find(({ name }) => name === "metadata")?.entries ?? [];
  const value = (key: string) => entries.find((entry) => entry.key === key)?.value;
  const version = value("version");
  const isReference = version !== undefined && /^(?:attr|file):/u.test(version);
  return { name: value("name"), version: isReference ? undefined : version };
}

function textAt(table: TomlTable | undefined, key: string): string | undefined {
  const value = table?.[key];
  return typeof value === "string" ? value : undefined;
}
