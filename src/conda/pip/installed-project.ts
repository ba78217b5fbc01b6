import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseFields, textIn } from "../json-fields.ts";

/** A console script: `command = module:attribute`. */
export interface ConsoleScript {
  readonly command: string;
  readonly module: string;
  readonly attribute: string;
}

/** A project as its metadata in the environment has it. */
export interface InstalledProject {
  /** As written in the metadata. */
  readonly name: string;
  /** After PEP 440 normalisation by the build backend, as a rule. */
  readonly version: string;
  /** Relative to the prefix: `lib/python3.11/site-packages/demo-1.0.dist-info`. */
  readonly distInfo: string;
  readonly topLevelModules: readonly string[];
  readonly consoleScripts: readonly ConsoleScript[];
  /** Names of the distributions that it requires without extras, normalised. */
  readonly requires: readonly string[];
}

/** @returns the dist-info folders of the environment, relative to the prefix. */
export async function distInfoFolders(prefix: string): Promise<readonly string[]> {
  const folders: string[] = [];
  for (const sitePackages of await sitePackagesFolders(prefix)) {
    const names = await readdir(join(prefix, sitePackages)).catch(() => []);
    for (const name of names.toSorted())
      if (name.endsWith(".dist-info")) folders.push(join(sitePackages, name));
  }
  return folders;
}

/** @returns where the folder that the distribution was installed from lies, as an address (PEP 610). */
export async function originOf(prefix: string, distInfo: string): Promise<string | undefined> {
  const text = await readFile(join(prefix, distInfo, "direct_url.json"), "utf8").catch(() => "");
  const origin = parseFields(text);
  return origin === undefined ? undefined : textIn(origin, "url");
}

/** Reads what was installed: name, version, modules, scripts, requirements. */
export async function readInstalledProject(
  prefix: string,
  distInfo: string,
): Promise<InstalledProject> {
  const read = (name: string) => readFile(join(prefix, distInfo, name), "utf8").catch(() => "");
  const headers = (await read("METADATA")).split(/\r?\n\r?\n/)[0] ?? "";
  const header = (name: string) => valuesOf(headers, name)[0] ?? "";
  return {
    name: header("Name"),
    version: header("Version"),
    distInfo,
    topLevelModules: modulesIn(await read("RECORD")),
    consoleScripts: scriptsIn(await read("entry_points.txt")),
    requires: valuesOf(headers, "Requires-Dist")
      .filter((text) => !/;.*\bextra\s*==/.test(text))
      .map((text) => normalisedName(/^[\w.-]+/.exec(text)?.[0] ?? "")),
  };
}

/** The form of a name that all its spellings share (PEP 503). */
export function normalisedName(name: string): string {
  return name.replaceAll(/[-_.]+/g, "-").toLowerCase();
}

async function sitePackagesFolders(prefix: string): Promise<readonly string[]> {
  const names = await readdir(join(prefix, "lib")).catch(() => []);
  return names
    .filter((name) => /^python\d+\.\d+t?$/.test(name))
    .map((name) => join("lib", name, "site-packages"));
}

function valuesOf(headers: string, name: string): readonly string[] {
  const pattern = new RegExp(`^${name}:[ \\t]*(.*)$`, "gim");
  return [...headers.matchAll(pattern)].map(([, value = ""]) => value.trim());
}

/** Every first name in site-packages that python can import. */
function modulesIn(record: string): readonly string[] {
  const modules = new Set<string>();
  for (const line of record.split("\n")) {
    const path = /^"((?:[^"]|"")*)"/.exec(line)?.[1] ?? line.split(",")[0] ?? "";
    const [first = "", ...rest] = path.split("/");
    const name = rest.length > 0 ? first : moduleOfFile(first);
    const isCode = /\.(py|so|pyd)$/.test(path);
    if (isCode && /^[A-Za-z_]\w*$/.test(name) && name !== "__pycache__") modules.add(name);
  }
  return [...modules].toSorted();
}

function moduleOfFile(name: string): string {
  return /^([A-Za-z_]\w*)(\.[\w-]+)*\.(py|so|pyd)$/.exec(name)?.[1] ?? "";
}

function scriptsIn(entryPoints: string): readonly ConsoleScript[] {
  const section =
    /^\[console_scripts\]\s*$([^[]*)/m.exec(entryPoints.replaceAll("\r", ""))?.[1] ?? "";
  return section.split("\n").flatMap((line) => {
    const match = /^\s*([^\s=]+)\s*=\s*([\w.]+)\s*:\s*([\w.]+)/.exec(line);
    const [, command, module, attribute] = match ?? [];
    return command === undefined || module === undefined || attribute === undefined
      ? []
      : [{ command, module, attribute }];
  });
}
