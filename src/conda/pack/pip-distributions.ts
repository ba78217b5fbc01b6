import { readFileSync } from "node:fs";

import { codeOf, isObject, stringOf } from "./guards.ts";
import { parseRecordRows, placeIn, type RecordRow } from "./record-rows.ts";
import { baseName, folderName, onDisk, toRaw, toText, type RawPath } from "./raw-path.ts";

/** A Python distribution that pip (or another installer), not conda, put into the environment. */
export interface PipDistribution {
  /** Normalised (PEP 503), so that two spellings are one. */
  name: string;
  version: string;
  /** `lib/python3.12/site-packages/x-1.0.dist-info` */
  infoFolder: RawPath;
  /** Rows of RECORD, with paths relative to the environment where they are inside it. */
  rows: readonly RecordRow[];
  /** Installed from a folder, so this is (a part of) the project that is released. */
  isLocal: boolean;
  isEditable: boolean;
}

/**
 * Finds the distributions whose `dist-info` no conda package owns.
 *
 * @param paths everything in the environment
 * @param isManaged whether a conda package lists the path
 */
export function readDistributions(
  prefix: string,
  paths: Iterable<RawPath>,
  isManaged: (path: RawPath) => boolean,
): PipDistribution[] {
  const distributions: PipDistribution[] = [];
  for (const path of paths) {
    if (!isMetadata(path) || isManaged(path)) continue;
    distributions.push(readDistribution(prefix, folderName(path)));
  }
  return distributions;
}

/** PEP 503: lower case, runs of `-`, `_` and `.` are one `-`. */
export function normaliseName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, "-");
}

/** Name and version as the folder says: `x_y-1.0.dist-info`. */
export function parseInfoFolder(folder: RawPath): { name: string; version: string } {
  const stem = toText(baseName(folder)).replace(/\.dist-info$/, "");
  const dash = stem.lastIndexOf("-");
  if (dash === -1) return { name: normaliseName(stem), version: "" };
  return { name: normaliseName(stem.slice(0, dash)), version: stem.slice(dash + 1) };
}

const metadata = /\/(?:site|dist)-packages\/[^/]+\.dist-info\/METADATA$/;

function isMetadata(path: RawPath): boolean {
  return path.endsWith("/METADATA") && metadata.test(`/${path}`);
}

function readDistribution(prefix: string, infoFolder: RawPath): PipDistribution {
  const read = (name: string): Buffer | undefined => {
    try {
      return readFileSync(onDisk(prefix, `${infoFolder}/${name}`));
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    }
  };
  const header = (read("METADATA")?.toString("utf8") ?? "").split(/\r?\n\r?\n/, 1)[0] ?? "";
  const said = (field: string) => new RegExp(`^${field}:[ \\t]*(.+?)\\s*$`, "im").exec(header)?.[1];
  const folder = parseInfoFolder(infoFolder);
  const origin = parseOrigin(read("direct_url.json"));
  return {
    name: normaliseName(said("Name") ?? folder.name),
    version: said("Version") ?? folder.version,
    infoFolder,
    rows: parseRecordRows(read("RECORD")?.toString("latin1") ?? "", (path) =>
      placeIn(folderName(infoFolder), path),
    ),
    ...origin,
  };
}

/** PEP 610: where a distribution was installed from. */
function parseOrigin(bytes: Buffer | undefined): { isLocal: boolean; isEditable: boolean } {
  const nowhere = { isLocal: false, isEditable: false };
  if (bytes === undefined) return nowhere;
  try {
    const origin: unknown = JSON.parse(bytes.toString("utf8"));
    if (!isObject(origin) || !isObject(origin["dir_info"])) return nowhere;
    return {
      isLocal: stringOf(origin["url"])?.startsWith("file:") ?? false,
      isEditable: origin["dir_info"]["editable"] === true,
    };
  } catch {
    return nowhere;
  }
}

/** The places where Python looks for modules in this environment, as far as the walk saw them. */
export function findSitePackages(
  paths: Iterable<RawPath>,
  python: { version: string; sitePackages?: string } | undefined,
): Set<RawPath> {
  const folders = new Set<RawPath>();
  if (python?.sitePackages !== undefined) folders.add(toRaw(python.sitePackages));
  // As integers: "3.10" cut after three characters would be 3.1 (conda-pack #244).
  const [major, minor] = (python?.version ?? "")
    .split(".")
    .map((part) => Number.parseInt(part, 10));
  if (major !== undefined && minor !== undefined)
    folders.add(`lib/python${major}.${minor}/site-packages`);
  for (const path of paths) {
    const match = /^lib\/python\d+\.\d+t?\/site-packages(?=\/)/.exec(path);
    if (match) folders.add(match[0]);
  }
  return folders;
}
