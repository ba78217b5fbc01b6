import { expect, test } from "vitest";
import { runStep, StepError } from "../../../src/step/index.ts";
import { openLog } from "../../../src/step/log/open.ts";
import { Redactor } from "../../../src/step/redact/redactor.ts";
import { noteEffect, stepWith, temporaryFolder } from "../support/steps.ts";
import { recording, standingClock } from "../support/terminal.ts";

async function jsonLog() {
  const [out, err, clock] = [recording(), recording(), standingClock()];
  const redactor = new Redactor();
  redactor.add('correct"horse');
  const world = { env: {}, cwd: "/", out, err, clock, signal: new AbortController().signal };
  const log = await openLog(world, { step: "a-step", format: "json", level: "info", redactor });
  const lines = (): readonly Record<string, unknown>[] =>
    out
      .text()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  return { log, lines, err, clock };
}

test("each line is one JSON object with level, time, step and message", async () => {
  const { log, lines, err } = await jsonLog();
  log.debug("no");
  log.info("one", { status: 200 });
  log.warn('secret correct"horse \u009B1m');
  expect(lines()).toMatchObject([
    { level: "info", step: "a-step", msg: "one", status: 200 },
    { level: "warn", step: "a-step", msg: "secret [MASKED] 1m" },
  ]);
  expect(lines()[0]?.["time"]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(err.text()).toBe("");
});

test("an error carries its code, exit code, hint and causes", async () => {
  const { log, lines } = await jsonLog();
  const cause = new Error("five", { cause: new Error("six") });
  log.error(new StepError({ code: "E_X", exit: 3, message: "three", hint: "Do it.", cause }));
  expect(lines()).toMatchObject([
    { level: "error", msg: "three", code: "E_X", exitCode: 3, hint: "Do it.", cause: "five: six" },
  ]);
});

test("sections and progress are lines with facts", async () => {
  const { log, lines, clock } = await jsonLog();
  await log.section("Upload", async () => {
    const work = log.progress("file", 10, "bytes");
    clock.move(11_000);
    work.advance(5);
    work.end();
  });
  expect(lines()).toMatchObject([
    { msg: "Upload", section: "start" },
    { msg: "file", amount: 5, total: 10, unit: "bytes" },
    { msg: "Upload", section: "end" },
  ]);
});

test("a whole run, dry or failing, says nothing but JSON on standard output", async () => {
  const cwd = await temporaryFolder();
  const step = stepWith({ inputs: {}, outputs: {}, plan: async () => [noteEffect(cwd, "a")] });
  for (const env of [{ DRY_RUN: "true" }, { DRY_RUN: "perhaps" }]) {
    const run = await runStep(step, {
      env: { ...env, LOG_FORMAT: "json", LOG_LEVEL: "warn" },
      cwd,
    });
    const lines = run.stdout
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines.length).toBeGreaterThan(0);
    if (env.DRY_RUN === "true")
      expect(lines.at(-1)).toMatchObject({ msg: "DRY RUN: nothing was changed" });
  }
});
