import type { Log } from "../../step/log.ts";
import { editableError, findEditables } from "./editable.ts";
import { checkMissingFiles } from "./missing-files.ts";
import { mapOwners, type Owners } from "./owners.ts";
import { findSitePackages, readDistributions, type PipDistribution } from "./pip-distributions.ts";
import type { RawPath } from "./raw-path.ts";
import { readPackages, type CondaPackage } from "./records.ts";
import { walkEnvironment, type Found } from "./walk.ts";

/** What is in an environment and whose it is. */
export interface Survey {
  prefix: string;
  found: ReadonlyMap<RawPath, Found>;
  packages: readonly CondaPackage[];
  distributions: readonly PipDistribution[];
  owners: Owners;
}

/**
 * Reads the environment and checks that it can be packed at all.
 *
 * @throws E_PREFIX_MISSING, E_PREFIX_NOT_CONDA, E_RECORD_UNREADABLE, E_TWO_PYTHONS, E_PACK_EDITABLE,
 *   E_PACK_FILES_GONE
 */
export function surveyEnvironment(
  prefix: string,
  options: { ignoreMissingFiles?: boolean; ignoreEditable?: boolean },
  log: Log,
): Survey {
  const packages = readPackages(prefix);
  const found = new Map<RawPath, Found>();
  for (const item of walkEnvironment(prefix, log)) found.set(item.path, item);
  const managed = new Set(packages.flatMap(({ files }) => files));
  const distributions = readDistributions(prefix, found.keys(), (path) => managed.has(path));
  const python = packages.find(({ name }) => name === "python");
  const editables = findEditables(
    prefix,
    found.keys(),
    findSitePackages(found.keys(), python),
    distributions,
  );
  if (editables.length > 0) {
    const error = editableError(editables.join(", "));
    if (options.ignoreEditable !== true) throw error;
    log.warn(error.message);
  }
  checkMissingFiles(packages, distributions, (path) => isThere(found, path), {
    ignore: options.ignoreMissingFiles === true,
    log,
  });
  return { prefix, found, packages, distributions, owners: mapOwners(packages, distributions) };
}

// A record may list a folder, or a path below a folder that is a link in the environment.
function isThere(found: ReadonlyMap<RawPath, Found>, path: RawPath): boolean {
  if (found.has(path)) return true;
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1))
    if (found.get(path.slice(0, slash))?.kind === "link") return true;
  return false;
}
