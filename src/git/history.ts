import { readCommit } from "./commit.ts";
import { gitFailed } from "./git.ts";
import { findObject } from "./objects.ts";
import { makePrivateRepository, type Repository } from "./private-repository.ts";
import { ask } from "./ask.ts";
import type { Server } from "./server.ts";
import { type Sha, toSha } from "./sha.ts";

/** A commit as a list of commits names it. */
export interface CommitLine {
  readonly id: Sha;
  readonly parents: readonly Sha[];
  readonly tree: Sha;
  readonly author: string;
  readonly subject: string;
}

/**
 * Fetches the commits that lead to one, without trees and files, as far as they are not here (`--filter=tree:0`;
 * G05, G10). A server that knows no filters sends everything, which does as well.
 *
 * @param known a commit that is here already, so that only what came after it is sent.
 * @throws {StepError} of network-failures.ts.
 */
export async function fetchCommits(server: Server, id: Sha, known: Sha): Promise<void> {
  const { repository } = server;
  if (id === known) return;
  if ((await findObject(repository, id)) !== undefined && (await isWhole(repository, id))) return;
  await repository.git.text(["update-ref", `refs/slipway/known/${known}`, known], repository.at());
  await fetchById(server, [id], ["--filter=tree:0"]);
}

/**
 * Fetches one commit with its files and nothing of its history, into a repository of its own: where the commit is
 * known without its files, git takes it for complete.
 *
 * @throws {StepError} of network-failures.ts.
 */
export async function fetchSnapshot(server: Server, id: Sha): Promise<Repository> {
  return fetchApart(server, [id], ["--depth=1"]);
}

/**
 * Fetches all commits that lead to some, without files, into a repository of their own: a shallow checkout cannot say
 * what its history holds.
 *
 * @param withFolders with the lists of what each folder held, for questions about paths.
 * @throws {StepError} of network-failures.ts.
 */
export async function fetchHistory(
  server: Server,
  ids: readonly Sha[],
  { withFolders = false }: { withFolders?: boolean } = {},
): Promise<Repository> {
  return fetchApart(server, ids, [withFolders ? "--filter=blob:none" : "--filter=tree:0"]);
}

/** Whether `ancestor` is `id` or leads to it, as far as the commits are here. */
export async function isAncestor(repository: Repository, ancestor: Sha, id: Sha): Promise<boolean> {
  if (ancestor === id) return true;
  const args = ["rev-list", "--count", "--max-count=1", ancestor, "--not", id];
  const result = await repository.git.run(args, repository.at());
  if (result.exitCode === 0) return result.stdout.toString().trim() === "0";
  if (/bad object/.test(result.stderr)) return false;
  throw gitFailed(args, result);
}

/** Whether the history is cut somewhere. */
export async function isShallow({ git, at }: Repository): Promise<boolean> {
  const answer = await git.text(["rev-parse", "--is-shallow-repository"], at());
  return answer.trim() === "true";
}

/**
 * Whether a release on a commit came before another commit: it leads there, or it was made on one that does, and only
 * its tag was pushed.
 */
export async function isReleasedBefore(
  repository: Repository,
  tagged: Sha,
  id: Sha,
): Promise<boolean> {
  if ((await findObject(repository, tagged)) === undefined) return false;
  if (await isAncestor(repository, tagged, id)) return true;
  const [base, ...others] = (await readCommit(repository, tagged)).parents;
  if (base === undefined || base === id || others.length > 0) return false;
  return isAncestor(repository, base, id);
}

/** Whether all of these objects are here. */
export async function areHere(repository: Repository, ids: readonly Sha[]): Promise<boolean> {
  for (const id of ids) if ((await findObject(repository, id)) === undefined) return false;
  return true;
}

/** The commits that lead to `to` and not to `from`, newest first. */
export async function commitsBetween(
  repository: Repository,
  from: Sha,
  to: Sha,
): Promise<readonly CommitLine[]> {
  return listCommits(repository, [to, "--not", from]);
}

/** The commits on the way from `parent` to `id` that have `parent` as their first parent. */
export async function childrenOf(
  repository: Repository,
  parent: Sha,
  id: Sha,
): Promise<readonly CommitLine[]> {
  const commits = await listCommits(repository, ["--ancestry-path", id, "--not", parent]);
  return commits.filter(({ parents }) => parents[0] === parent);
}

async function listCommits(
  { git, at }: Repository,
  range: readonly string[],
): Promise<CommitLine[]> {
  const text = await git.text(
    ["log", "--no-color", "--no-decorate", "--format=%H%x00%P%x00%T%x00%an%x00%s", ...range],
    at(),
  );
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [id = "", parents = "", tree = "", author = "", subject = ""] = line.split("\0");
      return {
        id: toSha(id),
        parents: parents
          .split(" ")
          .filter((parent) => parent !== "")
          .map(toSha),
        tree: toSha(tree),
        author,
        subject,
      };
    });
}

/** Whether all that leads to a commit is here, up to where the history is known to be cut. */
async function isWhole({ git, at }: Repository, id: Sha): Promise<boolean> {
  return (await git.run(["rev-list", "--count", id], at())).exitCode === 0;
}

async function fetchApart(
  server: Server,
  ids: readonly Sha[],
  how: readonly string[],
): Promise<Repository> {
  const { git, objectFormat } = server.repository;
  const repository = await makePrivateRepository(git, { objectFormat });
  await fetchById({ ...server, repository }, ids, how);
  return repository;
}

async function fetchById(
  server: Server,
  ids: readonly Sha[],
  how: readonly string[],
): Promise<void> {
  const args = [
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    "--no-auto-maintenance",
    ...how,
    server.remote.url,
    ...ids.map((id) => `+${id}:refs/slipway/fetched/${id}`),
  ];
  await ask(server, args);
}
