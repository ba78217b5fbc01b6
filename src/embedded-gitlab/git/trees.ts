import { gitIn, gitText } from "./repository.ts";
import type { Repository } from "./repository.ts";
import { GitFailed } from "./run-git.ts";

export interface TreeEntry {
  readonly mode: string;
  readonly type: "blob" | "tree" | "commit";
  readonly id: string;
  /** From the root of the tree. */
  readonly path: string;
}

/** What a folder of a commit holds, or all that is below it. `undefined` where there is no such folder. */
export async function listTree(
  repository: Repository,
  commit: string,
  path: string,
  recursive: boolean,
): Promise<TreeEntry[] | undefined> {
  const options = recursive ? ["-r", "-t"] : [];
  const folder = path.replace(/^\/+|\/+$/g, "");
  const tree = folder === "" ? commit : `${commit}:${folder}`;
  try {
    const text = await gitText(repository, ["ls-tree", "-z", "--full-tree", ...options, tree]);
    const entries = text.split("\0").flatMap((line) => parseEntry(line, folder) ?? []);
    return entries.toSorted(compareEntries);
  } catch (error) {
    if (error instanceof GitFailed) return undefined;
    throw error;
  }
}

/** One file of a commit. */
export async function findFile(
  repository: Repository,
  commit: string,
  path: string,
): Promise<TreeEntry | undefined> {
  const args = ["ls-tree", "-z", "--full-tree", commit, "--", path];
  const text = (await gitIn(repository, args, { env: { GIT_LITERAL_PATHSPECS: "1" } })).toString();
  const entry = parseEntry(text.split("\0")[0] ?? "", "");
  return entry?.type === "blob" && entry.path === path ? entry : undefined;
}

function parseEntry(line: string, folder: string): TreeEntry | undefined {
  const [, mode, type, id, path] = /^(\d+) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
  if (mode === undefined || id === undefined || path === undefined) return undefined;
  if (type !== "blob" && type !== "tree" && type !== "commit") return undefined;
  return { mode, type, id, path: folder === "" ? path : `${folder}/${path}` };
}

// Folders first, as GitLab lists them.
function compareEntries(a: TreeEntry, b: TreeEntry): number {
  const rank = (entry: TreeEntry): number => (entry.type === "tree" ? 0 : 1);
  return rank(a) - rank(b) || (a.path < b.path ? -1 : Number(a.path > b.path));
}
