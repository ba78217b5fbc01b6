import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import announceRelease from "../../examples/custom-step/announce-release.ts";
import { runStep } from "../../src/step/index.ts";
import { start } from "../step/support/child.ts";
import { statesOf, temporaryFolder } from "../step/support/steps.ts";

const root = join(import.meta.dirname, "../..");
const command = join(root, "examples/custom-step/announce-release.ts");

test("the step of docs/custom-steps.md runs as a command, and a second run changes nothing", async () => {
  const cwd = await temporaryFolder();
  const announce = () =>
    start(process.execPath, [command], { cwd, env: { CI_COMMIT_TAG: "v0.15.0" } }).ended;
  expect(await announce()).toMatchObject({ code: 0, stderr: "" });
  const { stdout } = await announce();
  expect(stdout).toContain(": already done\n");
  expect(await readFile(join(cwd, "NEWS.md"), "utf8")).toBe("- v0.15.0 is released.\n");
  expect(await readFile(join(cwd, "slipway.env"), "utf8")).toBe(
    "NEWS_LINE=- v0.15.0 is released.\n",
  );
});

test("the step of docs/custom-steps.md is tested as its page says", async () => {
  const cwd = await temporaryFolder();
  const dry = await runStep(announceRelease, {
    env: { ANNOUNCED_TAG: "v1.0.0", DRY_RUN: "true" },
    cwd,
  });
  expect(dry.stdout).toContain("DRY RUN: nothing was changed");
  expect(statesOf(dry.record)).toEqual({ "announce:- v1.0.0 is released.": "planned" });
});

test("docs/custom-steps.md shows the example as it is", async () => {
  const page = await readFile(join(root, "docs/custom-steps.md"), "utf8");
  expect(page).toContain(await readFile(command, "utf8"));
});
