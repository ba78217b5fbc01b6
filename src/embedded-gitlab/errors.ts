import { defineErrors, exit } from "../step/errors.ts";

/** What may be wrong with how the embedded GitLab is started. */
export const embeddedGitlabErrors = defineErrors({
  E_EMBEDDED_SETTINGS: {
    exit: exit.config,
    cause:
      "PORT, EMBEDDED_GITLAB_PROJECT or EMBEDDED_GITLAB_REPO has a value that cannot be used, or there are arguments.",
    cure: "Set PORT to a free port from 1 to 65535 and EMBEDDED_GITLAB_PROJECT to group/name and EMBEDDED_GITLAB_REPO to a repository, or leave them unset.",
  },
  E_IMPORT_REPOSITORY: {
    exit: exit.config,
    cause: "EMBEDDED_GITLAB_REPO is not a git repository that can be read.",
    cure: "Set EMBEDDED_GITLAB_REPO to the top folder of a git repository, bare or not, or leave it unset.",
  },
  E_PORT_TAKEN: {
    exit: exit.machine,
    cause: "Another process listens on the port.",
    cure: "Leave PORT unset, and a free port is taken.",
  },
  E_NO_GIT: {
    exit: exit.machine,
    cause: "git, or its part git-http-backend, is not installed.",
    cure: "Install git (the package has git-http-backend with it on Debian; git-daemon on Alpine).",
  },
});
