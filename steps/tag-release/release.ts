import {
  buildCommit,
  type Commit,
  editsInside,
  type Located,
  locateRelease,
  readCommit,
  refuseSkipMarker,
  releaseDates,
  type ReleaseDates,
  releaseErrors,
  shortSha,
} from "../../src/git/index.ts";
import {
  type FileSource,
  type HeldVersion,
  isDevelopmentVersion,
  planBump,
  readHeldVersion,
  releaseMessage,
  type Surroundings,
} from "../../src/version/index.ts";
import { readChangelog } from "../bump-version/inputs.ts";
import { resolveOperation } from "../bump-version/operation.ts";
import { readLocalTags } from "../shared/local-tags.ts";
import { readSurroundings, warnOfCreation } from "../shared/surroundings.ts";
import type { TagContext } from "./inputs.ts";
import { requireOwnCommit } from "./own-commit.ts";
import { type Place, sourceAt } from "./place.ts";

/** The commit to release, and what it says of itself. */
export interface Release {
  readonly base: Commit;
  readonly commit: Commit;
  readonly source: FileSource;
  readonly around: Surroundings;
  readonly dates: ReleaseDates;
  readonly held: HeldVersion;
  /** The version of the tested commit: `0.15.0.dev`. */
  readonly fromVersion: string;
}

/**
 * Finds the commit to release: HEAD. In a dry run, where bump-version changed nothing before, it is built in the
 * private repository as bump-version would make it.
 *
 * @returns `undefined` where the commits ask for no release (VERSION_BUMP=auto).
 * @throws {StepError} E_NOT_RELEASE_COMMIT, E_NOT_BUMPED, E_SKIP_MARKER; what is wrong with the version files.
 */
export async function readRelease(context: TagContext, place: Place): Promise<Release | undefined> {
  const { repository, checkout } = place;
  const { inputs, variable } = context;
  const located = await locateRelease(repository, checkout, {
    tested: variable("CI_COMMIT_SHA"),
    made: inputs.BUMPED_COMMIT_SHA,
  });
  const { base } = located;
  if (inputs.VERSION_BUMP_DECIDED === "none" && located.head.id === base.id) {
    context.log.info("Nothing to release: bump-version found no commit that asks for a release.");
    return undefined;
  }
  warnOfCreation(context);
  const dates = releaseDates(variable("CI_PIPELINE_CREATED_AT"), base);
  const tags = await readLocalTags(repository, checkout, base.id);
  const around = readSurroundings(context, {
    commitSha: base.id,
    dirty: false,
    ...tags,
    tagFormat: inputs.TAG_FORMAT,
  });
  const atBase = await readHeldVersion({
    source: sourceAt(place, base),
    around,
    releasePart: inputs.RELEASE_PART,
  });
  const commit = await commitToRelease(context, place, { ...located, dates, around });
  if (commit === undefined) return undefined;
  const source = sourceAt(place, commit);
  const held = await readHeldVersion({
    source,
    around,
    from: commit.id === base.id ? undefined : atBase.version,
    releasePart: inputs.RELEASE_PART,
    nextOfTags: () => bumpTags(context, place, { base, source, around }),
  });
  requireReleased(held, commit, base);
  if (located.head.id === commit.id)
    await requireOwnCommit(context, place, { base, commit, around, dates, held });
  refuseSkipMarker(commit);
  return { base, commit, source, around, dates, held, fromVersion: atBase.version };
}

async function commitToRelease(
  context: TagContext,
  place: Place,
  { base, head, dates, around }: Located & Pick<Release, "dates" | "around">,
): Promise<Commit | undefined> {
  if (!context.dryRun || head.id !== base.id) return head;
  const source = sourceAt(place, base);
  const { repository, checkout, folder, author, signer } = place;
  const question = { repository, checkout, base: base.id, source, around };
  const { operation, decision } = await resolveOperation(context, question);
  if (operation === undefined) {
    context.log.info(`Nothing to release. ${decision?.reason ?? ""}`);
    return undefined;
  }
  const plan = await planBump({
    source,
    operation,
    around,
    changelog: readChangelog(context, dates.release),
  });
  if (plan.edits.length === 0) return head;
  const id = await buildCommit(repository, {
    base: base.id,
    edits: editsInside(folder, plan.edits),
    message: releaseMessage(plan, context.inputs.VERSION_COMMIT_MESSAGE),
    author,
    date: dates.release,
    signer,
  });
  context.log.info(
    `The release commit is not made yet; planning with the one that bump-version would make, ${shortSha(id)} (${plan.currentVersion} → ${plan.newVersion}).`,
  );
  return readCommit(repository, id);
}

/** Where tags alone hold the version: what bump-version made of it, else what the inputs ask for. */
async function bumpTags(
  context: TagContext,
  { repository, checkout }: Place,
  { base, source, around }: Pick<Release, "base" | "source" | "around">,
): Promise<string | undefined> {
  if (context.inputs.BUMPED_VERSION !== undefined) return context.inputs.BUMPED_VERSION;
  const question = { repository, checkout, base: base.id, source, around };
  const { operation } = await resolveOperation(context, question);
  if (operation === undefined) return undefined;
  return (await planBump({ source, operation, around })).newVersion;
}

/** A commit that bump-version made may hold whatever was asked of it, but no development version. */
function requireReleased({ version, isReleased }: HeldVersion, commit: Commit, base: Commit): void {
  const isMade = commit.id !== base.id;
  if (isMade ? !isDevelopmentVersion(version) : isReleased) return;
  throw releaseErrors(
    "E_NOT_BUMPED",
    `The commit to release, ${shortSha(commit.id)}, holds the development version ${version}.`,
  );
}
