import { type Change, renderNotes } from "../../src/commits/index.ts";
import {
  fetchHistory,
  listRefs,
  makePrivateRepository,
  openGit,
  type Server,
  type Sha,
  toSha,
} from "../../src/git/index.ts";
import { findMergeRequests, type GitLab, type Tag } from "../../src/gitlab/index.ts";
import { exit, StepError, type StepContext, type Values } from "../../src/step/index.ts";
import { type ChangesBetween, changesBetween } from "../shared/changes-between.ts";
import { connectGit } from "../shared/git-server.ts";
import { tagFormatOf } from "../shared/package-target.ts";
import { previousTag, versionTags } from "../shared/version-tags.ts";
import type { releaseInputs } from "./inputs.ts";

type NotesContext = StepContext & { readonly inputs: Values<typeof releaseInputs> };

interface NotesRequest {
  gitlab: GitLab;
  tag: Tag;
  version: string;
  paths: readonly string[];
  template: string | undefined;
}

/**
 * Notes from the commits since the release before, as the server has them: a job's checkout is shallow and without
 * tags. They are read with git, for a job token may not list commits through the API.
 *
 * @returns `undefined` where no commit counts, or where the commits cannot be read for lack of rights or of git: a
 * release without notes is better than none.
 * @throws {StepError} of a server that cannot be reached: the job run again makes the same notes.
 */
export async function commitNotes(
  context: NotesContext,
  request: NotesRequest,
): Promise<string | undefined> {
  const { inputs, log } = context;
  const address = inputs.REPOSITORY_URL;
  if (address === undefined) {
    log.info("No notes: neither a file nor a changelog has any, and REPOSITORY_URL is not set.");
    return undefined;
  }
  try {
    return await log.section("Notes from the commits", () => write(context, request, address));
  } catch (error) {
    if (
      !(error instanceof StepError) ||
      !(error.exit === exit.refused || error.exit === exit.machine)
    )
      throw error;
    log.warn(`The release gets no notes from its commits, which cannot be read: ${error.message}`);
    return undefined;
  }
}

async function write(
  context: NotesContext,
  { gitlab, tag, version, paths, template }: NotesRequest,
  address: string,
): Promise<string | undefined> {
  const { inputs, log } = context;
  const to = toSha(tag.commitSha);
  const server = await openServer(context, gitlab, address, to);
  const before = await findReleaseBefore(context, server, version);
  const from = before?.commit;
  // The release before may be of another branch, and not in this one's history.
  const ends = from === undefined ? [to] : [to, from];
  const repository = await fetchHistory(server, ends, { withFolders: !paths.includes("") });
  const { changes, commits } = await changesBetween(repository, { to, from, paths });
  const since = before === undefined ? "the first commit" : before.name;
  log.info(`${changes.length} changes in ${commits.length} commits since ${since}.`);
  if (changes.length === 0) return undefined;
  const facts = {
    version,
    tag: tag.name,
    previousTag: before?.name,
    date: (inputs.RELEASED_AT ?? newest(commits)).slice(0, 10),
    webUrl: address.replace(/\.git$/u, ""),
  };
  return renderNotes(await withMergeRequests(gitlab, changes, commits), facts, template);
}

/** A repository of its own, connected with the server's. */
async function openServer(
  context: NotesContext,
  gitlab: GitLab,
  address: string,
  commit: Sha,
): Promise<Server> {
  const { environment, log, clock, signal } = context;
  const workFolder = await context.workFolder();
  const git = await openGit({ workFolder, environment, log, clock, signal });
  const objectFormat = commit.length === 64 ? "sha256" : "sha1";
  const repository = await makePrivateRepository(git, { objectFormat });
  return connectGit(context, repository, address, gitlab);
}

async function findReleaseBefore(
  context: NotesContext,
  server: Server,
  version: string,
): Promise<{ name: string; commit: Sha } | undefined> {
  const prefix = "refs/tags/";
  const refs = await listRefs(server, [`${prefix}*`]);
  const names = [...refs.keys()].map((ref) => ref.slice(prefix.length));
  const { text: format } = await tagFormatOf(context);
  const peeled = /\^\{\}$/u;
  const tags = versionTags(
    names.filter((name) => !peeled.test(name)),
    format,
  );
  const found = previousTag(tags, version);
  if (found === undefined) return undefined;
  const ref = prefix + found.name;
  const commit = refs.get(`${ref}^{}`) ?? refs.get(ref);
  return commit === undefined ? undefined : { name: found.name, commit };
}

async function withMergeRequests(
  gitlab: GitLab,
  changes: readonly Change[],
  commits: ChangesBetween["commits"],
): Promise<readonly Change[]> {
  const unknown = changes.filter(({ mergeRequest }) => mergeRequest === undefined);
  if (unknown.length === 0) return changes;
  const [oldest = ""] = commits.map(({ committedAt }) => committedAt).toSorted(byTime);
  const found = await findMergeRequests(
    gitlab,
    unknown.map(({ id }) => id),
    oldest,
  );
  return changes.map((change) => ({
    ...change,
    mergeRequest: change.mergeRequest ?? found.get(change.id),
  }));
}

function newest(commits: ChangesBetween["commits"]): string {
  return (
    commits
      .map(({ committedAt }) => committedAt)
      .toSorted(byTime)
      .at(-1) ?? ""
  );
}

function byTime(one: string, other: string): number {
  return Date.parse(one) - Date.parse(other);
}
