import { defineErrors } from "../../step/errors.ts";

/** What the smoke test of a pack can end with. */
export const smokeErrors = defineErrors({
  E_SMOKE_FAILED: {
    exit: 1,
    cause: "The pack was unpacked at another place and did not work there.",
    cure: "Correct what the message names (a missing requirement, a module that fails to import); PACK_SMOKE_TEST=false packs without the test.",
  },
  E_SMOKE_NOEXEC: {
    exit: 5,
    cause: "The pack was unpacked on a file system where no program may be started.",
    cure: "Let PACK_SMOKE_DIR name a folder on a file system that is mounted without noexec.",
  },
  E_SMOKE_FOLDER: {
    exit: 2,
    cause: "The folder for the smoke test does not exist or cannot be written.",
    cure: "Create the folder that PACK_SMOKE_DIR names, or unset it.",
  },
  E_SMOKE_SPACE: {
    exit: 5,
    cause: "The disk has no room for the unpacked pack.",
    cure: "Free disk space, or let PACK_SMOKE_DIR name a folder on another disk.",
  },
});
