import type { PackageId } from "../../src/gitlab/index.ts";

/** Where the files of the package are served. */
export interface LinkPlace {
  /** Address of the API. */
  api: string;
  /** Number and path of the project, as far as they are known: addresses hold either. */
  projects: readonly string[];
  target: PackageId;
}

/**
 * The name of the file of the package that an address leads to.
 *
 * @returns `undefined` where it leads elsewhere.
 */
export function fileBehind(url: string, { api, projects, target }: LinkPlace): string | undefined {
  const base = URL.parse(api);
  const found = URL.parse(url);
  if (base === null || found === null || found.origin !== base.origin) return undefined;
  const prefix = `${base.pathname.replace(/\/$/, "")}/projects/`;
  if (!found.pathname.startsWith(prefix)) return undefined;
  const parts = found.pathname.slice(prefix.length).split("/").map(decoded);
  const [project = "", packages, generic, name, version, file, ...more] = parts;
  const isOurs =
    projects.includes(project) &&
    packages === "packages" &&
    generic === "generic" &&
    name === target.name &&
    version === target.version &&
    more.length === 0;
  return isOurs ? file : undefined;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
