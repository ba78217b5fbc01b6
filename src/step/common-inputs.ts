import { boolean, choice, path, text } from "./inputs/kinds.ts";
import { levels } from "./log/human.ts";

/** Inputs that every step has: how it runs, talks and reports. */
export const commonInputs = {
  DRY_RUN: boolean({
    default: "false",
    about: "Do every read, print what would be written, write nothing.",
  }),
  SLIPWAY_DRY_RUN: boolean({
    optional: true,
    about: "The same as DRY_RUN, and wins over it: for whoever cannot change the job.",
  }),
  SLIPWAY_DOTENV: path({
    default: "slipway.env",
    about:
      "File that outputs are written to, for `artifacts:reports:dotenv`; later steps of the job read it.",
  }),
  SLIPWAY_REPORT_DIR: path({
    default: "slipway-report",
    about:
      "Folder for the report: `summary.md`, `index.html`, `annotations.json`, `<step>.json`, `journal.ndjson`.",
  }),
  SLIPWAY_IMAGE: text({
    optional: true,
    from: ["CI_JOB_IMAGE"],
    about: "The image that the printed reproduction runs.",
    example: "registry.example.org/tools/slipway:1",
  }),
  LOG_FORMAT: choice(["human", "json"], {
    default: "human",
    about: "A log for people, or one JSON object a line.",
  }),
  LOG_LEVEL: choice(levels, {
    default: "info",
    about: "How much is said; `debug` shows each request and each git command.",
  }),
};
