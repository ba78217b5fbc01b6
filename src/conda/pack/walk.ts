import { lstatSync, readdirSync, readlinkSync } from "node:fs";

import type { Log } from "../../step/log.ts";
import { byBytes, onDisk, toText, type DiskPath, type RawPath } from "./raw-path.ts";

/** What the walk found at one path of the environment. */
export type Found =
  | {
      kind: "file";
      path: RawPath;
      sizeBytes: number;
      mtimeSeconds: number;
      /** Permission bits, setuid and the like included. */
      mode: number;
    }
  | { kind: "link"; path: RawPath; target: RawPath; mtimeSeconds: number }
  /** An empty directory: others come into being with their entries. */
  | { kind: "directory"; path: RawPath; mtimeSeconds: number };

/**
 * Everything in the environment that can be packed, by the bytes of the path.
 *
 * Names are read as bytes. A link to a directory is an entry of its own and is not entered. Sockets, FIFOs and devices
 * are left out with a warning.
 */
export function walkEnvironment(prefix: string, log: Log): Found[] {
  const found: Found[] = [];
  walkFolder(prefix, "", found, log);
  // Nearly in order already, which makes it quick: an empty folder's path is without a slash.
  return found.toSorted((left, right) => byBytes(left.path, right.path));
}

/** @returns whether the folder is empty */
function walkFolder(prefix: string, folder: RawPath, found: Found[], log: Log): boolean {
  const inside = folder === "" ? "" : `${folder}/`;
  const names = readdirSync(onDisk(prefix, folder), "latin1");
  const items = names
    .filter((name) => folder !== "" || !isIgnored(name))
    .map((name) => {
      const path = inside + name;
      const facts = lstatSync(onDisk(prefix, path));
      return { path, facts, sorted: facts.isDirectory() ? `${name}/` : name };
    })
    .toSorted((left, right) => byBytes(left.sorted, right.sorted));
  for (const { path, facts } of items) {
    const mtimeSeconds = Math.floor(facts.mtimeMs / 1000);
    if (facts.isDirectory()) {
      const isEmpty = walkFolder(prefix, path, found, log);
      if (isEmpty) found.push({ kind: "directory", path, mtimeSeconds });
    } else if (facts.isFile())
      found.push({
        kind: "file",
        path,
        sizeBytes: facts.size,
        mtimeSeconds,
        mode: facts.mode & 0o7777,
      });
    else if (facts.isSymbolicLink())
      found.push({ kind: "link", path, target: readTarget(onDisk(prefix, path)), mtimeSeconds });
    else log.warn(`${toText(path)} is neither file, link nor folder; it is not packed`);
  }
  return names.length === 0;
}

function readTarget(place: DiskPath): RawPath {
  return readlinkSync(place, { encoding: "buffer" }).toString("latin1");
}

// What conda keeps at the top level of a base environment, and what editors and macOS leave there.
const ignoredNames = new Set([
  "pkgs",
  "envs",
  "conda-bld",
  ".conda_lock",
  "users",
  "conda-recipes",
  ".index",
  ".unionfs",
  ".nonadmin",
]);

function isIgnored(name: string): boolean {
  return ignoredNames.has(name) || name.endsWith("~") || name.endsWith(".DS_STORE");
}
