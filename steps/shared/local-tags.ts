import type { Checkout, Repository, Sha } from "../../src/git/index.ts";

/**
 * The tags in the history of a commit, as the checkout knows them; none where it has none. They only warn, or hold a
 * version that no file does: whether a tag exists is for the server to say.
 */
export async function readLocalTags(
  { git }: Repository,
  checkout: Checkout,
  commit: Sha,
): Promise<string[]> {
  const args = ["for-each-ref", "--format=%(refname:strip=2)", `--merged=${commit}`, "refs/tags"];
  const { gitDirectory, root } = checkout;
  const result = await git.run(args, { gitDirectory, config: [["safe.directory", root]] });
  const names = result.stdout.toString().split("\n");
  return result.exitCode === 0 ? names.filter((name) => name !== "") : [];
}

/** Commits since the newest tag, as `git describe` counts them; `undefined` where the checkout has no tags. */
export async function readDistanceToTag(
  { git }: Repository,
  checkout: Checkout,
  commit: Sha,
): Promise<number | undefined> {
  const args = ["describe", "--tags", "--long", "--match=v*", commit];
  const { gitDirectory, root } = checkout;
  const result = await git.run(args, { gitDirectory, config: [["safe.directory", root]] });
  const distance = /-(?<count>\d+)-g[0-9a-f]+$/u.exec(result.stdout.toString().trim())?.groups;
  return distance === undefined ? undefined : Number(distance["count"]);
}
