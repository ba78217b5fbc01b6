import { type Change, readChanges } from "../../src/commits/index.ts";
import {
  commitsTouching,
  type CommitText,
  readCommitTexts,
  type Repository,
  type Sha,
} from "../../src/git/index.ts";

export interface ChangeRange {
  to: Sha;
  /** The release before; `undefined` for the whole history. */
  from: Sha | undefined;
  /** Folders from the repository's root that the project consists of; none for all. */
  paths: readonly string[];
}

export interface ChangesBetween {
  /** The newest first. */
  changes: readonly Change[];
  /** The commits that count, without Slipway's own. */
  commits: readonly CommitText[];
}

/** What the commits since a release bring to a project. */
export async function changesBetween(
  repository: Repository,
  { to, from, paths }: ChangeRange,
): Promise<ChangesBetween> {
  const all = await readCommitTexts(repository, to, from);
  const touching = await commitsTouching(repository, all, paths);
  const commits = touching.filter((commit) => !isOurs(commit));
  const counting = new Set<string>(commits.map(({ id }) => id));
  return { changes: readChanges(all, ({ id }) => counting.has(id)), commits };
}

/** The release and post-release commits, by their author or by the texts that they have by default. */
function isOurs({ authorEmail, message }: CommitText): boolean {
  return (
    authorEmail.startsWith("slipway@noreply.") ||
    /^Release version \S+$/u.test(message) ||
    /^Bump version: \S+ → \S+$/u.test(message)
  );
}
