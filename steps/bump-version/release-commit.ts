import {
  buildCommit,
  commitAuthor,
  commitFiles,
  editsInside,
  readCommit,
  releaseDates,
  requireHead,
  shortSha,
  type Checkout,
  type Commit,
  type FileEdit,
  type Identity,
  type Repository,
  type Sha,
  type Signer,
} from "../../src/git/index.ts";
import { StepError } from "../../src/step/index.ts";
import {
  configPaths,
  planBump,
  readHeldVersion,
  releaseMessage,
  treeSource,
  type BumpPlan,
  type BumpRequest,
  type FileSource,
} from "../../src/version/index.ts";
import { readDistanceToTag, readLocalTags } from "../shared/local-tags.ts";
import { readSurroundings } from "../shared/surroundings.ts";
import type { AutoDecision } from "../shared/auto-version.ts";
import { bumpErrors } from "./errors.ts";
import { readChangelog, type BumpContext } from "./inputs.ts";
import { resolveOperation } from "./operation.ts";

/** A release commit as it would be built on a base: everything but the commit itself. */
export interface PlannedCommit {
  readonly base: Commit;
  readonly request: BumpRequest;
  readonly plan: BumpPlan;
  /** In terms of the blobs of the base, from the top of the work tree. */
  readonly edits: readonly FileEdit[];
  readonly message: string;
  readonly author: Identity;
  readonly date: Date;
  /** What the commits decided, with VERSION_BUMP=auto. */
  readonly decision: AutoDecision | undefined;
  /** The release commit, where HEAD is it already. */
  readonly found: Sha | undefined;
}

export interface Place {
  readonly repository: Repository;
  readonly checkout: Checkout;
  /** Of the project, from the top of the work tree; `""` for the top itself. */
  readonly folder: string;
  readonly signer: Signer | undefined;
}

/**
 * Decides on which commit the release is built: CI_COMMIT_SHA where it is set, else HEAD; or, where HEAD is a release
 * commit of an earlier run, on its parent.
 *
 * @throws E_HEAD_ELSEWHERE where HEAD is neither CI_COMMIT_SHA nor our own release commit on it.
 */
export async function planReleaseCommit(
  context: BumpContext,
  place: Place,
): Promise<PlannedCommit> {
  const head = await readCommit(place.repository, requireHead(place.checkout));
  const asked = context.variable("CI_COMMIT_SHA");
  if (asked === head.id) return planOn(context, place, head);
  const [parent, ...others] = head.parents;
  const isCandidate = parent !== undefined && others.length === 0;
  if (asked === undefined) {
    const author = commitAuthor(context);
    const isOwn = head.author.name === author.name && head.author.email === author.email;
    const earlier =
      isCandidate && isOwn
        ? await orNothing(planOnParent(context, place, head, parent))
        : undefined;
    return earlier ?? planOn(context, place, head);
  }
  const earlier =
    isCandidate && parent === asked ? await planOnParent(context, place, head, parent) : undefined;
  if (earlier !== undefined) return earlier;
  throw bumpErrors(
    "E_HEAD_ELSEWHERE",
    `HEAD is ${shortSha(head.id)}, which is neither CI_COMMIT_SHA ${asked.slice(0, 8)} nor the release commit on it`,
  );
}

/** Builds the commit in the private repository: nothing of the checkout changes yet. */
export function buildReleaseCommit(
  { repository, signer }: Place,
  { base, message, author, date }: PlannedCommit,
  edits: readonly FileEdit[],
): Promise<Sha> {
  return buildCommit(repository, { base: base.id, edits, message, author, date, signer });
}

/** The plan on the parent, if what it makes is HEAD. */
async function planOnParent(
  context: BumpContext,
  place: Place,
  head: Commit,
  parent: Sha,
): Promise<PlannedCommit | undefined> {
  const planned = await planOn(context, place, await readCommit(place.repository, parent));
  if (planned.edits.length === 0) return undefined;
  const isOurs = hasCommitHooks(context, planned.plan)
    ? await holdsRelease(place.repository, head, planned)
    : await isSameCommit(place, head, planned);
  return isOurs ? { ...planned, found: head.id } : undefined;
}

async function planOn(context: BumpContext, place: Place, base: Commit): Promise<PlannedCommit> {
  const source = treeSource(commitFiles(place.repository, base.id, place.folder));
  const [tags, isCounting] = await Promise.all([
    readLocalTags(place.repository, place.checkout, base.id),
    mentionsDistance(source),
  ]);
  const around = readSurroundings(context, {
    commitSha: base.id,
    dirty: false,
    ...tags,
    tagFormat: context.inputs.TAG_FORMAT,
    distanceToLatestTag: isCounting
      ? await readDistanceToTag(place.repository, place.checkout, base.id)
      : undefined,
  });
  const date = releaseDates(context.variable("CI_PIPELINE_CREATED_AT"), base).release;
  const { repository, checkout } = place;
  const question = { repository, checkout, base: base.id, source, around };
  const { operation, decision } = await resolveOperation(context, question);
  const request: BumpRequest = {
    source,
    operation: operation ?? { kind: "release" },
    around,
    changelog: readChangelog(context, date),
  };
  const plan = await (operation === undefined ? planNothing(request) : planBump(request));
  return {
    base,
    request,
    plan,
    edits: editsInside(place.folder, plan.edits),
    message: releaseMessage(plan, context.inputs.VERSION_COMMIT_MESSAGE),
    author: commitAuthor(context),
    date,
    decision,
    found: undefined,
  };
}

/** The version as it is. */
async function planNothing(request: BumpRequest): Promise<BumpPlan> {
  return (await readHeldVersion(request)).plan;
}

/** Counting commits takes a walk through the history, which hardly any configuration asks for. */
async function mentionsDistance(source: FileSource): Promise<boolean> {
  const files = await Promise.all(configPaths.map((path) => source.read(path)));
  return files.some((file) => file?.bytes.includes("distance_to_latest_tag"));
}

/** The same id; or, made by another pipeline of the same commit, the same tree on the same parent. */
async function isSameCommit(place: Place, head: Commit, planned: PlannedCommit): Promise<boolean> {
  const id = await buildReleaseCommit(place, planned, planned.edits);
  return id === head.id || (await readCommit(place.repository, id)).tree === head.tree;
}

/** With hooks the rest of the tree is theirs: the message and the edited files prove that the commit is ours. */
async function holdsRelease(
  repository: Repository,
  head: Commit,
  { edits, message }: PlannedCommit,
): Promise<boolean> {
  if (head.message.trim() !== message.trim()) return false;
  const { readBlob } = commitFiles(repository, head.id, "");
  for (const { path, after } of edits) {
    const bytes = await orNothing(readBlob(path));
    if (bytes?.equals(after) !== true) return false;
  }
  return true;
}

export function hasCommitHooks({ inputs }: BumpContext, { texts }: BumpPlan): boolean {
  return inputs.VERSION_RUN_HOOKS && texts.hooks.preCommit.length > 0;
}

async function orNothing<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    // A parent that a shallow clone lacks, or that has no version yet, is no earlier run of ours.
    if (error instanceof StepError) return undefined;
    throw error;
  }
}
