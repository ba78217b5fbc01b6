/** What an address on a GitLab server names. */
export type GitLabAddress =
  | { kind: "generic"; project: string; package: string; version: string; file: string }
  | { kind: "file id"; project: string; fileId: number };

/**
 * Reads the two addresses that GitLab has for a file of a generic package: the API's, with names, and the web page's,
 * with the file's number.
 *
 * @param server address of the GitLab, perhaps with a path.
 * @returns `undefined` for every other address.
 */
export function parseGitLabAddress(url: URL, server: string): GitLabAddress | undefined {
  const base = new URL(server);
  const root = base.pathname.replace(/\/+$/, "");
  if (url.origin !== base.origin || !url.pathname.startsWith(`${root}/`)) return undefined;
  const path = url.pathname.slice(root.length);
  const generic =
    /^\/api\/v4\/projects\/([^/]+)\/packages\/generic\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(path);
  if (generic !== null) {
    const [, project = "", name = "", version = "", file = ""] = generic.map(decoded);
    return { kind: "generic", project, package: name, version, file };
  }
  const web = /^\/(.+?)\/-\/package_files\/(\d+)\/download$/.exec(path);
  if (web === null) return undefined;
  return { kind: "file id", project: decoded(web[1] ?? ""), fileId: Number(web[2]) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
