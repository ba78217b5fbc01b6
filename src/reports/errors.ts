import { defineErrors, exit } from "../step/index.ts";

/** How reading and judging reports may end. */
export const reportError = defineErrors({
  E_GATE: {
    exit: exit.gate,
    cause:
      "The gate said no: tests failed, a report is missing or unreadable, or a threshold is missed.",
    cure: "Read the failed conditions above; index.html in the report folder has the details.",
  },
  E_REPORTS_TOO_MANY: {
    exit: exit.config,
    cause: "A pattern matches more report files than any test run writes.",
    cure: "Write a pattern that matches reports alone.",
  },
  E_FIX_FAILED: {
    exit: exit.machine,
    cause: "A repaired copy does not hold what was written.",
    cure: "Look at the free space of the disk that holds the report folder.",
  },
});
