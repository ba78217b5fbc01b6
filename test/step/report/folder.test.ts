import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runStep, text } from "../../../src/step/index.ts";
import { recordSchema } from "../../../src/step/report/record.ts";
import { problemsBySchema } from "../support/json-schema.ts";
import { noteEffect, stepWith, temporaryFolder } from "../support/steps.ts";

const secret = "correct-horse-battery";

function reporting(name: string) {
  return stepWith({
    name,
    inputs: { NOTE_TEXT: text({ about: "A text.", optional: true }) },
    outputs: { NOTE: "The note" },
    plan: async ({ cwd, report, link, fact, output }) => {
      report({ kind: "paragraph", text: `Said by ${name}: ${secret}` });
      link(`Page of ${name}`, "https://gitlab.example.org/p");
      fact("said", [secret]);
      output("NOTE", "public");
      return [noteEffect(cwd, name)];
    },
  });
}

test("every step of a job adds its part; the folder ignores itself", async () => {
  const cwd = await temporaryFolder();
  await runStep(reporting("first-step"), { env: {}, cwd });
  await runStep(reporting("second-step"), { env: {}, cwd });
  await runStep(reporting("first-step"), { env: {}, cwd });
  const folder = join(cwd, "slipway-report");
  const read = (name: string) => readFile(join(folder, name), "utf8");
  expect((await readdir(folder)).toSorted()).toEqual([
    ".gitignore",
    "annotations.json",
    "first-step.json",
    "index.html",
    "journal.ndjson",
    "second-step.json",
    "summary.md",
  ]);
  expect(await read(".gitignore")).toBe("*\n");
  const summary = await read("summary.md");
  expect(summary.match(/^## .*$/gm)).toEqual(["## first-step: done", "## second-step: done"]);
  expect((await read("index.html")).match(/<h2[^]*?<\/h2>/g)).toHaveLength(2);
  expect(Object.keys(JSON.parse(await read("annotations.json")))).toHaveLength(2);
});

test("S08 no file of the report holds a secret that the step itself let slip", async () => {
  const cwd = await temporaryFolder();
  await runStep(reporting("a-step"), { env: { MY_TOKEN: secret, NOTE_TEXT: secret }, cwd });
  const folder = join(cwd, "slipway-report");
  for (const name of await readdir(folder))
    expect(await readFile(join(folder, name), "utf8")).not.toContain(secret);
});

test.each([
  { title: "that went well", env: {} },
  { title: "that was dry", env: { DRY_RUN: "true" } },
  { title: "with wrong inputs", env: { LOG_LEVEL: "loud" } },
])("the record of a run $title is what its schema says", async ({ env }) => {
  const { record } = await runStep(reporting("a-step"), { env, cwd: await temporaryFolder() });
  expect(record).toBeDefined();
  expect(problemsBySchema(record, recordSchema)).toEqual([]);
});

test("S12 a link planted in the place of the default folder is not followed", async () => {
  const cwd = await temporaryFolder();
  const elsewhere = await temporaryFolder();
  await symlink(elsewhere, join(cwd, "slipway-report"));
  const { exitCode, stderr } = await runStep(reporting("a-step"), { env: {}, cwd });
  expect(exitCode).toBe(0);
  expect(stderr).toBe(
    `WARNING: No report is written: ${join(cwd, "slipway-report")} is a symbolic link.\n`,
  );
  expect(await readdir(elsewhere)).toEqual([]);
});

test("S12 links planted in the folder are replaced, not written through", async () => {
  const cwd = await temporaryFolder();
  const victim = join(await temporaryFolder(), "victim");
  await writeFile(victim, "untouched");
  await mkdir(join(cwd, "slipway-report"));
  for (const name of [".gitignore", "summary.md", "index.html", "a-step.json", "annotations.json"])
    await symlink(victim, join(cwd, "slipway-report", name));
  await symlink(victim, join(cwd, "slipway.env"));
  expect((await runStep(reporting("a-step"), { env: {}, cwd })).exitCode).toBe(0);
  expect(await readFile(victim, "utf8")).toBe("untouched");
});

test("S12 a link in the place of the journal ends the journal, not the run", async () => {
  const cwd = await temporaryFolder();
  const victim = join(await temporaryFolder(), "victim");
  await writeFile(victim, "untouched");
  await mkdir(join(cwd, "slipway-report"));
  await symlink(victim, join(cwd, "slipway-report/journal.ndjson"));
  const { exitCode, stderr } = await runStep(reporting("a-step"), { env: {}, cwd });
  expect(exitCode).toBe(0);
  expect(stderr.match(/WARNING: The journal ends here/g)).toHaveLength(1);
  expect(await readFile(victim, "utf8")).toBe("untouched");
});
