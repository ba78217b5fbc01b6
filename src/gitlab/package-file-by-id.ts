import type { GitLab } from "./client.ts";
import { listPages } from "./pages.ts";
import { listFiles, type PackageFile, type PackageId } from "./packages.ts";
import { projectPath } from "./project.ts";

/** A file of a generic package that is known by its number alone. */
export interface NumberedFile extends PackageFile {
  package: PackageId;
  /** Address of exactly this file, also where a newer one has its name. */
  url: string;
}

/**
 * Looks for a file by the number that GitLab's web page shows; the API finds files by their package alone, so that
 * packages are asked one after the other, the likely ones and the newest first.
 *
 * @param likely whether the file is probably in this package.
 */
export async function findFileById(
  gitlab: GitLab,
  fileId: number,
  likely: (candidate: PackageId) => boolean,
): Promise<NumberedFile | undefined> {
  const call = {
    path: `${projectPath(gitlab)}/packages`,
    query: { package_type: "generic", order_by: "created_at", sort: "desc" },
    purpose: `look for the package file ${fileId} of ${gitlab.project}`,
    needs: "the role Reporter and the scope read_api",
  };
  const others: { id: number; package: PackageId }[] = [];
  const search = async (id: number, candidate: PackageId): Promise<NumberedFile | undefined> => {
    const file = (await listFiles(gitlab, id, candidate)).find((one) => one.id === fileId);
    if (file === undefined) return undefined;
    const path = `${projectPath(gitlab)}/packages/${id}/package_files/${fileId}/download`;
    return { ...file, package: candidate, url: gitlab.api + path };
  };
  for await (const fields of listPages(gitlab, call, "a package")) {
    const one = {
      id: fields.integer("id"),
      package: { name: fields.text("name"), version: fields.optionalText("version") ?? "" },
    };
    const found = likely(one.package) ? await search(one.id, one.package) : undefined;
    if (found !== undefined) return found;
    if (!likely(one.package)) others.push(one);
  }
  for (const { id, package: candidate } of others) {
    const found = await search(id, candidate);
    if (found !== undefined) return found;
  }
  return undefined;
}
