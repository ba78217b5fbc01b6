import { gitErrors } from "./errors.ts";
import { readObject, writeObject } from "./objects.ts";
import type { Repository } from "./private-repository.ts";
import { type Sha, toSha } from "./sha.ts";

/** A file of a commit, with its mode as git writes it: `100644`, `100755`, `120000` for a link, `160000` for a submodule. */
export interface TreeFile {
  /** From the top of the work tree, with `/`. */
  readonly path: string;
  readonly mode: string;
  readonly id: Sha;
}

/**
 * Every file of a commit or tree, recursively.
 *
 * @throws {StepError} E_GIT_FAILED where the commit is not in the checkout.
 */
export async function listTree({ git, at }: Repository, commit: Sha): Promise<TreeFile[]> {
  const text = await git.text(["ls-tree", "-r", "-z", "--full-tree", commit], at());
  return text
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => {
      const tab = line.indexOf("\t");
      const [mode = "", , id = ""] = line.slice(0, tab).split(" ");
      return { path: line.slice(tab + 1), mode, id: toSha(id) };
    });
}

/** What lies directly in a folder of a commit. */
export interface FolderEntry {
  readonly name: string;
  /** As git writes it: `40000` for a folder, else as in `TreeFile`. */
  readonly mode: string;
  readonly id: Sha;
}

/** The entries of one tree, its folders unread. @throws {StepError} E_OBJECT_MISSING, E_OBJECT_FORGED. */
export async function readFolder(repository: Repository, tree: Sha): Promise<FolderEntry[]> {
  const { bytes } = await readObject(repository, tree);
  return parseTree(bytes, tree.length / 2).map((entry) => ({
    ...entry,
    name: entry.name.toString(),
  }));
}

/** The bytes of a file as they were committed. @throws {StepError} E_OBJECT_MISSING, E_OBJECT_FORGED. */
export async function readBlob(
  repository: Repository,
  { id }: Pick<TreeFile, "id">,
): Promise<Buffer> {
  return (await readObject(repository, id)).bytes;
}

/** Bytes of one file, before and after. */
export interface FileEdit {
  /** From the top of the work tree, with `/`. */
  readonly path: string;
  readonly before: Buffer;
  readonly after: Buffer;
}

/**
 * Writes a tree with other bytes in some of its files. Only the folders on their paths are rewritten, and of those
 * only the ids: modes, order and all other entries stay as they are.
 *
 * @returns the id of the new tree.
 * @throws {StepError} E_BLOB_DIFFERS where a file is not there or does not hold `before`.
 */
export async function editTree(
  repository: Repository,
  tree: Sha,
  edits: readonly FileEdit[],
): Promise<Sha> {
  return rewriteFolder(
    repository,
    tree,
    edits.map((edit) => ({ ...edit, rest: edit.path.split("/") })),
  );
}

interface PendingEdit extends FileEdit {
  /** What is left of the path below the folder in hand. */
  rest: string[];
}

async function rewriteFolder(
  repository: Repository,
  tree: Sha,
  edits: readonly PendingEdit[],
): Promise<Sha> {
  const { bytes } = await readObject(repository, tree);
  const entries = parseTree(bytes, tree.length / 2);
  const byName = Map.groupBy(edits, ({ rest }) => rest[0] ?? "");
  await Promise.all(
    [...byName].map(async ([name, group]) => {
      const entry = entries.find((candidate) => candidate.name.equals(Buffer.from(name)));
      const [first] = group;
      if (entry === undefined || first === undefined)
        throw differs(first?.path ?? name, "not there");
      entry.id = await rewriteEntry(repository, entry, group, first);
    }),
  );
  return writeObject(repository, "tree", serializeTree(entries));
}

async function rewriteEntry(
  repository: Repository,
  { mode, id }: TreeEntry,
  group: readonly PendingEdit[],
  first: PendingEdit,
): Promise<Sha> {
  if (mode === "40000" && group.every(({ rest }) => rest.length > 1))
    return rewriteFolder(
      repository,
      id,
      group.map((edit) => ({ ...edit, rest: edit.rest.slice(1) })),
    );
  if (group.length > 1 || first.rest.length > 1 || !mode.startsWith("100"))
    throw differs(first.path, "no regular file");
  if (!(await readObject(repository, id)).bytes.equals(first.before))
    throw differs(first.path, "other bytes than the plan was made for");
  return writeObject(repository, "blob", first.after);
}

interface TreeEntry {
  mode: string;
  name: Buffer;
  id: Sha;
}

/** `<mode> <name>\0<id bytes>`, again and again (gitformat: tree object). */
function parseTree(bytes: Buffer, idLength: number): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const end = bytes.indexOf(0, space);
    entries.push({
      mode: bytes.toString("latin1", at, space),
      name: bytes.subarray(space + 1, end),
      id: toSha(bytes.toString("hex", end + 1, end + 1 + idLength)),
    });
    at = end + 1 + idLength;
  }
  return entries;
}

function serializeTree(entries: readonly TreeEntry[]): Buffer {
  return Buffer.concat(
    entries.flatMap(({ mode, name, id }) => [
      Buffer.from(`${mode} `, "latin1"),
      name,
      Buffer.from([0]),
      Buffer.from(id, "hex"),
    ]),
  );
}

function differs(path: string, how: string) {
  return gitErrors("E_BLOB_DIFFERS", `${path} is, in the commit, ${how}.`);
}
