import { gitlabInputs } from "../../src/gitlab/index.ts";
import { byteSize, type StepContext, text, url } from "../../src/step/index.ts";
import { packInputs } from "../conda-pack/inputs.ts";
import { tagInputs } from "../tag-release/inputs.ts";

const { PROJECT_DIR, CHANGELOG_FILE, RELEASE_PART, POST_RELEASE_VERSION_BUMP } = tagInputs;
const { POST_RELEASE, TAG_FORMAT, VERSION_BUMP } = tagInputs;
const { CONDA_ENVIRONMENT_FILE } = packInputs;

export const setupInputs = {
  ...gitlabInputs,
  // A doctor works with what there is: without a server the checkout is examined all the same.
  GITLAB_API: url({ ...gitlabInputs.GITLAB_API, optional: true }),
  GITLAB_PROJECT: text({ ...gitlabInputs.GITLAB_PROJECT, optional: true }),
  PROJECT_DIR,
  TAG_FORMAT,
  RELEASE_PART,
  POST_RELEASE,
  POST_RELEASE_VERSION_BUMP,
  VERSION_BUMP,
  CHANGELOG_FILE,
  CONDA_ENVIRONMENT_FILE,
  PACKAGE_NAME: text({
    optional: true,
    from: ["CI_PROJECT_NAME"],
    about: "Name of the package that the release's files are stored under.",
    example: "job-project",
  }),
  CHECK_FREE_SPACE: byteSize({
    default: "2GiB",
    about: "Least free space in the working directory and in the folder for temporary files.",
    example: "10GiB",
  }),
};

export const setupOutputs = {
  SETUP_WRONG_COUNT: "How many checks found something that a release would fail of",
  SETUP_WARNING_COUNT: "How many checks found something that should be looked at",
};

export type SetupContext = StepContext<typeof setupInputs, typeof setupOutputs>;
