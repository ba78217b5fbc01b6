import { defineErrors, exit } from "../../src/step/index.ts";

export const setupErrors = defineErrors({
  E_SETUP_WRONG: {
    exit: exit.config,
    cause: "Something that a release needs is not as it must be.",
    cure: "Mend what the table lists, all of it at once, then run check-setup again.",
  },
});
