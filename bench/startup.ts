/** Start-up of every command against bare Node.js: `--version`, which loads the step with its inputs. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { measure, printTable } from "./measure.ts";

const bin = join(import.meta.dirname, "../dist/bin");
/** Steps that speak HTTP may cost more. */
const network = new Set([
  "tag-release",
  "upload-package",
  "create-release",
  "rehearse-release",
  "check-setup",
  "release-status",
  "verify-release",
  "propose-artifact",
]);

const steps = readdirSync(bin)
  .filter((name) => name !== "embedded-gitlab")
  .toSorted();
const rows = measure(
  [
    { title: "node -e 0", file: process.execPath, args: ["-e", "0"] },
    ...steps.map((step) => ({
      title: `${step} --version`,
      file: join(bin, step),
      args: ["--version"],
    })),
  ],
  Number(process.env["BENCH_ROUNDS"] ?? 15),
);
printTable(
  "Start-up: min, median, max; ratio of medians to bare Node.js",
  rows,
  new Map(steps.map((step) => [`${step} --version`, network.has(step) ? 2.5 : 1.5])),
);
