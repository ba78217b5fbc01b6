import { gitFailed } from "./git.ts";
import type { Repository } from "./private-repository.ts";
import { type Sha, toSha } from "./sha.ts";

/** A commit with what its author wrote. */
export interface CommitText {
  readonly id: Sha;
  readonly parents: readonly Sha[];
  readonly authorEmail: string;
  /** When it was committed, in ISO 8601. */
  readonly committedAt: string;
  readonly message: string;
}

/** The commits that lead to `to` and not to `from`, newest first and none before its children, with their messages. */
export async function readCommitTexts(
  { git, at }: Repository,
  to: Sha,
  from?: Sha,
): Promise<readonly CommitText[]> {
  const range = from === undefined ? [to] : [to, "--not", from];
  const format = "--format=%H%n%P%n%ae%n%cI%n%B";
  const text = await git.text(["log", "-z", "--topo-order", "--no-color", format, ...range], at());
  return text
    .split("\0")
    .filter((record) => record !== "")
    .map((record) => {
      const [id = "", parents = "", authorEmail = "", committedAt = "", ...message] =
        record.split("\n");
      return {
        id: toSha(id),
        parents: parents.split(" ").filter(Boolean).map(toSha),
        authorEmail,
        committedAt,
        message: message.join("\n").trimEnd(),
      };
    });
}

/**
 * Those of the commits that change something below one of the folders, against the branch that they were made on; a
 * merge by what it brought into that. Trees are compared and no file is read, so that these need not be there.
 *
 * @param paths from the repository's root, with `*` for one and `**` for any number of folders; none, or the root
 * itself, means all commits.
 */
export async function commitsTouching(
  { git, at }: Repository,
  commits: readonly CommitText[],
  paths: readonly string[],
): Promise<readonly CommitText[]> {
  if (paths.length === 0 || paths.includes("") || paths.includes(".")) return commits;
  const patterns = paths.flatMap((path) => [`:(top,glob)${path}`, `:(top,glob)${path}/**`]);
  const args = ["diff-tree", "--stdin", "--root", "-r", "--no-renames", "--name-only", "-z"];
  const input = commits.map(({ id, parents }) => [id, ...parents.slice(0, 1)].join(" "));
  const all = [...args, "--", ...patterns];
  const result = await git.run(all, at({ input: `${input.join("\n")}\n` }));
  if (result.exitCode !== 0) throw gitFailed(all, result);
  // Of a commit that changes nothing there, not even the id is printed.
  const touching = new Set(result.stdout.toString().split(/[\0\n]/u));
  return commits.filter(({ id }) => touching.has(id));
}
