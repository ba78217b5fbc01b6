import { type PackageAddress, readPackageAddress } from "../propose/package-address.ts";

/**
 * Reads the address of a package file of one GitLab, which may live below a path.
 *
 * @param server address of the GitLab, without a slash at its end.
 * @returns `undefined` for addresses of other servers, and for everything else.
 */
export function packageFileAt(url: URL, server: string): PackageAddress | undefined {
  const address = readPackageAddress(url.href);
  if (address === undefined || url.origin !== new URL(server).origin) return undefined;
  if (address.file !== undefined) return address.server === server ? address : undefined;
  // The page's address does not tell the path of the GitLab from that of the project.
  const base = new URL(server).pathname.replace(/^\//, "");
  if (base === "") return address;
  return address.project.startsWith(`${base}/`)
    ? { ...address, server, project: address.project.slice(base.length + 1) }
    : undefined;
}
