import { existsSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { Repository } from "./cobertura/source-names.ts";
import { mapPath, type Places } from "./coverage.ts";

export interface PathSettings {
  cwd: string;
  repository: Repository | undefined;
  stripPrefix: string;
  pathPrefix: string;
}

/** How names in reports become files of the repository: known to git, else found on disk. */
export function placesFor({ cwd, repository, stripPrefix, pathPrefix }: PathSettings): Places {
  const known = new Map<string, boolean>();
  const exists = (path: string): boolean => {
    if (path === "" || isAbsolute(path)) return false;
    if (repository?.tree.has(path) === true) return true;
    const before = known.get(path);
    if (before !== undefined) return before;
    const found = isBelow(cwd, resolve(cwd, path)) && existsSync(resolve(cwd, path));
    known.set(path, found);
    return found;
  };
  const builds = repository === undefined ? [] : [`/builds/${repository.project}`];
  return { exists, roots: [cwd, ...builds], stripPrefix, pathPrefix };
}

/** What other tools bring along is not where a test failed. */
const foreign = /(?:^|\/)(?:node_modules|site-packages|dist-packages)\//;

/** The path of a file of the repository that a path of a report means; `undefined` for others. */
export function repositoryPath(path: string, places: Places): string | undefined {
  const mapped = mapPath(path, places);
  if (foreign.test(mapped)) return undefined;
  const candidates = isAbsolute(mapped)
    ? places.roots.flatMap((root) => below(root, mapped))
    : [mapped.replace(/^(?:\.\/)+/, "")];
  return candidates.find((candidate) => places.exists(candidate));
}

function below(root: string, path: string): string[] {
  return isBelow(root, path) ? [relative(root, path).split(sep).join("/")] : [];
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && !way.startsWith("..") && !isAbsolute(way);
}
