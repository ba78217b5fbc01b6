import { defineErrors, exit } from "../../src/step/index.ts";

export const bumpErrors = defineErrors({
  E_HEAD_ELSEWHERE: {
    exit: exit.config,
    cause: "What is checked out is neither the pipeline's commit nor the release commit on it.",
    cure: "Run the step in a fresh checkout of the pipeline's commit; earlier lines of the job must not commit.",
  },
  E_CHECKOUT_MODIFIED: {
    exit: exit.config,
    cause:
      "A file that is to be edited is not as it was committed, or is missing; the message says where an attribute converts it or a sparse checkout leaves it out.",
    cure: "Commit or undo the changes: a release holds what the pipeline tested.",
  },
});
