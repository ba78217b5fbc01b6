import { basename } from "node:path/posix";
import { versionErrors } from "../errors.ts";
import { IniError, parseIni, type IniEntry, type IniSection } from "./ini.ts";
import { interpolate, InterpolationError } from "./interpolate.ts";
import type { RawConfig, RawFile, RawOptions, RawPart, RawValue } from "./raw-config.ts";

const prefix = "bumpversion";

/**
 * Reads `.bumpversion.cfg` or `setup.cfg`; `undefined` where there is no `[bumpversion]` section.
 *
 * @throws E_VERSION_CONFIG for a syntax error, a duplicate, a wrong interpolation.
 */
export function readIniConfig(path: string, text: string): RawConfig | undefined {
  const sections = parse(path, text);
  if (!sections.some(({ name }) => name === prefix)) return undefined;
  const isInterpolated = basename(path) === "setup.cfg";
  const read = (section: IniSection) => readOptions(path, section, sections, isInterpolated);
  const parts: RawPart[] = [];
  const files: RawFile[] = [];
  const warnings: string[] = [];
  let options: RawOptions = new Map();
  for (const section of sections) {
    const where = `[${section.name}]`;
    const target = readTarget(section.name);
    if (section.name === prefix) options = read(section);
    else if (section.name.startsWith(`${prefix}:part:`))
      parts.push({ name: section.name.slice(17), where, options: read(section) });
    else if (target !== undefined) files.push({ target, where, options: read(section) });
    else if (section.name.startsWith(prefix))
      warnings.push(
        `${path} line ${section.line}: section ${where} is ignored; a file is named by [bumpversion:file:…]`,
      );
  }
  const global = { where: `[${prefix}] in ${path}`, options };
  const projectVersion = undefined;
  return { path, format: "ini", isInterpolated, global, parts, files, projectVersion, warnings };
}

/** `file:PATH`, `glob:PATTERN`, both with an optional suffix in parentheses so that a file can appear twice. */
function readTarget(name: string): RawFile["target"] | undefined {
  const found = /^bumpversion:(?<kind>file|glob)\s*(?:\([^)]*\)\s*)?:(?<path>.+)$/su.exec(name);
  const { kind, path = "" } = found?.groups ?? {};
  return kind === "file" || kind === "glob" ? { kind, path: path.trim() } : undefined;
}

function parse(path: string, text: string): IniSection[] {
  try {
    return parseIni(text, (section) => section.startsWith(prefix));
  } catch (error) {
    if (!(error instanceof IniError)) throw error;
    throw versionErrors(
      "E_VERSION_CONFIG",
      `Could not read config file at ${path}: ${error.message}`,
      { cause: error },
    );
  }
}

function readOptions(
  path: string,
  section: IniSection,
  sections: readonly IniSection[],
  isInterpolated: boolean,
): RawOptions {
  const defaults = sections.find(({ name }) => name === "DEFAULT")?.entries ?? [];
  const lookUp = (key: string) =>
    section.entries.find((entry) => entry.key === key)?.value ??
    defaults.find((entry) => entry.key === key)?.value;
  const options = new Map<string, RawValue>();
  for (const entry of [...section.entries, ...defaults]) {
    if (options.has(entry.key)) continue;
    const isInherited = !section.entries.includes(entry);
    const text = isInterpolated ? interpolateEntry(path, entry, lookUp) : entry.value;
    options.set(entry.key, { kind: "text", text, isInherited });
  }
  return options;
}

function interpolateEntry(
  path: string,
  { value, line }: IniEntry,
  lookUp: (key: string) => string | undefined,
): string {
  try {
    return interpolate(value, lookUp);
  } catch (error) {
    if (!(error instanceof InterpolationError)) throw error;
    throw versionErrors(
      "E_VERSION_CONFIG",
      `Could not read config file at ${path}: line ${line}: ${error.message}`,
      { cause: error },
    );
  }
}
