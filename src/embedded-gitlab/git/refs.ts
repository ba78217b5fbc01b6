import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { GitFailed } from "./run-git.ts";
import { gitIn, gitText, zeroId } from "./repository.ts";
import type { Repository } from "./repository.ts";

export interface Ref {
  /** In full: `refs/heads/main`. */
  readonly name: string;
  /** What the ref holds: a tag object's id for an annotated tag. */
  readonly id: string;
  /** The commit behind it. */
  readonly commit: string;
}

/** All refs below a prefix such as `refs/tags/`, by name. A ref that leads to no commit is left out. */
export async function listRefs(repository: Repository, prefix: string): Promise<Ref[]> {
  const format = "%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)";
  const text = await gitText(repository, ["for-each-ref", `--format=${format}`, prefix]);
  return text.split("\n").flatMap((line) => {
    const [name = "", id = "", type, peeled, peeledType] = line.split("\0");
    if (type === "commit") return [{ name, id, commit: id }];
    if (peeledType === "commit" && peeled !== undefined) return [{ name, id, commit: peeled }];
    return [];
  });
}

/** One ref by its full name. */
export async function findRef(repository: Repository, name: string): Promise<Ref | undefined> {
  if (!isRefName(name)) return undefined;
  const refs = await listRefs(repository, name);
  return refs.find((ref) => ref.name === name);
}

/** The commit a branch, tag, id or expression such as `main~1` names; a branch wins over a tag of its name. */
export async function resolveCommit(
  repository: Repository,
  revision: string,
): Promise<string | undefined> {
  for (const candidate of [`refs/heads/${revision}`, `refs/tags/${revision}`, revision]) {
    const found = await peel(repository, candidate);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a repository has no branch at all. */
export async function isEmptyRepository(repository: Repository): Promise<boolean> {
  const heads = await readdir(join(repository.folder, "refs/heads"), { withFileTypes: true });
  // Most have a branch in a file of its own: then git need not be asked.
  if (heads.some((entry) => entry.isFile() && isShortRefName(entry.name))) return false;
  return (await gitText(repository, ["for-each-ref", "--count=1", "refs/heads/"])) === "";
}

/** Whether git takes this as the full name of a ref (`git check-ref-format`). */
export function isRefName(name: string): boolean {
  const parts = name.split("/");
  return (
    parts.length > 1 &&
    !/[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\.$/.test(name) &&
    parts.every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"))
  );
}

/** Whether this is a good short name of a branch or tag. */
export function isShortRefName(name: string): boolean {
  return (
    name !== "HEAD" && name !== "@" && !name.startsWith("-") && isRefName(`refs/heads/${name}`)
  );
}

/**
 * Sets or deletes a ref, if it still holds what is expected.
 *
 * @returns whether it did.
 */
export async function updateRef(
  repository: Repository,
  name: string,
  next: string,
  expected: string,
): Promise<boolean> {
  const input =
    next === zeroId ? `delete ${name}\0${expected}\0` : `update ${name}\0${next}\0${expected}\0`;
  try {
    await gitIn(repository, ["update-ref", "--stdin", "-z"], { input });
    return true;
  } catch (error) {
    if (error instanceof GitFailed) return false;
    throw error;
  }
}

/** Whether the first commit is the second or among its ancestors. */
export async function isAncestor(
  repository: Repository,
  ancestor: string,
  descendant: string,
  env?: Readonly<Record<string, string>>,
): Promise<boolean> {
  try {
    const more = env === undefined ? {} : { env };
    await gitIn(repository, ["merge-base", "--is-ancestor", ancestor, descendant], more);
    return true;
  } catch (error) {
    if (error instanceof GitFailed && error.exitCode === 1) return false;
    throw error;
  }
}

async function peel(repository: Repository, revision: string): Promise<string | undefined> {
  // Nothing that git reads as an option, a range, a path in a tree or a search in messages.
  if (revision === "" || /^-|\.\.|[:\s\0]|@\{|\^\{/.test(revision)) return undefined;
  try {
    return await gitText(repository, ["rev-parse", "--verify", "--quiet", `${revision}^{commit}`]);
  } catch (error) {
    if (error instanceof GitFailed) return undefined;
    throw error;
  }
}
