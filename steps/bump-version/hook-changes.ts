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
import { committedForm, isSameContent, restoreFiles } from "../../src/version/index.ts";

/** What hooks do to the tracked files of a checkout. */
export interface HookWatch {
  /** Remembers how the files are now. */
  begin(): Promise<void>;
  /** What changed since, in terms of the blobs of the base commit: lock files that hooks brought up to date. */
  changes(): Promise<FileEdit[]>;
  /** Puts back what changed since. @returns the files that stay changed. */
  restore(): Promise<readonly string[]>;
}

/** What is kept in memory to be put back: lock files are far smaller, data files are nothing that hooks bring up to date. */
const largestKept = 8_000_000;
const mostKept = 64_000_000;

interface Seen {
  readonly stamp: string;
  /** `undefined` where it is too large to be kept. */
  readonly bytes: Buffer | undefined;
}

export function watchHooks(repository: Repository, base: Sha, root: string): HookWatch {
  const files = new Map<TreeFile, Seen>();
  const changed = async (): Promise<TreeFile[]> => {
    const found: TreeFile[] = [];
    for (const [file, { stamp }] of files)
      if ((await look(root, file)).stamp !== stamp) found.push(file);
    return found;
  };
  return {
    async begin() {
      files.clear();
      let kept = 0;
      for (const file of await listTree(repository, base)) {
        if (!file.mode.startsWith("100")) continue;
        const { stamp, size } = await look(root, file);
        const isKept = stamp !== "" && size <= largestKept && kept + size <= mostKept;
        if (isKept) kept += size;
        files.set(file, {
          stamp,
          bytes: isKept ? await readFile(join(root, file.path)) : undefined,
        });
      }
    },
    async changes() {
      const edits: FileEdit[] = [];
      for (const file of await changed()) {
        if ((await look(root, file)).stamp === "") continue;
        const blob = await readBlob(repository, file);
        const bytes = await readFile(join(root, file.path));
        if (!isSameContent(bytes, blob))
          edits.push({ path: file.path, before: blob, after: committedForm(bytes, blob) });
      }
      return edits;
    },
    async restore() {
      const left: string[] = [];
      for (const file of await changed()) {
        const before = files.get(file)?.bytes;
        const isThere = (await look(root, file)).stamp !== "";
        if (before === undefined || !isThere) left.push(file.path);
        else await restoreFiles(root, [{ path: file.path, before, after: before }]);
      }
      return left;
    },
  };
}

/** What a change of a file shows in; `""` where there is no regular file. */
async function look(root: string, { path }: TreeFile): Promise<{ stamp: string; size: number }> {
  const status = await lstat(join(root, path), { bigint: true }).catch(() => undefined);
  if (status === undefined || !status.isFile()) return { stamp: "", size: 0 };
  const { ino, size, mtimeNs, ctimeNs } = status;
  return { stamp: `${ino} ${size} ${mtimeNs} ${ctimeNs}`, size: Number(size) };
}
