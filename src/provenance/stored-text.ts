import {
  type GitLab,
  type PackageId,
  readPackageFile,
  servedCopy,
  type StoredPackage,
} from "../gitlab/index.ts";

/** The text of a file as the registry serves it; `undefined` where it has none of that name. */
export async function readStoredText(
  gitlab: GitLab,
  target: PackageId,
  stored: StoredPackage,
  name: string,
): Promise<string | undefined> {
  const file = servedCopy(stored, name);
  if (file === undefined) return undefined;
  return (await readPackageFile(gitlab, target, file)).toString("utf8");
}
