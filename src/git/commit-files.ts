import { posix, relative } from "node:path";
import { realpath } from "node:fs/promises";
import type { Checkout } from "./checkout.ts";
import { readCommit } from "./commit.ts";
import { gitErrors } from "./errors.ts";
import type { Repository } from "./private-repository.ts";
import { type Sha, shortSha } from "./sha.ts";
import { type FileEdit, type FolderEntry, readBlob, readFolder } from "./tree.ts";

/** The files of a commit below one of its folders, with paths relative to it. */
export interface CommitFiles {
  /** For messages: `commit 1a2b3c4d`. */
  readonly title: string;
  /** What lies directly in a folder (`""` for the top), by name; `undefined` where there is no such folder. */
  entries(folder: string): Promise<ReadonlyMap<string, FolderEntry> | undefined>;
  /** @throws {StepError} E_BLOB_DIFFERS where there is no such file. */
  readBlob(path: string): Promise<Buffer>;
}

/**
 * A commit's files below a folder. Folders and blobs are read when they are asked for, once each: a version lives in a
 * few files of many.
 *
 * @param folder from the top of the work tree, as `folderInside` gives it.
 */
export function commitFiles(repository: Repository, commit: Sha, folder: string): CommitFiles {
  const title = `commit ${shortSha(commit)}`;
  const entriesAt = once(async (path): Promise<ReadonlyMap<string, FolderEntry> | undefined> => {
    const tree = path === "" ? await treeOf(repository, commit) : await folderAt(path);
    if (tree === undefined) return undefined;
    const entries = await readFolder(repository, tree);
    return new Map(entries.map((entry) => [entry.name, entry]));
  });
  const entryAt = async (path: string): Promise<FolderEntry | undefined> =>
    (await entriesAt(parentOf(path)))?.get(posix.basename(path));
  const folderAt = async (path: string): Promise<Sha | undefined> => {
    const entry = await entryAt(path);
    return entry?.mode === "40000" ? entry.id : undefined;
  };
  const read = once(async (path) => {
    const entry = await entryAt(path);
    if (entry === undefined || !/^1[02]0/.test(entry.mode))
      throw gitErrors("E_BLOB_DIFFERS", `${path} is, in ${title}, not there.`);
    return readBlob(repository, entry);
  });
  return {
    title,
    entries: (path) => entriesAt(posix.join(folder, path).replace(/^\.$|\/$/, "")),
    readBlob: (path) => read(posix.join(folder, path)),
  };
}

async function treeOf(repository: Repository, commit: Sha): Promise<Sha> {
  return (await readCommit(repository, commit)).tree;
}

function parentOf(path: string): string {
  const parent = posix.dirname(path);
  return parent === "." ? "" : parent;
}

/** Reads each path once, however often it is asked for. */
function once<Result>(read: (path: string) => Promise<Result>): (path: string) => Promise<Result> {
  const known = new Map<string, Promise<Result>>();
  return (path) => {
    const result = known.get(path) ?? read(path);
    known.set(path, result);
    return result;
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
