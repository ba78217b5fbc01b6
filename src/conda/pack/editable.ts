import { readFileSync } from "node:fs";
import { posix } from "node:path";

import type { StepError } from "../../step/errors.ts";
import { packErrors } from "./errors.ts";
import type { PipDistribution } from "./pip-distributions.ts";
import { baseName, folderName, onDisk, toText, type RawPath } from "./raw-path.ts";

/**
 * What in the environment points to sources outside of it: editable installs of every kind, and `.pth` lines.
 *
 * @returns names for the message, sorted; empty where all is inside
 */
export function findEditables(
  prefix: string,
  paths: Iterable<RawPath>,
  sitePackages: ReadonlySet<RawPath>,
  distributions: readonly PipDistribution[],
): string[] {
  const names = new Set(distributions.filter((item) => item.isEditable).map((item) => item.name));
  for (const path of paths) {
    const folder = folderName(path);
    if (!sitePackages.has(folder)) continue;
    const name = toText(baseName(path));
    if (name.endsWith(".egg-link")) names.add(name.slice(0, -".egg-link".length));
    else if (name.startsWith("__editable__"))
      names.add(name.replace(/^__editable__[._]/, "").replace(/[-_](?:\d.*|finder\.py)$/, ""));
    else if (name.endsWith(".pth"))
      for (const place of findOutsiders(prefix, path)) names.add(`${name} (${place})`);
  }
  return [...names].toSorted();
}

/** E_PACK_EDITABLE with what is concerned. */
export function editableError(names: string): StepError {
  return packErrors(
    "E_PACK_EDITABLE",
    `Editable packages cannot be packed: ${names}; install them without -e`,
  );
}

/** Lines of a `.pth` file that name a folder outside the environment. Lines that import are code, not folders. */
function findOutsiders(prefix: string, path: RawPath): string[] {
  const home = posix.join(prefix, toText(folderName(path)));
  return readFileSync(onDisk(prefix, path), "utf8")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#") && !/^import[ \t]/.test(line))
    .filter((line) => {
      const place = posix.resolve(home, line);
      return place !== prefix && !place.startsWith(`${prefix}/`);
    });
}
