// Not by the domain's index: bump-version starts without the client, which only VERSION_BUMP=auto needs.
import { gitlabInputs } from "../../src/gitlab/inputs.ts";
import { defineErrors, exit, url } from "../../src/step/index.ts";
import { releasePathsInput } from "./release-paths.ts";

const { CI_JOB_TOKEN, GITLAB_TOKEN, CI_PROJECT_PASSWORD } = gitlabInputs;
const { CI_SERVER_TLS_CA_FILE, EXTRA_CA_FILE } = gitlabInputs;

/** Where the history of a project is asked for, and by whom. */
export const historyInputs = {
  REPOSITORY_URL: url({
    optional: true,
    from: ["CI_PROJECT_URL"],
    about:
      "Address of the repository whose tags and commits count. In a job it is the project's own; without it, and without a token, the checkout must hold them.",
    example: "https://gitlab.example.org/group/project",
  }),
  CI_JOB_TOKEN,
  GITLAB_TOKEN,
  CI_PROJECT_PASSWORD,
  CI_SERVER_TLS_CA_FILE,
  EXTRA_CA_FILE,
};

/** What the commits since the last release are read with. */
export const autoInputs = { ...historyInputs, ...releasePathsInput };

export const autoErrors = defineErrors({
  E_HISTORY_SHALLOW: {
    exit: exit.config,
    cause: "The checkout holds only the newest commits, and the rest cannot be fetched.",
    cure: "Let the job fetch the whole history: GIT_DEPTH: 0. Or give it what it takes to fetch it: REPOSITORY_URL and a token that may read the repository.",
  },
  E_RELEASE_PATHS: {
    exit: exit.config,
    cause: "RELEASE_PATHS names a folder outside of the repository.",
    cure: "Name folders of the repository, relative to the working directory.",
  },
});
