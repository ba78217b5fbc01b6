import { defineErrors, exit } from "../step/errors.ts";

export const rehearsalError = defineErrors({
  E_REHEARSE_REPO: {
    exit: exit.config,
    cause:
      "REHEARSE_REPO is no folder, cannot be read, or is a repository without commits or with the object format sha256.",
    cure: "Point REHEARSE_REPO at a git repository with at least one commit, or at a folder with the files of a project.",
  },
  E_REHEARSE_FILES: {
    exit: exit.config,
    cause: "The repository holds nothing that could be packed.",
    cure: "Commit the files of the project, or name the files to upload with PACKAGE_FILES.",
  },
  E_REHEARSAL: {
    exit: exit.config,
    cause:
      "A step of the rehearsed release failed. The rehearsal ends with that step's exit code; its own log and error stand above.",
    cure: "Mend what the step's own error says, commit it, and rehearse again. Nothing real was touched.",
  },
});
