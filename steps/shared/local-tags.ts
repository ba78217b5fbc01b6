import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Checkout, type Repository, type Sha, toSha } from "../../src/git/index.ts";

/**
 * The tags in the history of a commit, as the checkout knows them; none where it has none. They only warn, or hold a
 * version that no file does: whether a tag exists is for the server to say.
 */
export async function readLocalTags(
  { git }: Repository,
  checkout: Checkout,
  commit: Sha,
): Promise<string[]> {
  if (!(await mayHaveTags(checkout))) return [];
  const args = ["for-each-ref", "--format=%(refname:strip=2)", `--merged=${commit}`, "refs/tags"];
  const { gitDirectory, root } = checkout;
  const result = await git.run(args, { gitDirectory, config: [["safe.directory", root]] });
  const names = result.stdout.toString().split("\n");
  return result.exitCode === 0 ? names.filter((name) => name !== "") : [];
}

/**
 * Whether git is worth asking. Runners fetch no tags: then the folder that new references go to is empty, and the file
 * of older ones names none (gitrepository-layout). With references of another format there is no such folder.
 */
async function mayHaveTags({ objectDirectory }: Checkout): Promise<boolean> {
  const common = dirname(objectDirectory);
  const [loose, packed] = await Promise.all([
    readdir(join(common, "refs/tags")).catch(() => undefined),
    readFile(join(common, "packed-refs"), "utf8").catch(() => ""),
  ]);
  return loose?.length !== 0 || packed.includes(" refs/tags/");
}

/** All tags that the checkout knows, with the commits that they are on. */
export async function readLocalTagCommits(
  { git }: Repository,
  { gitDirectory, root }: Checkout,
): Promise<ReadonlyMap<string, Sha>> {
  const format = "--format=%(refname:strip=2)%09%(objectname)%09%(*objectname)";
  const config: [string, string][] = [["safe.directory", root]];
  const result = await git.run(["for-each-ref", format, "refs/tags"], { gitDirectory, config });
  const lines = result.stdout.toString().split("\n");
  return new Map(
    lines.flatMap((line): [string, Sha][] => {
      const [name = "", object = "", target = ""] = line.split("\t");
      return name === "" ? [] : [[name, toSha(target === "" ? object : target)]];
    }),
  );
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
