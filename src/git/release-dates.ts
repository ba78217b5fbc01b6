import type { Commit } from "./commit.ts";

/** The dates of what a release makes; they depend on nothing that differs between two runs of one pipeline. */
export interface ReleaseDates {
  /** Of the release commit and of the tag. */
  readonly release: Date;
  readonly postRelease: Date;
}

/**
 * The dates of a release: when the pipeline was created, else when its commit was made, plus one and two seconds.
 *
 * @param createdAt `CI_PIPELINE_CREATED_AT`, ISO 8601.
 * @param base the commit that the pipeline tested.
 */
export function releaseDates(
  createdAt: string | undefined,
  base: Pick<Commit, "committer">,
): ReleaseDates {
  const created = Math.floor(Date.parse(createdAt ?? "") / 1000);
  const seconds = Number.isNaN(created) ? base.committer.seconds : created;
  return {
    release: new Date((seconds + 1) * 1000),
    postRelease: new Date((seconds + 2) * 1000),
  };
}
