import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  listTree,
  readBlob,
  type FileEdit,
  type Repository,
  type Sha,
  type TreeFile,
} from "../../src/git/index.ts";
import { committedForm, isSameContent } from "../../src/version/index.ts";

/** The tracked files of a checkout as they were at one moment. */
export interface Snapshot {
  readonly root: string;
  readonly files: ReadonlyMap<TreeFile, string>;
}

/** Remembers size and times of every tracked file, so that what hooks change can be committed with the release. */
export async function takeSnapshot(
  repository: Repository,
  base: Sha,
  root: string,
): Promise<Snapshot> {
  const tracked = (await listTree(repository, base)).filter(({ mode }) => mode.startsWith("100"));
  const stamps = await Promise.all(
    tracked.map(async (file): Promise<[TreeFile, string]> => [file, await stamp(root, file)]),
  );
  return { root, files: new Map(stamps) };
}

/** What changed since, in terms of the blobs of the base commit: lock files that hooks brought up to date. */
export async function findChanges(
  repository: Repository,
  { root, files }: Snapshot,
): Promise<FileEdit[]> {
  const edits: FileEdit[] = [];
  for (const [file, before] of files) {
    const now = await stamp(root, file);
    if (now === before || now === "") continue;
    const blob = await readBlob(repository, file);
    const bytes = await readFile(join(root, file.path));
    if (!isSameContent(bytes, blob))
      edits.push({ path: file.path, before: blob, after: committedForm(bytes, blob) });
  }
  return edits;
}

async function stamp(root: string, { path }: TreeFile): Promise<string> {
  const status = await lstat(join(root, path), { bigint: true }).catch(() => undefined);
  if (status === undefined || !status.isFile()) return "";
  return `${status.ino} ${status.size} ${status.mtimeNs} ${status.ctimeNs}`;
}
