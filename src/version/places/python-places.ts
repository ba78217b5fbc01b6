import { parseIni } from "../config/ini.ts";
import type { Span } from "../config/text-span.ts";
import { staticProjectVersion, tableAt, type TomlTable } from "../config/toml-config.ts";
import { versionErrors } from "../errors.ts";
import type { FileSource } from "../file-source.ts";
import { PatternError, translatePattern } from "../text/python-regex.ts";
import { matchTimed, MatchTimeout } from "../text/timed-match.ts";
import { decodeFile, type VersionPlace } from "./place.ts";
import { findAssignment, findSetupVersion } from "./python-source.ts";
import { placeAt, readTomlFile, type TomlFile } from "./toml-places.ts";

export interface PythonPlaces {
  readonly places: readonly VersionPlace[];
  /** The tool that takes the version from the newest tag, where one does. */
  readonly tagTool: string | undefined;
}

/** Where Python projects hold their version: pyproject.toml, what it refers to, setup.cfg, VERSION, setup.py. */
export async function findPythonPlaces(source: FileSource): Promise<PythonPlaces> {
  const pyproject = await readTomlFile(source, "pyproject.toml");
  const fromProject = pyproject === undefined ? [] : await readPyproject(source, pyproject);
  const places = [...fromProject, ...(await readSetupCfg(source))];
  return { places, tagTool: pyproject === undefined ? undefined : findTagTool(pyproject.root) };
}

/** A file `VERSION` with nothing but the version. */
export async function findVersionFile(source: FileSource): Promise<VersionPlace[]> {
  const place = await wholeFile(source, "VERSION");
  return place === undefined || !/^v?\d/.test(place.version) ? [] : [place];
}

/** The literal `version="…"` of a `setup()` call. */
export async function findSetupPlace(source: FileSource): Promise<VersionPlace[]> {
  const file = await source.read("setup.py");
  if (file === undefined) return [];
  const text = decodeFile("setup.py", file.bytes);
  const span = findSetupVersion(text);
  return span === undefined ? [] : [makePlace(file.path, "version of setup()", text, span)];
}

async function readPyproject(source: FileSource, file: TomlFile): Promise<VersionPlace[]> {
  const { root } = file;
  const own =
    staticProjectVersion(root) === undefined
      ? undefined
      : placeAt(file, ["project", "version"], "python");
  const poetry = placeAt(file, ["tool", "poetry", "version"], "python");
  const dynamic = isDynamic(root) ? await readDynamic(source, root) : [];
  return [own, ...dynamic, poetry].filter((place) => place !== undefined);
}

function isDynamic(root: TomlTable): boolean {
  const dynamic = tableAt(root, ["project"])?.["dynamic"];
  return Array.isArray(dynamic) && dynamic.includes("version");
}

async function readDynamic(source: FileSource, root: TomlTable): Promise<VersionPlace[]> {
  const setuptools = tableAt(root, ["tool", "setuptools", "dynamic", "version"]);
  const hatch = tableAt(root, ["tool", "hatch", "version"]);
  const attr = setuptools?.["attr"];
  const files = [setuptools?.["file"]].flat();
  const folders = packageFolders(tableAt(root, ["tool", "setuptools", "package-dir"]));
  const path = hatch?.["path"];
  const pattern = hatch?.["pattern"];
  const found = [
    typeof attr === "string" ? await followAttribute(source, attr, folders) : undefined,
    ...(await Promise.all(
      files.map((file) => (typeof file === "string" ? wholeFile(source, file) : undefined)),
    )),
    typeof path === "string"
      ? await readHatch(source, path, typeof pattern === "string" ? pattern : undefined)
      : undefined,
  ];
  return found.filter((place) => place !== undefined);
}

/** setuptools-scm and hatch-vcs write no version: it is the newest tag. */
function findTagTool(root: TomlTable): string | undefined {
  if (!isDynamic(root)) return undefined;
  if (tableAt(root, ["tool", "hatch", "version"])?.["source"] === "vcs") return "hatch-vcs";
  const requires: unknown = tableAt(root, ["build-system"])?.["requires"];
  const isRequired =
    Array.isArray(requires) &&
    requires.some((one) => typeof one === "string" && /^setuptools[-_.]scm\b/iu.test(one));
  const isConfigured = tableAt(root, ["tool", "setuptools_scm"]) !== undefined;
  return isRequired || isConfigured ? "setuptools-scm" : undefined;
}

