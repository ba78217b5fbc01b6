import { lstatSync, readdirSync, readlinkSync } from "node:fs";

import type { Log } from "../../step/log.ts";
import { byBytes, onDisk, toText, type RawPath } from "./raw-path.ts";

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
  const folders: RawPath[] = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const inside = folder === "" ? "" : `${folder}/`;
    let isEmpty = true;
    for (const item of readdirSync(onDisk(prefix, folder), {
      withFileTypes: true,
      encoding: "latin1",
    })) {
      isEmpty = false;
      const { name } = item;
      if (folder === "" && isIgnored(name)) continue;
      const path = inside + name;
      if (item.isDirectory()) folders.push(path);
      else if (item.isFile()) found.push(readFileFacts(prefix, path));
      else if (item.isSymbolicLink()) found.push(readLinkFacts(prefix, path));
      else log.warn(`${toText(path)} is neither file, link nor folder; it is not packed`);
    }
    if (isEmpty && folder !== "") {
      const { mtimeMs } = lstatSync(onDisk(prefix, folder));
      found.push({ kind: "directory", path: folder, mtimeSeconds: Math.floor(mtimeMs / 1000) });
    }
  }
  return found.toSorted((left, right) => byBytes(left.path, right.path));
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

function readFileFacts(prefix: string, path: RawPath): Found {
  const { size, mtimeMs, mode } = lstatSync(onDisk(prefix, path));
  return {
    kind: "file",
    path,
    sizeBytes: size,
    mtimeSeconds: Math.floor(mtimeMs / 1000),
    mode: mode & 0o7777,
  };
}

function readLinkFacts(prefix: string, path: RawPath): Found {
  const place = onDisk(prefix, path);
  const target = readlinkSync(place, { encoding: "buffer" }).toString("latin1");
  return {
    kind: "link",
    path,
    target,
    mtimeSeconds: Math.floor(lstatSync(place).mtimeMs / 1000),
  };
}
