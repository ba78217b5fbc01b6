import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defineStep, exit, runStep, StepError } from "../../src/step/index.ts";

const judge = defineStep({
  name: "judge",
  summary: "Say no after everything is written",
  inputs: {},
  outputs: { JUDGED: "What was looked at" },
  examples: [
    { title: "Judge", command: "judge" },
    { title: "Look first", command: "DRY_RUN=true judge" },
  ],
  async plan({ output, fail }) {
    output("JUDGED", "42");
    fail(new StepError({ code: "E_NO", exit: exit.gate, message: "No." }));
    fail(new StepError({ code: "E_LATER", exit: exit.config, message: "Later." }));
    return [];
  },
});

test.each([
  { title: "a step that says no has written its outputs", env: {}, outputs: { JUDGED: "42" } },
  { title: "a dry run says no too, and writes none", env: { DRY_RUN: "true" }, outputs: {} },
])("$title", async ({ env, outputs }) => {
  const cwd = await mkdtemp(join(tmpdir(), "verdict-"));
  const run = await runStep(judge, { env, cwd });
  await rm(cwd, { recursive: true });
  expect(run).toMatchObject({ exitCode: 1, outputs, record: { error: { code: "E_NO" } } });
});
