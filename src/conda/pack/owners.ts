import type { PipDistribution } from "./pip-distributions.ts";
import { folderName, type RawPath } from "./raw-path.ts";
import { sourceOf } from "./pyc.ts";
import type { CondaPackage, PathFacts } from "./records.ts";

/** Whose file it is. Nobody's: no package, no distribution. */
export interface Owner {
  /** More than one where packages clobber each other; the environment has the bytes of one of them. */
  packages: readonly CondaPackage[];
  pip?: PipDistribution;
}

export interface Owners {
  of(path: RawPath): Owner;
}

const nobody: Owner = { packages: [] };

/** Maps every path to its owners. */
export function mapOwners(
  packages: readonly CondaPackage[],
  distributions: readonly PipDistribution[],
): Owners {
  const conda = new Map<RawPath, Owner>();
  for (const item of packages) {
    const alone: Owner = { packages: [item] };
    for (const path of item.files) {
      const others = conda.get(path)?.packages;
      conda.set(path, others === undefined ? alone : { packages: [...others, item] });
    }
  }
  const pip = new Map<RawPath, PipDistribution>();
  const infoFolders = new Map(distributions.map((item) => [item.infoFolder, item]));
  for (const item of distributions) for (const { path } of item.rows) pip.set(path, item);

  const listed = (path: RawPath): Owner => {
    const inPip = pip.get(path) ?? infoFolders.get(folderName(path));
    const inConda = conda.get(path) ?? nobody;
    return inPip === undefined ? inConda : { ...inConda, pip: inPip };
  };
  return {
    of(path) {
      const owner = listed(path);
      if (owner !== nobody) return owner;
      // A module that was compiled later belongs to whom its source belongs to.
      const source = sourceOf(path);
      const sourceOwner = source === undefined ? nobody : listed(source);
      return sourceOwner.pip === undefined ? nobody : { packages: [], pip: sourceOwner.pip };
    },
  };
}

/** What the packages say of a file of theirs; nothing where pip wrote over it. */
export function factsOf({ packages, pip }: Owner, path: RawPath): readonly PathFacts[] {
  if (pip !== undefined) return [];
  // One package owns nearly every file: for tens of thousands the shorter way counts.
  const [first, ...others] = packages;
  const facts = first?.facts.get(path);
  const known = facts === undefined ? [] : [facts];
  return others.length === 0
    ? known
    : [...known, ...others.flatMap((item) => item.facts.get(path) ?? [])];
}

/** Two files of one group are compressed together; the bytes of a group depend on that group alone. */
export function groupOf({ packages, pip }: Owner): { rank: number; name: string } {
  const [first] = packages;
  if (first !== undefined) return { rank: 0, name: first.name };
  return pip === undefined ? { rank: 2, name: "" } : { rank: 1, name: pip.name };
}
