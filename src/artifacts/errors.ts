import { defineErrors, exit } from "../step/errors.ts";

/** What can be wrong with the artifacts that a repository declares. */
export const artifactsError = defineErrors({
  E_ARTIFACTS_FILE: {
    exit: exit.config,
    cause: "A file that declares artifacts is missing, is no YAML, or does not hold what it must.",
    cure: "Correct what the message lists, each with its file and line.",
  },
  E_ARTIFACTS_PLACE: {
    exit: exit.config,
    cause: "Several files could declare a new artifact, or none can.",
    cure: "Name the one file in DEPLOY_FILES that shall declare it.",
  },
  E_ARTIFACTS_EDIT: {
    exit: exit.config,
    cause:
      "A file that declares artifacts is written in a way that an entry cannot be changed and all else left alone.",
    cure: "Make the change by hand, or write the entry as name, id and source on lines of their own.",
  },
});
