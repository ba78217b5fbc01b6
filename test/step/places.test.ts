import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runStep, text } from "../../src/step/index.ts";
import { noteEffect, stepWith, temporaryFolder } from "./support/steps.ts";

const step = stepWith({
  inputs: { NOTE_TEXT: text({ about: "A text.", default: "note" }) },
  outputs: { NOTE: "The note" },
  plan: async ({ cwd, output }) => {
    output("NOTE", "text");
    return [noteEffect(cwd, "note.txt")];
  },
});

test("report folder and dotenv file go where they are told to, folders are made", async () => {
  const cwd = await temporaryFolder();
  const env = { SLIPWAY_REPORT_DIR: "out/report", SLIPWAY_DOTENV: "out/env/release.env" };
  const { exitCode, outputs, record } = await runStep(step, { env, cwd });
  expect(exitCode).toBe(0);
  expect(outputs).toEqual({ NOTE: "text" });
  expect(record).toMatchObject({ exitCode: 0 });
  expect(existsSync(join(cwd, "slipway-report"))).toBe(false);
});

test("a default report folder that cannot be made is a warning, and the work is done", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "slipway-report"), "a file");
  const { exitCode, stderr } = await runStep(step, { env: {}, cwd });
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^WARNING: No report is written: .*EEXIST/);
  expect(await readFile(join(cwd, "note.txt"), "utf8")).toBe("note.txt");
});

test("a report folder that was asked for and cannot be made fails before anything is changed", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "file"), "");
  const env = { SLIPWAY_REPORT_DIR: "file/report" };
  const { exitCode, stdout, stderr } = await runStep(step, { env, cwd });
  expect(exitCode).toBe(5);
  expect(stderr).toContain(
    `ERROR E_NOT_WRITABLE: ${cwd}/file/report (SLIPWAY_REPORT_DIR) cannot be written:`,
  );
  expect(existsSync(join(cwd, "note.txt"))).toBe(false);
  expect(stdout).toContain(`docker run --rm -e DRY_RUN=true -v "$PWD:/repo"`);
});

test("a default dotenv file that cannot be written is a warning", async () => {
  const cwd = await temporaryFolder();
  await mkdir(join(cwd, "slipway.env"));
  const { exitCode, stderr } = await runStep(step, { env: {}, cwd });
  expect(exitCode).toBe(0);
  expect(stderr).toContain("WARNING: Outputs of earlier steps are not read: EISDIR");
  expect(stderr).toContain("WARNING: No outputs are written: EISDIR");
});

test("a dotenv file that was asked for and cannot be written fails before anything is changed", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "file"), "");
  const { exitCode, stderr } = await runStep(step, { env: { SLIPWAY_DOTENV: "file/x.env" }, cwd });
  expect(exitCode).toBe(5);
  expect(stderr).toContain(`ERROR E_NOT_WRITABLE: ${cwd}/file/x.env (SLIPWAY_DOTENV) cannot be`);
  expect(existsSync(join(cwd, "note.txt"))).toBe(false);
});

test("a dry run writes no outputs, and leaves those of earlier steps alone", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "slipway.env"), "EARLIER=1\n");
  const { outputs, record } = await runStep(step, { env: { DRY_RUN: "yes" }, cwd });
  expect(outputs).toEqual({ EARLIER: "1" });
  expect(record).toMatchObject({ dryRun: true, outputs: {} });
});

test("a step that keeps out of the working directory reports to a new folder and prints its path", async () => {
  const cwd = await temporaryFolder();
  const elsewhere = stepWith({ inputs: {}, outputs: {}, report: "temporary" });
  const { stdout } = await runStep(elsewhere, { env: {}, cwd });
  const [, folder = ""] = /^The report goes to (.+)$/m.exec(stdout) ?? [];
  expect(existsSync(join(folder, "summary.md"))).toBe(true);
  expect(existsSync(join(cwd, "slipway-report"))).toBe(false);
  await rm(folder, { recursive: true });
});

test("a work folder that cannot be made is the machine's fault and names the place", async () => {
  const cwd = await temporaryFolder();
  const working = stepWith({
    inputs: {},
    outputs: {},
    plan: async ({ workFolder }) => {
      await workFolder();
      return [];
    },
  });
  const { exitCode, stderr } = await runStep(working, { env: { TMPDIR: join(cwd, "none") }, cwd });
  expect(exitCode).toBe(5);
  expect(stderr).toContain(`ERROR E_NOT_WRITABLE: ${cwd}/none (TMPDIR) cannot be written: ENOENT`);
});

test("the work folder is private, shared within a run, and gone after it, also after a failure", async () => {
  const cwd = await temporaryFolder();
  const seen: string[] = [];
  const working = stepWith({
    inputs: {},
    outputs: {},
    plan: async ({ workFolder, defer }) => {
      seen.push(await workFolder(), await workFolder());
      defer(() => void seen.push(`still there: ${existsSync(seen[0] ?? "")}`));
      throw new Error("stop");
    },
  });
  expect((await runStep(working, { env: { TMPDIR: cwd }, cwd })).exitCode).toBe(70);
  expect(seen).toEqual([seen[0], seen[0], "still there: true"]);
  expect(existsSync(seen[0] ?? "")).toBe(false);
});

test("the work folder goes although a program that was told to end still writes into it", async () => {
  const cwd = await temporaryFolder();
  const working = stepWith({
    inputs: {},
    outputs: {},
    plan: async ({ workFolder }) => {
      const script = `
        const end = Date.now() + 300;
        const write = () => { for (let i = 0; Date.now() < end; i += 1) fs.writeFileSync(process.argv[1] + i % 50, ""); };
        console.log("begun");
        try { write(); } catch {}`;
      const cwd = await workFolder();
      const [child] = ["a", "b", "c"].map((name) =>
        spawn(process.execPath, ["-e", script, name], { cwd, stdio: ["ignore", "pipe", "ignore"] }),
      );
      if (child !== undefined) await once(child.stdout, "data");
      throw new Error("stop");
    },
  });
  const { stderr } = await runStep(working, { env: { TMPDIR: cwd }, cwd });
  expect(stderr).not.toContain("Cleaning up");
  expect((await readdir(cwd)).filter((name) => name.startsWith("slipway-"))).toEqual([
    "slipway-report",
  ]);
});
