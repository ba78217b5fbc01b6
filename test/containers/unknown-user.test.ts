import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StartedTestContainer } from "testcontainers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { debianWithGit, installed, StrictContainer } from "../support/containers.ts";

const root = join(import.meta.dirname, "../..");
const steps = readdirSync(join(root, "steps"))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replace(/\.ts$/, ""));
let container: StartedTestContainer;
let checkout: string;

beforeAll(async () => {
  checkout = mkdtempSync(join(tmpdir(), "slipway-checkout-"));
  cpSync(join(root, "examples/job-project"), checkout, { recursive: true });
  const git = (...args: readonly string[]) => execFileSync("git", ["-C", checkout, ...args]);
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git(
    "-c",
    "user.name=Test",
    "-c",
    "user.email=test@example.org",
    "commit",
    "--quiet",
    "--message=First",
  );
  execFileSync("chmod", ["-R", "a+rwX", checkout]);
  chmodSync(checkout, 0o777);
  const mounts = [{ source: checkout, target: "/repo", mode: "rw" }] as const;
  container = await new StrictContainer(debianWithGit(), mounts)
    .withUser("1234:1234")
    .withWorkingDir("/repo")
    .start();
});

afterAll(async () => {
  await container?.stop();
});

/** As the runner does it: a shell that starts a command, with nothing of a home or a name for the user. */
async function run(script: string) {
  return container.exec(["sh", "-c", `PATH=${installed}/dist/bin:$PATH; ${script}`]);
}

test.each(steps)("%s starts as a user without name and home, on a read-only root", async (step) => {
  const { exitCode, output } = await run(`${step} --version`);
  expect(output).toMatch(new RegExp(`^${step} \\d+\\.\\d+\\.\\d+\\n$`));
  expect(exitCode).toBe(0);
});

test("bump-version makes its commit in a checkout that belongs to somebody else (G12)", async () => {
  const { exitCode, output } = await run("bump-version");
  expect(output).toContain("BUMPED_VERSION=0.15.0");
  expect(exitCode).toBe(0);
  expect(readFileSync(join(checkout, "setup.cfg"), "utf8")).toContain("version = 0.15.0\n");
  const title = execFileSync("git", [
    "-C",
    checkout,
    "-c",
    `safe.directory=${checkout}`,
    "log",
    "-1",
    "--format=%s",
  ]);
  expect(title.toString()).toBe("Release version 0.15.0\n");
});
