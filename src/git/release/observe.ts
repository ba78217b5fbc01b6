import { readCommit } from "../commit.ts";
import { releaseErrors } from "./errors.ts";
import {
  childrenOf,
  type CommitLine,
  commitsBetween,
  fetchCommits,
  fetchHistory,
  isAncestor,
  isShallow,
} from "../history.ts";
import { listRefs } from "../list-refs.ts";
import { findObject } from "../objects.ts";
import type { Server } from "../server.ts";
import type { Sha } from "../sha.ts";
import { nextBranchRefs, type ReleaseGoal } from "./goal.ts";

/** A tag on the server: the object (or the commit, of a lightweight one) and the commit it is on. */
export interface RemoteTag {
  readonly name: string;
  readonly object: Sha;
  readonly commit: Sha;
}

/** What the server holds of a release, and of what would be in its way. */
export interface ReleaseState {
  readonly branchHead: Sha;
  /** Head of the branch of the merge request that opens the next version. */
  readonly nextHead: Sha | undefined;
  readonly tag: RemoteTag | undefined;
  /** The release commit as the server has it: ours, or the same one made by another pipeline of the same commit. */
  readonly release: Sha | undefined;
  /** The version after the release, where the branch went on to it. */
  readonly postRelease: string | undefined;
  /** What came onto the branch after the tested commit, newest first. */
  readonly since: readonly CommitLine[];
  /** Whether the branch still leads back to the tested commit. */
  readonly isContinued: boolean;
  /** Whether a tag that is not ours is on a commit that the tested one builds on. */
  readonly isTagBehind: boolean;
  /** Tags on other commits, of this version or a newer one. */
  readonly rivals: readonly RemoteTag[];
}

/** The references of a server that a release of a branch is about, with the objects they are on. */
export type ReleaseRefs = ReadonlyMap<string, Sha>;

/**
 * @param proposesNext whether the next version comes as a merge request, whose branch is asked for as well.
 * @throws {StepError} those of network-failures.ts.
 */
export function readReleaseRefs(
  server: Server,
  branch: string,
  proposesNext: boolean,
): Promise<ReleaseRefs> {
  const next = proposesNext ? [nextBranchRefs] : [];
  return listRefs(server, [`refs/heads/${branch}`, ...next, "refs/tags/*"]);
}

/**
 * Reads from the server all that decides about a release. Nothing local is believed: not its tags, not its branches
 * (G10).
 *
 * @param asked the references, where they were asked for while the goal was still being planned.
 * @throws {StepError} E_BRANCH_ABSENT; those of network-failures.ts.
 */
export async function observeRelease(
  server: Server,
  goal: ReleaseGoal,
  asked: Promise<ReleaseRefs> = readReleaseRefs(server, goal.branch, goal.nextBranch !== undefined),
): Promise<ReleaseState> {
  const { repository, remote } = server;
  const [refs, fresh] = await Promise.all([asked, goal.buildNext?.(goal.release.id)]);
  const branchHead = refs.get(`refs/heads/${goal.branch}`);
  if (branchHead === undefined)
    throw releaseErrors("E_BRANCH_ABSENT", `There is no branch ${goal.branch} on ${remote.url}.`);
  const tags = readTags(refs);
  const tag = tags.find(({ name }) => name === goal.tag);
  for (const id of [branchHead, tag?.commit ?? branchHead])
    if (id !== fresh?.id) await fetchCommits(server, id, goal.base);

  const since =
    branchHead === goal.base ? [] : await commitsBetween(repository, goal.base, branchHead);
  const isContinued = await isAncestor(repository, goal.base, branchHead);
  const release = await findRelease(server, goal, { tag, branchHead, isContinued });
  return {
    branchHead,
    nextHead: goal.nextBranch === undefined ? undefined : refs.get(`refs/heads/${goal.nextBranch}`),
    tag,
    release,
    postRelease:
      release === undefined
        ? undefined
        : await findPostRelease(server, goal, { tag, branchHead, release }),
    since,
    isContinued,
    isTagBehind:
      tag !== undefined && release === undefined && (await isBehind(server, goal, tag.commit)),
    rivals: tag === undefined ? await findRivals(server, goal, tags) : [],
  };
}

function readTags(refs: ReadonlyMap<string, Sha>): readonly RemoteTag[] {
  return [...refs].flatMap(([ref, object]) => {
    if (!ref.startsWith("refs/tags/") || ref.endsWith("^{}")) return [];
    return [{ name: ref.slice(10), object, commit: refs.get(`${ref}^{}`) ?? object }];
  });
}

/** A shallow checkout may end before the tag; then the server tells the history, where the answer matters. */
async function isBehind(
  server: Server,
  { base, marksDevelopment }: ReleaseGoal,
  tagged: Sha,
): Promise<boolean> {
  if (await isAncestor(server.repository, tagged, base)) return true;
  if (marksDevelopment || !(await isShallow(server.repository))) return false;
  return isAncestor(await fetchHistory(server, [base]), tagged, base);
}

interface Seen {
  tag: RemoteTag | undefined;
  branchHead: Sha;
}

async function findRelease(
  server: Server,
  goal: ReleaseGoal,
  { tag, branchHead, isContinued }: Seen & { isContinued: boolean },
): Promise<Sha | undefined> {
  const { base, release } = goal;
  if (tag !== undefined) return (await isOurs(server, goal, tag.commit)) ? tag.commit : undefined;
  if (!isContinued) return undefined;
  if (release.id === base) return base;
  if (branchHead === base) return undefined;
  const children = await childrenOf(server.repository, base, branchHead);
  return children.find(({ tree, parents }) => tree === release.tree && parents.length === 1)?.id;
}

/** The same commit; or one by another pipeline of the same commit: same parent, same tree, other dates. */
async function isOurs(
  { repository }: Server,
  { base, release, treeMadeOn }: ReleaseGoal,
  id: Sha,
): Promise<boolean> {
  if (id === release.id) return true;
  if (release.id === base || (await findObject(repository, id))?.type !== "commit") return false;
  const { parents, tree, committer } = await readCommit(repository, id);
  if (parents.join() !== release.parents.join()) return false;
  return tree === release.tree || tree === (await treeMadeOn?.(new Date(committer.seconds * 1000)));
}

async function findPostRelease(
  { repository }: Server,
  goal: ReleaseGoal,
  { tag, branchHead, release }: Seen & { release: Sha },
): Promise<string | undefined> {
  if (branchHead === release || !(await isAncestor(repository, release, branchHead)))
    return undefined;
  const next = await goal.buildNext?.(release);
  const children = await childrenOf(repository, release, branchHead);
  if (children.some((child) => child.tree === next?.tree)) return goal.nextVersion;
  // Opened by hand or with another part: whatever is later than the release is a post-release version (G05).
  return tag === undefined ? undefined : goal.laterVersionAt(branchHead);
}

/** A maintenance branch is allowed to be older than what other branches released; never than its own past (G26). */
async function findRivals(
  server: Server,
  goal: ReleaseGoal,
  tags: readonly RemoteTag[],
): Promise<readonly RemoteTag[]> {
  const others = tags.filter(({ commit }) => commit !== goal.release.id);
  const same = others.filter(({ name }) => goal.rank(name) === "same");
  const newer = others.filter(({ name }) => goal.rank(name) === "newer");
  if (goal.isDefaultBranch || newer.length === 0) return [...same, ...newer];
  const history = await fetchHistory(server, [goal.base]);
  const rivals = [...same];
  for (const tag of newer) if (await isAncestor(history, tag.commit, goal.base)) rivals.push(tag);
  return rivals;
}
