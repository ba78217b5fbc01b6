import {
  type Commit,
  editsInside,
  editTree,
  listTree,
  type ReleaseDates,
  releaseErrors,
  type Repository,
  type Sha,
  shortSha,
} from "../../src/git/index.ts";
import { StepError } from "../../src/step/index.ts";
import { type HeldVersion, planBump, type Surroundings } from "../../src/version/index.ts";
import { readChangelog } from "../bump-version/inputs.ts";
import type { TagContext } from "./inputs.ts";
import { type Place, sourceAt } from "./place.ts";

interface Found {
  readonly base: Commit;
  readonly commit: Commit;
  readonly around: Surroundings;
  readonly dates: ReleaseDates;
  readonly held: HeldVersion;
}

/**
 * Holds back a commit on the tested one that is not bump-version's: what else it changes, no pipeline has tested.
 * Ours is the one that bump-version named in this job, and any that changes what a bump to its version changes.
 *
 * @throws {StepError} E_NOT_RELEASE_COMMIT naming what the commit changes besides.
 */
export async function requireOwnCommit(
  context: TagContext,
  place: Place,
  found: Found,
): Promise<void> {
  const { base, commit } = found;
  if (commit.id === base.id || context.inputs.BUMPED_COMMIT_SHA === commit.id) return;
  const bumped = await bumpedTree(context, place, found);
  if (bumped === commit.tree) return;
  const changed = await changedPaths(place.repository, bumped, commit.tree);
  throw releaseErrors(
    "E_NOT_RELEASE_COMMIT",
    `HEAD is ${shortSha(commit.id)} ("${titleOf(commit)}"), which is on the commit of the pipeline, ${shortSha(base.id)}, but is not what bump-version makes of it; besides, or differently, it changes: ${changed.join(", ")}.`,
  );
}

/** What a bump to the version makes of the tested commit; its own tree, where such a bump cannot be planned. */
async function bumpedTree(
  context: TagContext,
  place: Place,
  { base, around, dates, held }: Found,
): Promise<Sha> {
  try {
    const plan = await planBump({
      source: sourceAt(place, base),
      operation: { kind: "set", version: held.version },
      around,
      changelog: readChangelog(context, dates.release),
    });
    return await editTree(place.repository, base.tree, editsInside(place.folder, plan.edits));
  } catch (error) {
    if (error instanceof StepError && error.code.startsWith("E_VERSION_")) return base.tree;
    throw error;
  }
}

async function changedPaths(
  repository: Repository,
  before: Sha,
  after: Sha,
): Promise<readonly string[]> {
  const [was, is] = await Promise.all([fileIds(repository, before), fileIds(repository, after)]);
  const paths = new Set([...was.keys(), ...is.keys()]);
  return [...paths].filter((path) => was.get(path) !== is.get(path)).toSorted();
}

async function fileIds(repository: Repository, tree: Sha): Promise<ReadonlyMap<string, string>> {
  const files = await listTree(repository, tree);
  return new Map(files.map(({ path, mode, id }) => [path, `${mode} ${id}`]));
}

function titleOf({ message }: Commit): string {
  return message.split("\n")[0] ?? "";
}
