import { defineErrors, exit } from "../step/errors.ts";

/** What can go wrong with git, on this machine and on the server. */
export const gitErrors = defineErrors({
  E_GIT_MISSING: {
    exit: exit.machine,
    cause: "There is no executable git on PATH.",
    cure: "Use the Slipway image, or install git 2.31 or newer.",
  },
  E_GIT_TOO_OLD: {
    exit: exit.machine,
    cause:
      "The git on PATH ignores configuration from its environment, so that hooks could not be kept from running.",
    cure: "Use the Slipway image, or install git 2.31 or newer.",
  },
  E_GIT_FAILED: {
    exit: exit.machine,
    cause:
      "git ended with an error that has no code of its own: a full disk, a damaged repository.",
    cure: "Read what git said; LOG_LEVEL=debug shows every git command.",
  },
  E_NO_REPOSITORY: {
    exit: exit.config,
    cause: "The working directory is not inside a git work tree.",
    cure: "Run the step in the checkout of the job (GIT_STRATEGY fetch or clone, not none or empty).",
  },
  E_NO_COMMITS: {
    exit: exit.config,
    cause: "The repository has no commit yet.",
    cure: "Push a first commit with a version in it.",
  },
  E_OBJECT_MISSING: {
    exit: exit.config,
    cause:
      "The checkout lacks an object of the commit: a partial clone, or a commit that was never fetched.",
    cure: "Let the job fetch the commit with its files: no --filter in GIT_FETCH_EXTRA_FLAGS, GIT_DEPTH of 1 or more.",
  },
  E_OBJECT_FORGED: {
    exit: exit.refused,
    cause:
      "The object store of the checkout holds other bytes under an object's name than those it was named after.",
    cure: "Let the job run in a fresh clone (GIT_STRATEGY=clone), and look for what writes into .git.",
  },
  E_BLOB_DIFFERS: {
    exit: exit.refused,
    cause: "A file of the commit is not what the change was planned for.",
    cure: "Run the job again; the plan is made from the commit itself.",
  },
  E_CHECKOUT_LOCKED: {
    exit: exit.config,
    cause: "Another git process works in this checkout, or one was killed and left its lock file.",
    cure: "Wait for the other process; remove the named lock file if there is none. Slipway never removes it.",
  },
  E_CHECKOUT_MOVED: {
    exit: exit.refused,
    cause: "Something moved HEAD of the checkout while the step was running.",
    cure: "Run the step alone in its checkout, then run it again.",
  },
  E_IDENTITY: {
    exit: exit.config,
    cause:
      "The name or the address of the commits' author holds characters that git does not keep.",
    cure: "Set GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL to plain text without line breaks and angle brackets.",
  },
  E_REF_NAME: {
    exit: exit.config,
    cause: "A branch or tag name is not one that git takes.",
    cure: "Use a name that `git check-ref-format` takes and that does not begin with a hyphen.",
  },
  E_REMOTE_URL: {
    exit: exit.config,
    cause: "The repository's address is not a plain http(s) address.",
    cure: "Give an http or https address without user name and password; the token goes into CI_PROJECT_PASSWORD.",
  },
});
