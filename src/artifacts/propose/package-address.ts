/** Which file of a package of a GitLab an address names. */
export interface PackageAddress {
  /** `https://gitlab.example.org`, with a path where GitLab lives below one. */
  server: string;
  /** Number or full path of the project. */
  project: string;
  /** Name, version and file; `undefined` in addresses that hold only the file's number. */
  file: { package: string; version: string; name: string } | undefined;
  /** The number of the file in GitLab's own pages; `undefined` in the others. */
  fileId: number | undefined;
}

/**
 * Reads an address of the generic package registry in both of its forms: `/api/v4/projects/7/packages/generic/…`, which
 * is stable and says what it is, and `/group/project/-/package_files/4711/download`, which people copy from the page.
 *
 * @returns `undefined` for any other address.
 */
export function readPackageAddress(address: string): PackageAddress | undefined {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  const generic =
    /^(.*)\/api\/v4\/projects\/([^/]+)\/packages\/generic\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(
      url.pathname,
    );
  if (generic !== null) {
    const [, base = "", project = "", ...rest] = generic;
    const [name = "", version = "", file = ""] = rest.map(decoded);
    return {
      server: url.origin + base,
      project: decoded(project),
      file: { package: name, version, name: file },
      fileId: undefined,
    };
  }
  const page = /^\/(.+)\/-\/package_files\/(\d+)\/download$/.exec(url.pathname);
  if (page === null) return undefined;
  const [, project = "", id = ""] = page;
  return {
    server: url.origin,
    project: decoded(project),
    file: undefined,
    fileId: Number(id),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
