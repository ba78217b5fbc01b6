/** Runs every suite that this machine can run, and says which it cannot. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const docker = spawnSync("docker", ["info"], { stdio: "ignore", timeout: 20_000 }).status === 0;
const projects = ["unit", "integration", ...(docker ? ["containers"] : [])];

if (!docker && process.env["CI"] === "true") {
  console.error(
    "No docker engine answers, so that the container tests cannot run; with CI=true that is a failure.",
  );
  process.exit(1);
}
if (!docker) console.error("No docker engine answers: the container tests are left out.");

const { status } = spawnSync(
  process.execPath,
  [
    vitest,
    "run",
    ...projects.flatMap((project) => ["--project", project]),
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: "inherit" },
);
process.exitCode = status ?? 1;
