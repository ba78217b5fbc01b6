import { editsInside, editTree, type Sha } from "../../src/git/index.ts";
import { writeChangelog } from "../../src/version/index.ts";
import type { Goal } from "./goal.ts";
import type { TagContext } from "./inputs.ts";
import { type Place, sourceAt } from "./place.ts";

/**
 * Another pipeline of the same commit, on another day, wrote another date into the changelog, and nothing else.
 *
 * @returns what makes the tree that the release would have had then; `undefined` where no changelog is written.
 */
export function treesOfOtherDays(
  { inputs }: TagContext,
  place: Place,
  { release, tag }: Pick<Goal, "release" | "tag">,
): ((date: Date) => Promise<Sha | undefined>) | undefined {
  const path = inputs.CHANGELOG_FILE;
  if (path === undefined) return undefined;
  const { base, commit, dates, held } = release;
  return async (date) => {
    const before = await sourceAt(place, base).read(path);
    const now = await sourceAt(place, commit).read(path);
    if (before === undefined || now === undefined) return undefined;
    const write = (on: Date) =>
      writeChangelog(before.bytes, { version: held.version, tag, date: on }).bytes;
    // Something else edited it, too: then no other day can be told.
    if (!write(dates.release).equals(now.bytes)) return undefined;
    const edit = { path: now.path, before: now.bytes, after: write(date) };
    return editTree(place.repository, commit.tree, editsInside(place.folder, [edit]));
  };
}
