import { realpath } from "node:fs/promises";
import { relative, sep } from "node:path";
import {
  listTree,
  readBlob,
  shortSha,
  type Checkout,
  type Repository,
  type Sha,
} from "../../src/git/index.ts";
import { treeSource, type FileSource } from "../../src/version/index.ts";

/** Where the project lies in its repository: `""`, or a folder that ends with `/`. */
export async function projectPrefix(checkout: Checkout, folder: string): Promise<string> {
  const path = relative(checkout.root, await realpath(folder))
    .split(sep)
    .join("/");
  return path === "" ? "" : `${path}/`;
}

/** The files of the project as a commit holds them. */
export async function commitSource(
  repository: Repository,
  commit: Sha,
  prefix: string,
): Promise<FileSource> {
  const inside = (await listTree(repository, commit)).filter(({ path }) => path.startsWith(prefix));
  const files = new Map(inside.map((file) => [file.path.slice(prefix.length), file]));
  return treeSource({
    title: `commit ${shortSha(commit)}`,
    files: [...files].map(([path, { mode }]) => ({ path, mode })),
    readBlob: (path) => {
      const file = files.get(path);
      if (file === undefined) throw new TypeError(`${path} is not in commit ${commit}`);
      return readBlob(repository, file);
    },
  });
}

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
