import { defineErrors, exit } from "../step/errors.ts";

/** What can be wrong with the artifacts that a repository declares. */
export const artifactsError = defineErrors({
  E_ARTIFACTS_FILE: {
    exit: exit.config,
    cause: "A file that declares artifacts is missing, is no YAML, or does not hold what it must.",
    cure: "Correct what the message lists, each with its file and line.",
  },
});
