import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Checkout, type Repository, type Sha, toSha } from "../../src/git/index.ts";
import type { Surroundings } from "../../src/version/index.ts";

/**
 * The tags in the history of a commit, and those on itself, as the checkout knows them; none where it has none. They
 * only warn, or hold a version that no file does: whether a tag exists is for the server to say.
 */
export async function readLocalTags(
  { git }: Repository,
  checkout: Checkout,
  commit: Sha,
): Promise<LocalTags> {
  if (!(await mayHaveTags(checkout))) return { tags: [], tagsHere: [] };
  const args = ["for-each-ref", tagFormat, `--merged=${commit}`, "refs/tags"];
  const { gitDirectory, root } = checkout;
  const result = await git.run(args, { gitDirectory, config: [["safe.directory", root]] });
  const found = result.exitCode === 0 ? readTagLines(result.stdout.toString()) : [];
  const here = found.filter(([, id]) => id === commit);
  return { tags: found.map(([name]) => name), tagsHere: here.map(([name]) => name) };
}

type LocalTags = Required<Pick<Surroundings, "tags" | "tagsHere">>;

const tagFormat = "--format=%(refname:strip=2)%09%(objectname)%09%(*objectname)";

/** The names, each with the commit that it is on. */
function readTagLines(text: string): [string, Sha][] {
  return text.split("\n").flatMap((line): [string, Sha][] => {
    const [name = "", object = "", target = ""] = line.split("\t");
    return name === "" ? [] : [[name, toSha(target === "" ? object : target)]];
  });
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
  const config: [string, string][] = [["safe.directory", root]];
  const result = await git.run(["for-each-ref", tagFormat, "refs/tags"], { gitDirectory, config });
  return new Map(readTagLines(result.stdout.toString()));
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
