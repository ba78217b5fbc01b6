import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { packErrors } from "./errors.ts";
import { codeOf, isObject, listOf, numberOf, stringOf } from "./guards.ts";
import { byBytes, toRaw, type RawPath } from "./raw-path.ts";

/** What a package record says of one of its files (CEP 32, `paths_data`). */
export interface PathFacts {
  /** sha256 of the file in the package, before the prefix was written into it. */
  sha256: string | undefined;
  /** sha256 of the file after the prefix was written into it. */
  sha256InPrefix: string | undefined;
  placeholder: string | undefined;
  mode: "text" | "binary";
  /** Came into being when the package was linked: entry points, compiled modules. */
  isMade: boolean;
}

export interface CondaPackage {
  name: string;
  version: string;
  build: string;
  /** Where the record is: `conda-meta/N-V-B.json`. */
  recordPath: RawPath;
  /** What the record says of the package itself: all but its files, which are most of it. */
  about: Record<string, unknown>;
  /** When the package was built, in seconds since 1970. */
  builtAtSeconds?: number;
  files: readonly RawPath[];
  facts: ReadonlyMap<RawPath, PathFacts>;
  /** The extracted package in the cache, where it may still be. */
  source?: string;
  /** CEP 20: of python only. */
  sitePackages?: string;
}

/**
 * Reads every record of the environment, sorted by file name.
 *
 * @throws E_PREFIX_MISSING, E_PREFIX_NOT_CONDA, E_RECORD_UNREADABLE, E_TWO_PYTHONS
 */
export function readPackages(prefix: string): CondaPackage[] {
  const names = listRecords(prefix);
  const packages = names.map((name) => readPackage(prefix, name));
  if (packages.filter(({ name }) => name === "python").length > 1)
    throw packErrors("E_TWO_PYTHONS", `${prefix} has two python packages; recreate it`);
  return packages;
}

/**
 * Looks whether there is an environment, without reading its records.
 *
 * @throws E_PREFIX_MISSING, E_PREFIX_NOT_CONDA
 */
export function checkPrefix(prefix: string): void {
  listRecords(prefix);
}

function listRecords(prefix: string): string[] {
  const found = statSync(prefix, { throwIfNoEntry: false });
  if (found === undefined)
    throw packErrors("E_PREFIX_MISSING", `Environment ${prefix} does not exist`);
  if (!found.isDirectory())
    throw packErrors("E_PREFIX_NOT_CONDA", `${prefix} is not a conda environment (a file)`);
  try {
    return readdirSync(join(prefix, "conda-meta"))
      .filter((name) => name.endsWith(".json"))
      .toSorted((left, right) => byBytes(toRaw(left), toRaw(right)));
  } catch (cause) {
    if (codeOf(cause) !== "ENOENT" && codeOf(cause) !== "ENOTDIR") throw cause;
    throw packErrors("E_PREFIX_NOT_CONDA", `${prefix} is not a conda environment (no conda-meta)`, {
      cause,
    });
  }
}

function readPackage(prefix: string, fileName: string): CondaPackage {
  const place = join(prefix, "conda-meta", fileName);
  const record = parseRecord(place);
  const name = stringOf(record["name"]);
  const version = stringOf(record["version"]);
  if (name === undefined || version === undefined)
    throw packErrors("E_RECORD_UNREADABLE", `${place} has no name or no version`);
  const facts = readFacts(record["paths_data"]);
  const files = new Set(facts.keys());
  for (const file of listOf(record["files"])) if (typeof file === "string") files.add(toRaw(file));
  const { files: _files, paths_data: _paths, ...about } = record;
  const link = isObject(record["link"]) ? record["link"] : {};
  const source = stringOf(link["source"]) ?? stringOf(record["extracted_package_dir"]);
  const timestamp = numberOf(record["timestamp"]);
  const sitePackages = stringOf(record["python_site_packages_path"]);
  return {
    name,
    version,
    build: stringOf(record["build"]) ?? "",
    recordPath: `conda-meta/${toRaw(fileName)}`,
    about,
    files: [...files],
    facts,
    ...(timestamp !== undefined && timestamp > 0 && { builtAtSeconds: secondsOf(timestamp) }),
    ...(source !== undefined && source !== "" && { source }),
    ...(sitePackages !== undefined && { sitePackages }),
  };
}

/**
 * A record as a whole. It takes megabytes, so nobody keeps it.
 *
 * @param place its file
 * @throws E_RECORD_UNREADABLE
 */
export function parseRecord(place: string): Record<string, unknown> {
  const text = readFileSync(place, "utf8");
  try {
    const record: unknown = JSON.parse(text);
    if (isObject(record)) return record;
  } catch (cause) {
    throw packErrors("E_RECORD_UNREADABLE", `${place} is not JSON`, { cause });
  }
  throw packErrors("E_RECORD_UNREADABLE", `${place} is not a JSON object`);
}

function readFacts(pathsData: unknown): Map<RawPath, PathFacts> {
  const facts = new Map<RawPath, PathFacts>();
  if (!isObject(pathsData)) return facts;
  for (const item of listOf(pathsData["paths"])) {
    if (!isObject(item)) continue;
    const path = stringOf(item["_path"]);
    // A directory of a package is listed for removal; it has no content to look after.
    if (path === undefined || item["path_type"] === "directory") continue;
    const type = item["path_type"];
    facts.set(toRaw(path), {
      mode: item["file_mode"] === "binary" ? "binary" : "text",
      isMade: type !== "hardlink" && type !== "softlink",
      sha256: stringOf(item["sha256"])?.toLowerCase(),
      sha256InPrefix: stringOf(item["sha256_in_prefix"])?.toLowerCase(),
      placeholder: stringOf(item["prefix_placeholder"]) || undefined,
    });
  }
  return facts;
}

// conda writes milliseconds; some old packages have seconds. Until the year 5138 the two cannot be mixed up.
function secondsOf(timestamp: number): number {
  return Math.floor(timestamp > 99_999_999_999 ? timestamp / 1000 : timestamp);
}
