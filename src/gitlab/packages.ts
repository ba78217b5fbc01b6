import { StepError } from "../step/errors.ts";
import { part } from "./call.ts";
import type { GitLab } from "./client.ts";
import { gitlabError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { write } from "./outcome.ts";
import { listAll, listPage } from "./pages.ts";
import { projectPath } from "./project.ts";

/** A generic package: a name and a version, under which files are kept. */
export interface PackageId {
  name: string;
  version: string;
}

/** One stored file. Several may have the same name; the newest is served. */
export interface PackageFile {
  id: number;
  name: string;
  /** Bytes. */
  size: number;
  /** Hexadecimal; `undefined` where GitLab has none. */
  sha256: string | undefined;
}

/** What the registry holds of a package. */
export interface StoredPackage {
  /** `undefined` where there is no such package. */
  id: number | undefined;
  /** Address of its page; `undefined` where there is none. */
  webUrl: string | undefined;
  /** Oldest first. */
  files: readonly PackageFile[];
}

/** Reads a package and all its files. @throws {StepError} E_PACKAGE_REGISTRY where the registry is off or closed. */
export async function readPackage(gitlab: GitLab, wanted: PackageId): Promise<StoredPackage> {
  // A hidden package is listed only where it is asked for by its status.
  const found =
    (await findPackage(gitlab, wanted, {})) ??
    (await findPackage(gitlab, wanted, { status: "hidden" }));
  if (found === undefined) return { id: undefined, webUrl: undefined, files: [] };
  const id = found.integer("id");
  const path = found.object("_links")?.optionalText("web_path");
  return {
    id,
    webUrl: path === undefined ? undefined : new URL(path, gitlab.api).href,
    files: await listFiles(gitlab, id, wanted),
  };
}

/** The copy of a file that a download gets: the newest. */
export function servedCopy({ files }: StoredPackage, name: string): PackageFile | undefined {
  return copiesOf({ files }, name).at(-1);
}

/** All copies of a file, oldest first. */
export function copiesOf(
  { files }: Pick<StoredPackage, "files">,
  name: string,
): readonly PackageFile[] {
  return files.filter((file) => file.name === name);
}

/** Path of a file of a generic package, below the API's address. */
export function filePath(
  gitlab: Pick<GitLab, "project">,
  { name, version }: PackageId,
  file: string,
): string {
  return `${projectPath(gitlab)}/packages/generic/${part(name)}/${part(version)}/${part(file)}`;
}

/** Address that serves the newest copy of a file; it is stable. */
export function fileUrl(gitlab: GitLab, wanted: PackageId, file: string): string {
  return gitlab.api + filePath(gitlab, wanted, file);
}

/** Removes one stored file. @throws {StepError} E_FORBIDDEN or E_NOT_FOUND below Maintainer. */
export async function deletePackageFile(
  gitlab: GitLab,
  wanted: PackageId,
  packageId: number,
  file: PackageFile,
): Promise<void> {
  await write(gitlab, {
    call: {
      method: "DELETE",
      path: `${projectPath(gitlab)}/packages/${packageId}/package_files/${file.id}`,
      purpose: `remove an older copy of ${file.name}`,
      needs: "the role Maintainer and the scope api",
    },
    isThere: async () =>
      (await listFiles(gitlab, packageId, wanted)).every(({ id }) => id !== file.id),
  });
}

/** All versions of a package, newest first by the time they were made. */
export async function listPackageVersions(
  gitlab: GitLab,
  name: string,
): Promise<readonly string[]> {
  const call = {
    path: `${projectPath(gitlab)}/packages`,
    query: { package_type: "generic", package_name: name, order_by: "created_at", sort: "desc" },
    purpose: `list the versions of the package ${name}`,
    needs: "the role Reporter and the scope read_api",
  };
  const found = await explained(gitlab, () => listAll(gitlab, call, "a package"));
  return found
    .filter((fields) => fields.text("name") === name)
    .flatMap((fields) => fields.optionalText("version") ?? []);
}

/** The newest generic packages of the project, newest first; a page of them, for a person to choose from. */
export async function listNewestPackages(gitlab: GitLab): Promise<readonly PackageId[]> {
  const call = {
    path: `${projectPath(gitlab)}/packages`,
    query: { package_type: "generic", order_by: "created_at", sort: "desc" },
    purpose: "list the packages",
    needs: "the role Reporter and the scope read_api",
  };
  const found = await explained(gitlab, () => listPage(gitlab, call, "a package"));
  return found.map((fields) => ({
    name: fields.text("name"),
    version: fields.optionalText("version") ?? "",
  }));
}

async function findPackage(
  gitlab: GitLab,
  { name, version }: PackageId,
  query: Readonly<Record<string, string>>,
): Promise<Fields | undefined> {
  const call = {
    path: `${projectPath(gitlab)}/packages`,
    // The name is matched loosely by GitLab, the version exactly.
    query: { package_type: "generic", package_name: name, package_version: version, ...query },
    purpose: `look for the package ${name} ${version}`,
    needs: "the role Reporter and the scope read_api",
  };
  const found = await explained(gitlab, () => listAll(gitlab, call, "a package"));
  return found.find(
    (fields) =>
      fields.text("name") === name &&
      fields.optionalText("version") === version &&
      fields.optionalText("status") !== "pending_destruction",
  );
}

/** The files of a package, oldest first. */
export async function listFiles(
  gitlab: GitLab,
  id: number,
  { name, version }: PackageId,
): Promise<readonly PackageFile[]> {
  const call = {
    path: `${projectPath(gitlab)}/packages/${id}/package_files`,
    query: { order_by: "id", sort: "asc" },
    purpose: `list the files of ${name} ${version}`,
    needs: "the role Reporter and the scope read_api",
  };
  const files = await listAll(gitlab, call, "a package file");
  return files
    .map((fields) => ({
      id: fields.integer("id"),
      name: fields.text("file_name"),
      size: fields.integer("size"),
      sha256: fields.optionalText("file_sha256")?.toLowerCase(),
    }))
    .toSorted((left, right) => left.id - right.id);
}

async function explained<Result>(gitlab: GitLab, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StepError) || !["E_FORBIDDEN", "E_NOT_FOUND"].includes(error.code))
      throw error;
    throw registryClosed(gitlab, error);
  }
}

/**
 * GitLab answers alike where the registry is off, where the project is another than meant, and where the token may not
 * see it (H12).
 */
export function registryClosed({ project, token }: GitLab, refused: StepError): StepError {
  const isHidden = refused.code === "E_NOT_FOUND";
  const hints = [
    isHidden
      ? `Check that ${project} is the right project (GITLAB_PROJECT; in a job it is the job's own).`
      : undefined,
    refused.hint,
    isHidden && token.kind === "private"
      ? "A project access token is a member of its own project alone."
      : undefined,
    "Or the package registry is off: switch it on (Settings, General, Visibility).",
  ];
  return gitlabError("E_PACKAGE_REGISTRY", refused.message, {
    hint: hints.filter((hint) => hint !== undefined).join(" "),
    cause: refused,
  });
}
