import { basename } from "node:path/posix";
import { parse, TomlError } from "smol-toml";
import { versionErrors } from "../errors.ts";
import type { RawConfig, RawFile, RawOptions, RawPart, RawValue } from "./raw-config.ts";
import { findTomlPlaces, samePath, type TomlPath } from "./toml-spans.ts";

export type TomlTable = Readonly<Record<string, unknown>>;

/**
 * Reads `[tool.bumpversion]` of `.bumpversion.toml` or `pyproject.toml`; `undefined` where there is none.
 *
 * @throws E_VERSION_CONFIG for a syntax error or a value of the wrong kind.
 */
export function readTomlConfig(path: string, text: string): RawConfig | undefined {
  const root = parseToml(path, text);
  const table = tableAt(root, ["tool", "bumpversion"]);
  if (table === undefined) return undefined;
  const read = makeReader(path, text);
  const name = "tool.bumpversion";
  const { parts: partTables, files: fileTables, ...globals } = table;
  const parts = readParts(partTables, read, path);
  const files = readFiles(fileTables, read, path);
  const global = {
    where: `[${name}] in ${path}`,
    options: read(globals, ["tool", "bumpversion"], `[${name}]`),
  };
  const projectVersion =
    basename(path) === "pyproject.toml" ? staticProjectVersion(root) : undefined;
  return {
    path,
    format: "toml",
    isInterpolated: false,
    global,
    parts,
    files,
    projectVersion,
    warnings: [],
  };
}

/** Parses TOML. @throws E_VERSION_CONFIG with the line. */
export function parseToml(path: string, text: string): TomlTable {
  try {
    return parse(text.replace(/^\uFEFF/u, ""), { integersAsBigInt: true });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ""] = error.message.replace(/^Invalid TOML document: /u, "").split("\n");
    throw versionErrors(
      "E_VERSION_CONFIG",
      `Could not read config file at ${path}: line ${error.line}: ${reason}`,
      { cause: error },
    );
  }
}

/** The table below the keys; `undefined` where there is none. */
export function tableAt(root: TomlTable, keys: readonly string[]): TomlTable | undefined {
  let table: unknown = root;
  for (const key of keys) {
    if (!isTable(table)) return undefined;
    table = Object.hasOwn(table, key) ? table[key] : undefined;
  }
  return isTable(table) ? table : undefined;
}

export function isTable(value: unknown): value is TomlTable {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

/** `[project] version`, unless the version is dynamic. */
export function staticProjectVersion(root: TomlTable): string | undefined {
  const project = tableAt(root, ["project"]);
  const version = project?.["version"];
  const dynamic = project?.["dynamic"];
  if (Array.isArray(dynamic) && dynamic.includes("version")) return undefined;
  return typeof version === "string" ? version : undefined;
}

type Reader = (table: TomlTable, path: TomlPath, where: string) => RawOptions;

function readParts(tables: unknown, read: Reader, path: string): RawPart[] {
  if (tables === undefined) return [];
  if (!isTable(tables)) throw wrongKind(path, "tool.bumpversion.parts", "a table of parts");
  return Object.entries(tables).map(([name, table]) => {
    const where = `[tool.bumpversion.parts.${name}]`;
    if (!isTable(table)) throw wrongKind(path, where, "a table");
    return { name, where, options: read(table, ["tool", "bumpversion", "parts", name], where) };
  });
}

function readFiles(tables: unknown, read: Reader, path: string): RawFile[] {
  if (tables === undefined) return [];
  if (!Array.isArray(tables)) throw wrongKind(path, "tool.bumpversion.files", "an array of tables");
  return tables.map((table: unknown, index) => {
    const number = `[[tool.bumpversion.files]] ${index + 1}`;
    if (!isTable(table)) throw wrongKind(path, number, "a table");
    const { filename, glob, ...others } = table;
    const target = readTarget(filename, glob);
    if (target === undefined) throw wrongKind(path, number, "a table with filename or glob");
    const where = `[[tool.bumpversion.files]] ${target.path}`;
    return { target, where, options: read(others, ["tool", "bumpversion", "files", index], where) };
  });
}

/** `glob` wins over `filename`. */
function readTarget(filename: unknown, glob: unknown): RawFile["target"] | undefined {
  if (typeof glob === "string" && glob !== "") return { kind: "glob", path: glob };
  return typeof filename === "string" && filename !== ""
    ? { kind: "file", path: filename }
    : undefined;
}

function makeReader(path: string, text: string): Reader {
  const places = findTomlPlaces(text);
  // A number keeps the text it was written with: 1.10 is not 1.1.
  const written = (at: TomlPath) => {
    const span = places.find((place) => samePath(place.path, at))?.span;
    return span === undefined ? "" : text.slice(span.start, span.end);
  };
  const toText = (value: unknown, at: TomlPath): string | undefined => {
    if (typeof value === "string") return value;
    if (typeof value === "boolean") return String(value);
    if (isTable(value) || Array.isArray(value)) return undefined;
    return written(at);
  };
  return (table, at, where) => {
    const options = new Map<string, RawValue>();
    for (const [key, value] of Object.entries(table)) {
      const here = [...at, key];
      const raw = Array.isArray(value)
        ? toList(value.map((item: unknown, index) => toText(item, [...here, index])))
        : toSingle(value, toText(value, here));
      if (raw === undefined) throw wrongKind(path, `${where} ${key}`, "a text or a list of texts");
      options.set(key, raw);
    }
    return options;
  };
}

function toList(items: readonly (string | undefined)[]): RawValue | undefined {
  const texts = items.filter((item) => item !== undefined);
  return texts.length === items.length ? { kind: "list", items: texts } : undefined;
}

function toSingle(value: unknown, text: string | undefined): RawValue | undefined {
  if (text === undefined) return undefined;
  const isNumber = typeof value === "number" || typeof value === "bigint";
  return { kind: isNumber ? "number" : "text", text };
}

function wrongKind(path: string, where: string, wanted: string) {
  return versionErrors("E_VERSION_CONFIG", `${where} in ${path} must be ${wanted}`);
}