async function readSetupCfg(source: FileSource): Promise<VersionPlace[]> {
  const file = await source.read("setup.cfg");
  if (file === undefined) return [];
  const text = decodeFile("setup.cfg", file.bytes);
  const sections = parseIni(text, () => false);
  const entry = (section: string, key: string) =>
    sections.find(({ name }) => name === section)?.entries.find((one) => one.key === key);
  const version = entry("metadata", "version");
  if (version === undefined || version.value === "") return [];
  const reference = /^(?<kind>attr|file):\s*(?<target>.+)$/u.exec(version.value)?.groups;
  if (reference === undefined)
    return [makePlace(file.path, "[metadata] version", text, version.valueSpan)];
  const { kind, target = "" } = reference;
  const folders = packageFolders(readLines(entry("options", "package_dir")?.value ?? ""));
  const place =
    kind === "attr"
      ? await followAttribute(source, target, folders)
      : await wholeFile(source, target.split(",")[0]?.trim() ?? target);
  return place === undefined ? [] : [place];
}

function readLines(value: string): Record<string, string> {
  const lines = value.split("\n").filter((line) => line.includes("="));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf("=")).trim(),
      line.slice(line.indexOf("=") + 1).trim(),
    ]),
  );
}

/** Where packages lie: `package_dir`'s folder for the root, the project folder, and `src`. */
function packageFolders(packageDir: TomlTable | undefined): string[] {
  const root = packageDir?.[""];
  return [...new Set([typeof root === "string" ? root : "", "", "src"])];
}

async function followAttribute(
  source: FileSource,
  attr: string,
  folders: readonly string[],
): Promise<VersionPlace | undefined> {
  const names = attr.trim().split(".");
  const attribute = names.pop() ?? "";
  const module = names.join("/");
  for (const folder of folders)
    for (const path of [`${module}/__init__.py`, `${module}.py`, `${module}/_version.py`]) {
      const file = await source.read(folder === "" ? path : `${folder}/${path}`);
      if (file === undefined) continue;
      const text = decodeFile(file.path, file.bytes);
      const span = findAssignment(text, attribute);
      if (span !== undefined) return makePlace(file.path, attr, text, span);
    }
  return undefined;
}

async function wholeFile(source: FileSource, path: string): Promise<VersionPlace | undefined> {
  const file = await source.read(path);
  if (file === undefined) return undefined;
  const text = decodeFile(path, file.bytes);
  const start = /^[\uFEFF\s]*/u.exec(text)?.[0].length ?? 0;
  const version = text.slice(start).trimEnd();
  if (version === "" || /\s/.test(version)) return undefined;
  return makePlace(file.path, "the whole content", text, { start, end: start + version.length });
}

/** Hatchling's own pattern, for a path without `pattern`. */
const hatchPattern = String.raw`(?i)^(__version__|VERSION)(?: ?\: ?str)? *= *([\'"])v?(?P<version>.+?)\2`;

async function readHatch(
  source: FileSource,
  path: string,
  pattern = hatchPattern,
): Promise<VersionPlace | undefined> {
  const file = await source.read(path);
  if (file === undefined) return undefined;
  const text = decodeFile(path, file.bytes);
  try {
    const { expression } = translatePattern(pattern, { multiline: true });
    const range = matchTimed(expression, text)?.indices?.groups?.["version"];
    const span = range === undefined ? undefined : { start: range[0], end: range[1] };
    return span === undefined ? undefined : makePlace(file.path, "hatch's version", text, span);
  } catch (error) {
    if (!(error instanceof PatternError || error instanceof MatchTimeout)) throw error;
    throw versionErrors(
      "E_VERSION_PATTERN",
      `pattern of [tool.hatch.version] is not usable: ${error.message}`,
      { cause: error },
    );
  }
}

function makePlace(path: string, title: string, text: string, span: Span): VersionPlace {
  const version = text.slice(span.start, span.end);
  return {
    path,
    title: `${title} in ${path}`,
    ecosystem: "python",
    version,
    span,
    isMirror: false,
  };
}
