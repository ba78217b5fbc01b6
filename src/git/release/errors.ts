import { defineErrors, exit } from "../../step/errors.ts";

/** What can stand in the way of a release: in the checkout, and on the server. */
export const releaseErrors = defineErrors({
  E_NOT_RELEASE_COMMIT: {
    exit: exit.config,
    cause: "What is checked out is not what the pipeline tested, nor the release commit on it.",
    cure: "Run bump-version and tag-release in one job, in a checkout of the pipeline's commit, with nothing committed before or in between. Where the release commit holds what hooks changed, BUMPED_COMMIT_SHA must be what bump-version said.",
  },
  E_NOT_BUMPED: {
    exit: exit.config,
    cause: "The commit to release still holds a development version.",
    cure: "Run bump-version before tag-release, in the same job: with nothing set, or with a NEW_VERSION or VERSION_BUMP that ends in a release, and not with VERSION_COMMIT=false.",
  },
  E_NO_NEXT_VERSION: {
    exit: exit.config,
    cause:
      "The bump configuration has no current_version and names no file, so that there is nothing to commit after a release.",
    cure: "Give the bump configuration a current_version or a file, or set POST_RELEASE=none: then the tag alone is pushed.",
  },
  E_SKIP_MARKER: {
    exit: exit.config,
    cause:
      "A marker in the commit's message keeps GitLab from running pipelines, also that of the tag.",
    cure: "Release a commit without [skip ci] in its message; bump-version takes it out of its own.",
  },
  E_RELEASE_BRANCH: {
    exit: exit.config,
    cause: "The pipeline is not of a branch that releases are made from.",
    cure: "Run the job in a pipeline of such a branch, or add this one to RELEASE_BRANCHES (patterns such as release/*).",
  },
  E_BRANCH_ABSENT: {
    exit: exit.config,
    cause: "The branch of the pipeline is gone.",
    cure: "Start a new pipeline on a branch that exists.",
  },
  E_BRANCH_MOVED: {
    exit: exit.refused,
    cause:
      "Someone pushed to the branch after the commit that the pipeline tested. Slipway does not rebase: it would release what no pipeline has tested.",
    cure: "Start the release job in the pipeline of the new head.",
  },
  E_TAG_ELSEWHERE: {
    exit: exit.refused,
    cause: "The tag of this release exists on another commit.",
    cure: "Release the next version, or let a maintainer look at the tag. Slipway never moves or deletes one.",
  },
  E_VERSION_RELEASED: {
    exit: exit.config,
    cause:
      "The versions of this project have no development marker, and nobody raised the version since its release.",
    cure: "Bump first: run bump-version with VERSION_BUMP=major, minor or patch before tag-release.",
  },
  E_VERSION_NOT_GREATER: {
    exit: exit.refused,
    cause: "The same or a newer version is tagged on another commit.",
    cure: "Raise the version in the repository above the newest tag. Older lines are released from branches of their own (RELEASE_BRANCHES).",
  },
  E_HALF_RELEASED: {
    exit: exit.refused,
    cause:
      "Someone pushed the tag alone, and the branch moved on without the next development version.",
    cure: "Open the next development version on the branch by hand.",
  },
});
