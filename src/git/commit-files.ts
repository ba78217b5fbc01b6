import { posix, relative } from "node:path";
import { realpath } from "node:fs/promises";
import type { Checkout } from "./checkout.ts";
import { gitErrors } from "./errors.ts";
import type { Repository } from "./private-repository.ts";
import { type Sha, shortSha } from "./sha.ts";
import { type FileEdit, listTree, readBlob, type TreeFile } from "./tree.ts";

/** The files of a commit below one of its folders, with paths relative to it. */
export interface CommitFiles {
  /** For messages: `commit 1a2b3c4d`. */
  readonly title: string;
  readonly files: readonly TreeFile[];
  /** @throws {StepError} E_BLOB_DIFFERS where there is no such file. */
  readBlob(path: string): Promise<Buffer>;
}

/**
 * Lists a commit's files below a folder. Blobs are read when they are asked for, once each.
 *
 * @param folder from the top of the work tree, as `folderInside` gives it.
 */
export async function commitFiles(
  repository: Repository,
  commit: Sha,
  folder: string,
): Promise<CommitFiles> {
  const start = folder === "" ? "" : `${folder}/`;
  const title = `commit ${shortSha(commit)}`;
  const files = (await listTree(repository, commit))
    .filter(({ path }) => path.startsWith(start))
    .map((file) => ({ ...file, path: file.path.slice(start.length) }));
  const byPath = new Map(files.map((file) => [file.path, file]));
  const read = new Map<string, Promise<Buffer>>();
  return {
    title,
    files,
    async readBlob(path) {
      const file = byPath.get(path);
      if (file === undefined)
        throw gitErrors("E_BLOB_DIFFERS", `${path} is, in ${title}, not there.`);
      const bytes = read.get(path) ?? readBlob(repository, file);
      read.set(path, bytes);
      return bytes;
    },
  };
}

/**
 * Where a folder of the working tree is in the repository: `""` for its top, else `packages/demo`.
 *
 * @throws {StepError} E_NO_REPOSITORY where it is not inside.
 */
export async function folderInside({ root }: Checkout, folder: string): Promise<string> {
  const path = relative(root, await realpath(folder));
  if (path === ".." || path.startsWith("../"))
    throw gitErrors("E_NO_REPOSITORY", `${folder} is not inside the work tree ${root}`);
  return path;
}

/** Edits of a folder's files as edits of the repository's. */
export function editsInside(folder: string, edits: readonly FileEdit[]): readonly FileEdit[] {
  return edits.map((edit) => ({ ...edit, path: posix.join(folder, edit.path) }));
}
