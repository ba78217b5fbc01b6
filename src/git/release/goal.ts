import type { Commit } from "../commit.ts";
import { releaseErrors } from "./errors.ts";
import type { Sha } from "../sha.ts";

/** What a release wants to be there in the end. */
export interface ReleaseGoal {
  /** The branch it is made from and pushed to, without `refs/heads/`. */
  readonly branch: string;
  readonly isDefaultBranch: boolean;
  readonly tag: string;
  readonly version: string;
  /** `undefined` where no next version is opened. */
  readonly nextVersion: string | undefined;
  /** Whether the branch itself is pushed; else the tag alone, on a commit that the branch may never have. */
  readonly pushesBranch: boolean;
  /** The branch of a merge request that opens the next version, where there is still one to be made. */
  readonly nextBranch: string | undefined;
  /** The commit that the pipeline tested. */
  readonly base: Sha;
  /** The commit to tag: one on the base, or the base itself. */
  readonly release: Commit;
  /** Whether the versions of this project can tell development from release. */
  readonly marksDevelopment: boolean;
  /** The tree that the release commit would have, had it been made on another date; by default the same. */
  treeMadeOn?: ((date: Date) => Promise<Sha | undefined>) | undefined;
  /** Builds the post-release commit on a release commit; the same one every time. */
  readonly buildNext: ((release: Sha) => Promise<Commit>) | undefined;
  /** Builds the tag object for a release commit; the same one every time. */
  buildTag(release: Sha): Promise<Sha>;
  /** How the version in another tag's name compares with this release; `undefined` where there is none in it. */
  rank(tag: string): "older" | "same" | "newer" | undefined;
  /** The version that a commit on the branch holds, where it is later than the released one. */
  laterVersionAt(commit: Sha): Promise<string | undefined>;
}

const nextBranchPrefix = "slipway/next-";

/** The branch of the merge request that opens a version. */
export function nextBranchOf(version: string): string {
  return nextBranchPrefix + version;
}

/** The references of all such branches, as a pattern. */
export const nextBranchRefs = `refs/heads/${nextBranchPrefix}*`;

/**
 * Refuses a commit whose message keeps GitLab from running pipelines: its tag would never be built (G23).
 *
 * @throws {StepError} E_SKIP_MARKER.
 */
export function refuseSkipMarker({ id, message }: Commit): void {
  const marker = /\[(?:ci[ _-]skip|skip[ _-]ci)\]/i.exec(message)?.[0];
  if (marker !== undefined)
    throw releaseErrors(
      "E_SKIP_MARKER",
      `The message of the commit to release, ${id.slice(0, 8)}, holds ${marker}: GitLab would run no pipeline for its tag.`,
    );
}

/**
 * Whether a branch is one that releases are made from. `*` in a pattern stands for anything, as in GitLab's own.
 *
 * @throws {StepError} E_RELEASE_BRANCH.
 */
export function requireReleaseBranch(branch: string, patterns: readonly string[]): void {
  const matches = (pattern: string) =>
    new RegExp(`^${pattern.split("*").map(RegExp.escape).join(".*")}$`, "s").test(branch);
  if (!patterns.some(matches))
    throw releaseErrors(
      "E_RELEASE_BRANCH",
      `Releases are made from ${patterns.join(", ")}; this pipeline is of ${branch}.`,
    );
}
