import { GitFailed } from "./run-git.ts";
import { gitText } from "./repository.ts";
import type { Repository } from "./repository.ts";
import { readObjects } from "./objects.ts";

export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly date: Date;
}

export interface Commit {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export interface AnnotatedTag {
  readonly id: string;
  readonly tagger: Signature | undefined;
  readonly message: string;
}

/** Reads commits in the order asked for. @throws {TypeError} where one is missing or is none. */
export async function readCommits(
  repository: Repository,
  ids: readonly string[],
): Promise<Commit[]> {
  const objects = await readObjects(repository, ids);
  return objects.map((object, index) => {
    if (object?.type !== "commit") throw new TypeError(`${ids[index]} is not a commit`);
    return parseCommit(object.id, object.content.toString());
  });
}

/** Reads the tag object with this id; `undefined` where the id is a commit's (a lightweight tag). */
export async function readTag(
  repository: Repository,
  id: string,
): Promise<AnnotatedTag | undefined> {
  const [object] = await readObjects(repository, [id]);
  if (object?.type !== "tag") return undefined;
  const { headers, body } = splitObject(object.content.toString());
  const tagger = headers.find(([key]) => key === "tagger")?.[1];
  return {
    id: object.id,
    tagger: tagger === undefined ? undefined : parseSignature(tagger),
    message: body.replace(/-----BEGIN (?:SSH|PGP) SIGNATURE-----[\s\S]*$/, ""),
  };
}

export interface LogQuery {
  readonly path?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly author?: string | undefined;
  readonly firstParent?: boolean;
  readonly all?: boolean;
}

/** Ids of the commits that lead to these revisions, newest first. `^id` leaves out what leads to it. */
export async function listCommitIds(
  repository: Repository,
  revisions: readonly string[],
  { path, since, until, author, firstParent, all }: LogQuery = {},
): Promise<string[]> {
  const args = ["rev-list", "--date-order"];
  if (since !== undefined) args.push(`--since=${since}`);
  if (until !== undefined) args.push(`--until=${until}`);
  if (author !== undefined) args.push(`--author=${author}`);
  if (firstParent === true) args.push("--first-parent");
  if (all === true) args.push("--all");
  args.push(...revisions, "--");
  if (path !== undefined) args.push(`:(literal)${path}`);
  const text = await gitText(repository, args);
  return text === "" ? [] : text.split("\n");
}

/** The best common ancestor, where there is one. */
export async function mergeBase(
  repository: Repository,
  ids: readonly string[],
): Promise<string | undefined> {
  try {
    return (await gitText(repository, ["merge-base", "--octopus", ...ids])).split("\n")[0];
  } catch (error) {
    if (error instanceof GitFailed && error.exitCode === 1) return undefined;
    throw error;
  }
}

function parseCommit(id: string, text: string): Commit {
  const { headers, body } = splitObject(text);
  const first = (key: string): string => headers.find(([name]) => name === key)?.[1] ?? "";
  return {
    id,
    tree: first("tree"),
    parents: headers.filter(([name]) => name === "parent").map(([, value]) => value),
    author: parseSignature(first("author")),
    committer: parseSignature(first("committer")),
    message: body,
  };
}

function splitObject(text: string): { headers: [string, string][]; body: string } {
  const end = text.indexOf("\n\n");
  const head = end < 0 ? text : text.slice(0, end);
  const headers = head
    .split("\n")
    .filter((line) => !line.startsWith(" "))
    .map((line): [string, string] => {
      const space = line.indexOf(" ");
      return [line.slice(0, space), line.slice(space + 1)];
    });
  return { headers, body: end < 0 ? "" : text.slice(end + 2) };
}

function parseSignature(text: string): Signature {
  const match = /^(.*?) ?<([^>]*)> (-?\d+) [+-]\d{4}$/.exec(text);
  const [, name = "", email = "", seconds = "0"] = match ?? [];
  return { name, email, date: new Date(Number(seconds) * 1000) };
}
