/** The main job: a whole release of the example job repository on the embedded GitLab. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const { status } = spawnSync(join(root, "dist/bin/rehearse-release"), {
  stdio: "inherit",
  env: {
    ...process.env,
    REHEARSE_REPO: process.env["REHEARSE_REPO"] || join(root, "examples/job-project"),
    REHEARSE_PACK:
      process.env["REHEARSE_PACK"] || (process.env["REHEARSE_REPO"] ? "auto" : "conda"),
  },
});
process.exitCode = status ?? 1;
