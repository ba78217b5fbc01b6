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
  E_GIT_UNREACHABLE: {
    exit: exit.unavailable,
    cause: "The git server cannot be reached or is overloaded, also after several attempts.",
    cure: "Run the job again; if it stays so, look at the network, the proxy and the server.",
  },
  E_GIT_TLS: {
    exit: exit.config,
    cause: "The server's certificate is not signed by an authority that this machine trusts.",
    cure: "Give the authority's certificate in CI_SERVER_TLS_CA_FILE or EXTRA_CA_FILE.",
  },
  E_GIT_PROXY: {
    exit: exit.config,
    cause: "A proxy does not let git through.",
    cure: "Check http_proxy, https_proxy and no_proxy of the job.",
  },
  E_GIT_TOKEN_REFUSED: {
    exit: exit.refused,
    cause: "The token is wrong, expired or revoked, or no token was given.",
    cure: "Make a project access token with write_repository and read_api, and store it in CI_PROJECT_PASSWORD.",
  },
  E_GIT_FORBIDDEN: {
    exit: exit.refused,
    cause: "The token is known, but may not do this: its scopes or its role do not suffice.",
    cure: "Give the token the scope write_repository and a role that may push to the branch and make the tag. A job token may push only where the project allows it (Settings, CI/CD, Job token permissions).",
  },
  E_GIT_NOT_FOUND: {
    exit: exit.refused,
    cause:
      "The project does not exist, or the token is of another project: GitLab answers both alike.",
    cure: "Use an access token of this very project, and compare the address with the project's page.",
  },
  E_PROJECT_MOVED: {
    exit: exit.config,
    cause: "The project was renamed or moved; a token is never sent after a redirect.",
    cure: "Start a new pipeline, whose CI_PROJECT_URL has the new path; or correct the address you set.",
  },
  E_NOT_GIT: {
    exit: exit.config,
    cause:
      "Something else than a git server answers at the address: a sign-in page, a proxy's page.",
    cure: "Compare the address with the project's clone address.",
  },
  E_SIGNING_KEY: {
    exit: exit.config,
    cause:
      "The file in GIT_SIGNING_KEY_FILE or SIGNING_KEY_FILE is not a private SSH key that can be used without a passphrase.",
    cure: "Store an Ed25519 key without passphrase (`ssh-keygen -t ed25519 -N ''`) in a variable of type file.",
  },
  E_SIGNING: {
    exit: exit.machine,
    cause:
      "ssh-keygen is not there or could not sign, for instance because the user id has no name on this machine.",
    cure: "Use the Slipway image as its default user, or install openssh-client.",
  },
  E_BRANCH_PROTECTED: {
    exit: exit.refused,
    cause: "The branch is protected, and the token's user may not push to it.",
    cure: "Allow it (Settings, Repository, Protected branches, Allowed to push and merge), or use a token of a role that may.",
  },
  E_TAG_PROTECTED: {
    exit: exit.refused,
    cause:
      "The tag's name is protected, and the token's user may not make such tags; or the tag is there and may not change.",
    cure: "Allow it (Settings, Repository, Protected tags, Allowed to create), or use a token of a role that may.",
  },
  E_TAG_NAME: {
    exit: exit.refused,
    cause: "GitLab does not permit a tag of this name.",
    cure: "Choose another TAG_FORMAT.",
  },
  E_PUSH_AUTHOR: {
    exit: exit.refused,
    cause: "A push rule wants commits of known authors or committers.",
    cure: "Set GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL to those of the token's user, which the rule knows.",
  },
  E_PUSH_SIGNATURE: {
    exit: exit.refused,
    cause: "A push rule wants signed commits.",
    cure: "Give an SSH key that GitLab knows in GIT_SIGNING_KEY_FILE, to bump-version and tag-release.",
  },
  E_PUSH_MESSAGE: {
    exit: exit.refused,
    cause: "A push rule wants another form of commit messages.",
    cure: "Set VERSION_COMMIT_MESSAGE and NEXT_COMMIT_MESSAGE to what the rule takes.",
  },
  E_PUSH_SECRET: {
    exit: exit.refused,
    cause: "Secret push protection found what looks like a secret in the pushed commits.",
    cure: "Remove it from the version files, or let a maintainer mark it as known.",
  },
  E_PUSH_RULE: {
    exit: exit.refused,
    cause: "A rule of the server refuses the push.",
    cure: "Read what the server says; the rule is in the project's or the group's settings.",
  },
  E_PUSH_NOT_ATOMIC: {
    exit: exit.config,
    cause:
      "The server cannot take several references at once, so that a release could end up half there.",
    cure: "Switch receive.advertiseAtomic on; GitLab has it on. Slipway does not push in two steps.",
  },
  E_REF_BUSY: {
    exit: exit.unavailable,
    cause: "Another push held or moved the references, again and again.",
    cure: "Run the job again. `resource_group: release` in .gitlab-ci.yml lets one release run at a time.",
  },
  E_PUSH_UNKNOWN: {
    exit: exit.unavailable,
    cause: "The connection broke after the push was sent, and what became of it cannot be read.",
    cure: "Run the job again: it looks first, and a release that arrived is recognised.",
  },
});
