import { defineErrors, exit } from "../step/errors.ts";

/** Everything that can go wrong between a step and GitLab, by how it has to be cured. */
export const gitlabError = defineErrors({
  E_GITLAB_HOST: {
    exit: exit.config,
    cause: "The name of the GitLab server cannot be resolved.",
    cure: "Check CI_API_V4_URL (or GITLAB_API) and the name servers that the runner gives its jobs.",
  },
  E_GITLAB_TLS: {
    exit: exit.config,
    cause: "The certificate that the server showed is not trusted, not valid or not its own.",
    cure: "Give the certificate of your authority in EXTRA_CA_FILE, or as CI_SERVER_TLS_CA_FILE in the runner's configuration; certificate checks are never turned off.",
  },
  E_GITLAB_PROXY: {
    exit: exit.config,
    cause: "The proxy that the environment names did not let the request through.",
    cure: "Check HTTPS_PROXY and HTTP_PROXY with user name and password, or add the server to NO_PROXY.",
  },
  E_GITLAB_NOT_JSON: {
    exit: exit.config,
    cause: "What answered is not GitLab's API: a login page, a proxy, another server.",
    cure: "Check that CI_API_V4_URL (or GITLAB_API) ends in /api/v4 and is reached without a sign-in page in between.",
  },
  E_GITLAB_ANSWER: {
    exit: exit.config,
    cause: "The answer is JSON but not what GitLab documents for this request.",
    cure: "Check that the address is GitLab's API and that GitLab is 18.4 or newer.",
  },
  E_GITLAB_TOO_MUCH: {
    exit: exit.config,
    cause: "The answer is larger than any answer of GitLab's API.",
    cure: "Check that the address is GitLab's API and that no proxy rewrites its answers.",
  },
  E_GITLAB_REDIRECT: {
    exit: exit.config,
    cause:
      "The server sent the request elsewhere, where neither the token nor the file may follow.",
    cure: "Use the address that the message names: the project was moved or renamed, or the server wants https.",
  },
  E_GITLAB_REJECTED: {
    exit: exit.config,
    cause: "GitLab did not accept the values of the request.",
    cure: "Correct what GitLab's text names.",
  },
  E_GITLAB_UNREACHABLE: {
    exit: exit.unavailable,
    cause: "No connection to the server came about, or it broke each time.",
    cure: "Run the job again; if it stays, check the network of the runner.",
  },
  E_GITLAB_UNAVAILABLE: {
    exit: exit.unavailable,
    cause: "GitLab answered that it cannot serve the request now, each time it was asked.",
    cure: "Run the job again later; retry: exit_codes: [4] does it by itself.",
  },
  E_GITLAB_OUTCOME_UNKNOWN: {
    exit: exit.unavailable,
    cause:
      "A write was sent, no complete answer came, and GitLab could not be asked what became of it.",
    cure: "Run the job again: it looks first and repeats only what is missing.",
  },
  E_TOKEN_MISSING: {
    exit: exit.config,
    cause: "None of the variables that may hold a token is set.",
    cure: "Run in a GitLab job (CI_JOB_TOKEN is always there), or set GITLAB_TOKEN. A protected variable is empty on an unprotected branch or tag.",
  },
  E_TOKEN_REFUSED: {
    exit: exit.refused,
    cause:
      "GitLab does not know the token, or it is expired or revoked; a job token dies with its job.",
    cure: "Make a new token (Settings, Access tokens) and store it in the variable that the message names.",
  },
  E_TOKEN_SCOPE: {
    exit: exit.refused,
    cause: "The token lacks the scope for this request.",
    cure: "Make a token with the scope that the message names; api covers all requests of Slipway.",
  },
  E_FORBIDDEN: {
    exit: exit.refused,
    cause: "The token is valid but may not do this.",
    cure: "Give the token's user a higher role, or add this project to the job-token allowlist of the other project.",
  },
  E_NOT_FOUND: {
    exit: exit.refused,
    cause: "GitLab shows nothing there: it is absent, or the token may not see it.",
    cure: "Check the name; then check that the token's user is a member and that the job token is on the allowlist (Settings, CI/CD, Job token permissions).",
  },
  E_CONFLICT: {
    exit: exit.refused,
    cause: "GitLab already holds something else under that name.",
    cure: "Look at what is there; Slipway never replaces what is published.",
  },
  E_PUSH_REFUSED: {
    exit: exit.refused,
    cause: "The token may not push the branch or make the tag.",
    cure: "Give the token what the message lists, all of it at once.",
  },
  E_PUSH_SETUP: {
    exit: exit.config,
    cause: "The project or the token is not set up for the push.",
    cure: "Change what the message lists, all of it at once.",
  },
  E_PACKAGE_FILES: {
    exit: exit.config,
    cause: "The files to upload or to verify are missing, unreadable or clash with each other.",
    cure: "Check PACKAGE_FILES (in verify-release VERIFY_FILES) against the files that are there; patterns are relative to the working directory, and the user of the job must be able to read what they find.",
  },
  E_PACKAGE_NAME: {
    exit: exit.config,
    cause: "The generic package registry does not allow such a name.",
    cure: "Rename what the message lists.",
  },
  E_PACKAGE_TOO_LARGE: {
    exit: exit.config,
    cause: "The file is larger than the registry takes.",
    cure: "Make the file smaller, or let an administrator raise the limit for generic packages and set UPLOAD_LIMIT to it.",
  },
  E_PACKAGE_REGISTRY: {
    exit: exit.refused,
    cause:
      "The package registry is switched off for the project, the token may not use it, or the project is another than meant.",
    cure: "Check GITLAB_PROJECT. The token's user must be a member of that project: a project access token is one of its own project alone, a job token has the role of whoever started the pipeline and for another project it must be on that project's allowlist (Settings, CI/CD, Job token permissions). Or the package registry is off: switch it on (Settings, General, Visibility).",
  },
  E_PACKAGE_PROTECTED: {
    exit: exit.refused,
    cause: "A package protection rule asks for a higher role.",
    cure: "Let somebody with the role of the rule start the pipeline, or change the rule (Settings, Packages and registries).",
  },
  E_PACKAGE_DUPLICATE: {
    exit: exit.refused,
    cause: "The group forbids a second file of the same name in a version.",
    cure: "Upload under a new version or file name, or allow duplicates for this package (group settings, Packages and registries).",
  },
  E_PACKAGE_DIFFERS: {
    exit: exit.refused,
    cause: "The registry holds other bytes under the name of a released file.",
    cure: "Release a new version. A published address never changes its content.",
  },
  E_PACKAGE_FILE_CHANGED: {
    exit: exit.refused,
    cause: "A file changed while it was being sent.",
    cure: "Let nothing write to the file while the job uploads it, and run the job again.",
  },
  E_PACKAGE_NOT_PROVEN: {
    exit: exit.refused,
    cause: "What GitLab reports of the stored file is not what was sent.",
    cure: "Do not use the file. Look at proxies between the runner and GitLab; nothing was deleted.",
  },
  E_PACKAGE_STORAGE: {
    exit: exit.unavailable,
    cause:
      "GitLab refuses the upload although the token may do it: so it reports failures of its object storage.",
    cure: "Run the job again; if it stays, ask an administrator for the log of the object storage.",
  },
  E_RELEASE_TAG_MISSING: {
    exit: exit.config,
    cause: "There is no tag to release.",
    cure: "Push the tag first (tag-release does), or check RELEASE_TAG. A release never makes its tag, for it might land on the wrong commit.",
  },
  E_RELEASE_TAG_MOVED: {
    exit: exit.refused,
    cause: "The tag is not on the commit that this pipeline runs for.",
    cure: "Run the pipeline of the tag as it is now, or release the next version.",
  },
  E_RELEASE_TAG_PROTECTED: {
    exit: exit.refused,
    cause: "The tag is protected, and the token's user may not make releases of it.",
    cure: "Let somebody who may create this protected tag start the pipeline, or change the rule (Settings, Repository, Protected tags).",
  },
  E_RELEASE_READ_ONLY: {
    exit: exit.refused,
    cause: "The release is there, and the token's user may not change it.",
    cure: "Let somebody with the role Developer run the job; where the tag is protected, somebody who may create it, or change the rule (Settings, Repository, Protected tags).",
  },
  E_RELEASE_FILES: {
    exit: exit.refused,
    cause: "A file of the release is missing in the package registry or has another digest.",
    cure: "Run the upload of this version first, to its end; create-release comes after it.",
  },
  E_RELEASE_DIFFERS: {
    exit: exit.refused,
    cause: "The release exists with another name, text or link.",
    cure: "Compare the two values of the message. RELEASE_UPDATE=true replaces name, text and date; a link is never replaced.",
  },
  E_RELEASE_INPUTS: {
    exit: exit.config,
    cause: "What the release is to be made of cannot be read.",
    cure: "Correct what the message lists.",
  },
  E_MERGE_REQUEST_CLOSED: {
    exit: exit.refused,
    cause: "A person closed the merge request that proposed just this.",
    cure: "Nothing, where that was meant. To propose it again, reopen it on its page, or run with DEPLOY_REOPEN=true; another version gets a merge request of its own.",
  },
  E_MERGE_REQUEST_NOT_PROVEN: {
    exit: exit.refused,
    cause: "The merge request that was sent is not there when GitLab is asked for it.",
    cure: "Look at the merge requests of the project; somebody or something changed it at the same time. Run the job again.",
  },
  E_AUTO_MERGE: {
    exit: exit.refused,
    cause:
      "GitLab does not let the token's user merge this merge request, or it cannot be merged as it is.",
    cure: "Look at its page, which says what is missing; the token's user needs the right to merge into the target branch.",
  },
  E_BRANCH_BUSY: {
    exit: exit.unavailable,
    cause:
      "Somebody else wrote to the same branch at the same moment; nothing of theirs was overwritten.",
    cure: "Run the job again: it reads what is there now.",
  },
  E_BRANCH_FOREIGN: {
    exit: exit.refused,
    cause: "The branch of the merge request holds what a person made of it.",
    cure: "Merge or close the merge request that the message names, or delete its branch; then run the job again.",
  },
  E_USER_UNKNOWN: {
    exit: exit.config,
    cause: "There is no user of that name, or the token may not see it.",
    cure: "Write user names as they stand behind the @ on their pages.",
  },
  E_RELEASE_NOT_PROVEN: {
    exit: exit.refused,
    cause: "The release that GitLab shows is not the one that was sent.",
    cure: "Look at the release page; somebody or something changed it at the same time. Run the job again.",
  },
});

/** How looking at a release ends where there is something left to do. */
export const statusError = defineErrors({
  E_RELEASE_INCOMPLETE: {
    exit: exit.gate,
    cause: "The release is not whole: a part of it is missing, wrong or still on its way.",
    cure: "Do the one thing that the message names, then ask again.",
  },
});
