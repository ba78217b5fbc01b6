import { commitInputs } from "../../src/git/index.ts";
import { gitlabInputs } from "../../src/gitlab/index.ts";
import { releasePathsInput } from "../shared/release-paths.ts";
import { choice, list, type StepContext, text, url } from "../../src/step/index.ts";
import { bumpInputs } from "../bump-version/inputs.ts";

const { VERSION_BUMP, NEW_VERSION, RELEASE_PART, VERSION_COMMIT_MESSAGE } = bumpInputs;
const { CHANGELOG_FILE, PROJECT_DIR, TAG_FORMAT } = bumpInputs;

export const tagInputs = {
  POST_RELEASE: choice(["push", "merge_request", "none"], {
    default: "push",
    about:
      "How the next development version gets to the branch: pushed together with the tag; as a merge request, where nobody may push to the branch; or not at all.",
  }),
  POST_RELEASE_VERSION_BUMP: text({
    default: "minor",
    about:
      "Part of the version to raise after the release: major, minor, patch, or another part of the scheme.",
    example: "patch",
  }),
  TAG_FORMAT,
  NEXT_COMMIT_MESSAGE: text({
    optional: true,
    about:
      "Message of the post-release commit. By default the configuration's message, else Bump version: {current_version} → {new_version}.",
    example: "Open {new_version}",
  }),
  RELEASE_BRANCHES: list({
    from: ["CI_DEFAULT_BRANCH"],
    default: "main",
    about:
      "Branches that releases are made from and pushed to; * stands for anything. By default the default branch.",
    example: "main, release/*",
  }),
  REPOSITORY_URL: url({
    from: ["CI_PROJECT_URL"],
    about: "Address of the repository to push to. In a job it is the project's own.",
    example: "https://gitlab.example.org/group/project",
  }),
  BUMPED_COMMIT_SHA: text({
    optional: true,
    chain: ["BUMPED_COMMIT_SHA"],
    about: "The release commit that bump-version made; only needed where CI_COMMIT_SHA is not set.",
  }),
  BUMPED_VERSION: text({
    optional: true,
    chain: ["BUMPED_VERSION"],
    about:
      "The version that bump-version decided on; only needed where no file holds it (setuptools-scm, hatch-vcs).",
    example: "1.5.0",
  }),
  VERSION_BUMP_DECIDED: text({
    optional: true,
    chain: ["VERSION_BUMP_DECIDED"],
    about:
      "What bump-version decided with VERSION_BUMP=auto. With none, and no release commit made, there is nothing to do.",
    example: "none",
  }),
  // In a dry run nothing was bumped before: the release commit is planned here, as bump-version would make it. A version
  // that is in tags alone is bumped here, too.
  VERSION_BUMP,
  NEW_VERSION,
  RELEASE_PART,
  VERSION_COMMIT_MESSAGE,
  CHANGELOG_FILE,
  ...releasePathsInput,
  PROJECT_DIR,
  ...commitInputs,
  ...gitlabInputs,
};

export const tagOutputs = {
  RELEASE_TAG: "Tag of the release",
  RELEASE_VERSION: "Version that it released",
  NEXT_VERSION: "Version that the branch holds after it, or will hold with the merge request",
  MERGE_REQUEST_URL:
    "Page of the merge request that opens the next version (POST_RELEASE=merge_request)",
};

export type TagContext = StepContext<typeof tagInputs, typeof tagOutputs>;
