import { rm } from "node:fs/promises";
import { join } from "node:path";
import { gitIn, gitText } from "./repository.ts";
import type { Repository } from "./repository.ts";
import { uniqueName } from "./run-git.ts";

export interface Person {
  readonly name: string;
  readonly email: string;
}

/** A file to write or, without a blob, to remove. */
export interface TreeChange {
  readonly path: string;
  readonly blob: string | undefined;
  readonly mode: string;
}

export interface NewCommit {
  /** `undefined` for the first commit. */
  readonly parent: string | undefined;
  readonly changes: readonly TreeChange[];
  readonly message: string;
  readonly author: Person;
  readonly committer: Person;
  readonly date: Date;
}

/** Makes a commit on top of another from changed files; no ref is moved. @throws {GitFailed} for a path git refuses. */
export async function commitChanges(repository: Repository, commit: NewCommit): Promise<string> {
  const index = join(repository.folder, uniqueName("index"));
  const env = { GIT_INDEX_FILE: index };
  try {
    await gitIn(repository, ["read-tree", commit.parent ?? "--empty"], { env });
    const lines = commit.changes.map(({ path, blob, mode }) =>
      blob === undefined ? `0 ${"0".repeat(40)}\t${path}\0` : `${mode} ${blob}\t${path}\0`,
    );
    await gitIn(repository, ["update-index", "-z", "--index-info"], { env, input: lines.join("") });
    const tree = await gitText(repository, ["write-tree"], { env });
    return await commitTree(repository, { ...commit, tree, parents: [commit.parent ?? []].flat() });
  } finally {
    await rm(index, { force: true });
  }
}

/** Makes a commit of a tree. */
export async function commitTree(
  repository: Repository,
  commit: Omit<NewCommit, "parent" | "changes"> & {
    readonly tree: string;
    readonly parents: readonly string[];
  },
): Promise<string> {
  const { author, committer, date } = commit;
  const at = `${Math.floor(date.getTime() / 1000)} +0000`;
  const env = {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: at,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: at,
  };
  const parents = commit.parents.flatMap((id) => ["-p", id]);
  const args = ["commit-tree", ...parents, commit.tree];
  return gitText(repository, args, { env, input: commit.message });
}
