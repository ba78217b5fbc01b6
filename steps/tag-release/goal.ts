import {
  buildCommit,
  buildTag,
  type Commit,
  editsInside,
  fetchSnapshot,
  readCommit,
  releaseErrors,
  type ReleaseGoal,
  requireRefNames,
  type Server,
  type Sha,
} from "../../src/git/index.ts";
import { StepError } from "../../src/step/index.ts";
import {
  type BumpPlan,
  compareVersions,
  isSameVersion,
  planBump,
  postReleaseMessage,
  Problems,
  readHeldVersion,
  readVersionFromTag,
  tagMessage,
  tagName,
} from "../../src/version/index.ts";
import type { TagContext } from "./inputs.ts";
import { treesOfOtherDays } from "./other-day.ts";
import { type Place, sourceAt } from "./place.ts";
import type { Release } from "./release.ts";

/** What a release is to be: everything but the push. */
export interface Goal {
  readonly release: Release;
  /** `undefined` where no next version is opened. */
  readonly next: BumpPlan | undefined;
  readonly tag: string;
  readonly branch: string;
}

/**
 * Plans the next version and names the tag.
 *
 * @throws {StepError} E_REF_NAME; what is wrong with the version files or the templates.
 */
export async function planGoal(
  { inputs }: TagContext,
  release: Release,
  branch: string,
): Promise<Goal> {
  const { held } = release;
  const problems = new Problems();
  const tag = problems.collect(() => {
    const name = tagName(held.plan, inputs.TAG_FORMAT);
    requireRefNames([{ what: "The tag name", name }]);
    return name;
  });
  // Where tags hold the version, the tool that reads them makes the next one.
  const opensNext = inputs.POST_RELEASE !== "none" && held.isInFiles;
  const next = opensNext
    ? await problems.collectAsync(() => planNext(release, inputs.POST_RELEASE_VERSION_BUMP))
    : undefined;
  // Where the next version cannot be planned, the names of this one show what is wrong with the message all the same.
  if (opensNext)
    problems.collect(() => postReleaseMessage(next ?? held.plan, inputs.NEXT_COMMIT_MESSAGE));
  problems.throwIfAny();
  if (tag === undefined || (opensNext && next === undefined))
    throw new TypeError("A problem was not told");
  return { release, next, tag, branch };
}

async function planNext(
  { source, around, held, fromVersion }: Release,
  part: string,
): Promise<BumpPlan> {
  const operation = { kind: "post-release", part, like: fromVersion } as const;
  const next = await planBump({ source, operation, around });
  if (next.edits.length > 0) return next;
  throw releaseErrors(
    "E_NO_NEXT_VERSION",
    `After ${held.version} there is no file in which the next version could be written.`,
  );
}

/**
 * The goal in terms of git: what to build, and how to judge what is there already.
 *
 * @param nextBranch of the merge request that is still to be made, where the next version comes as one.
 */
export function asReleaseGoal(
  context: TagContext,
  place: Place,
  server: Server,
  { release, next, tag, branch }: Goal,
  nextBranch: string | undefined,
): ReleaseGoal {
  const { inputs, variable } = context;
  const { repository, folder, author, signer } = place;
  const { held, dates, base, commit, around } = release;
  const format = inputs.TAG_FORMAT ?? held.plan.texts.tagName;
  const defaultBranch = variable("CI_DEFAULT_BRANCH");

  const buildNext = async (parent: Sha, plan: BumpPlan): Promise<Commit> => {
    const id = await buildCommit(repository, {
      base: parent,
      edits: editsInside(folder, plan.edits),
      message: postReleaseMessage(plan, inputs.NEXT_COMMIT_MESSAGE),
      author,
      date: dates.postRelease,
      signer,
    });
    return readCommit(repository, id);
  };
  const buildTagOn = (target: Sha): Promise<Sha> =>
    buildTag(repository, {
      name: tag,
      target,
      message: tagMessage(held.plan),
      tagger: author,
      date: dates.release,
      signer,
    });
  return {
    branch,
    isDefaultBranch: defaultBranch === undefined || branch === defaultBranch,
    tag,
    version: held.version,
    nextVersion: next?.newVersion,
    pushesBranch: inputs.POST_RELEASE === "push" && next !== undefined,
    nextBranch,
    base: base.id,
    release: commit,
    marksDevelopment: held.marksDevelopment,
    treeMadeOn: treesOfOtherDays(context, place, { release, tag }),
    buildNext: next === undefined ? undefined : once((parent) => buildNext(parent, next)),
    buildTag: once(buildTagOn),
    rank(name) {
      const version = readVersionFromTag(name, format);
      if (version === undefined || !/^\d/.test(version)) return undefined;
      if (isSameVersion(version, held.version)) return "same";
      return compareVersions(version, held.version) > 0 ? "newer" : "older";
    },
    async laterVersionAt(id) {
      const snapshot = { ...place, repository: await fetchSnapshot(server, id) };
      try {
        const { version } = await readHeldVersion({
          source: sourceAt(snapshot, { id }),
          around,
        });
        return compareVersions(version, held.version) > 0 ? version : undefined;
      } catch (error) {
        // Version files that others broke meanwhile are not this release's to judge.
        if (error instanceof StepError && error.code.startsWith("E_VERSION_")) return undefined;
        throw error;
      }
    },
  };
}

/** Builds each thing once, however often it is asked for. */
function once<Result>(build: (id: Sha) => Promise<Result>): (id: Sha) => Promise<Result> {
  const built = new Map<Sha, Promise<Result>>();
  return (id) => {
    const result = built.get(id) ?? build(id);
    built.set(id, result);
    return result;
  };
}
