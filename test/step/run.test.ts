import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  boolean,
  choice,
  defineStep,
  type Effect,
  integer,
  runStep,
  secret,
  text,
} from "../../src/step/index.ts";

/** A step that keeps its world in one file: what it writes can be looked at. */
const write = defineStep({
  name: "write-note",
  summary: "Write a note into a file",
  inputs: {
    NOTE_TEXT: text({ about: "What to write.", chain: ["NOTE"], example: "hello" }),
    NOTE_PART: choice(["major", "minor", "patch"], { default: "minor", about: "A choice." }),
    NOTE_TIMES: integer({ default: "1", min: 1, max: 3, about: "How often." }),
    NOTE_LOUD: boolean({ default: "false", about: "In capitals." }),
    NOTE_TOKEN: secret({ optional: true, from: ["CI_JOB_TOKEN"], about: "A token." }),
  },
  outputs: { NOTE_WRITTEN: "What was written", NOTE_BAD: "A value that a dotenv file cannot hold" },
  examples: [
    { title: "Write", command: "NOTE_TEXT=hello write-note" },
    { title: "Look first", command: "DRY_RUN=true NOTE_TEXT=hello write-note" },
  ],
  async plan({ inputs, cwd, output, fact, log }) {
    const path = join(cwd, "note.txt");
    const content = inputs.NOTE_TEXT.repeat(inputs.NOTE_TIMES);
    log.info(`the token is ${inputs.NOTE_TOKEN?.reveal() ?? "absent"}`);
    fact("length", content.length);
    output("NOTE_WRITTEN", content);
    output("NOTE_BAD", "costs $5");
    return [writeNote(path, content)];
  },
});

function writeNote(path: string, content: string): Effect {
  const current = async () => readFile(path, "utf8").catch(() => "");
  return {
    id: "write:note",
    sentence: "Write note.txt",
    isDone: async () => (await current()) === content,
    apply: () => writeFile(path, content),
    verify: async () => (await current()) === content,
  };
}

const folder = () => mkdtemp(join(tmpdir(), "slipway-test-"));

test("a run applies its effects, writes its outputs, and the second run finds everything done", async () => {
  const cwd = await folder();
  const first = await runStep(write, { env: { NOTE_TEXT: "hi" }, cwd });
  expect(first).toMatchObject({
    exitCode: 0,
    outputs: { NOTE_WRITTEN: "hi" },
    record: {
      step: "write-note",
      exitCode: 0,
      effects: [{ id: "write:note", state: "applied" }],
      data: { length: 2 },
    },
  });
  expect(await readFile(join(cwd, "note.txt"), "utf8")).toBe("hi");
  expect(first.stderr).toContain("The output NOTE_BAD is left out: it holds a $");
  const second = await runStep(write, { env: { NOTE_TEXT: "hi" }, cwd });
  expect(second.record).toMatchObject({ effects: [{ state: "done" }] });
  expect(second.outputs).toEqual(first.outputs);
});

test("a dry run reads everything, writes nothing, and says so in its last line", async () => {
  const cwd = await folder();
  const { exitCode, stdout, outputs } = await runStep(write, {
    env: { NOTE_TEXT: "hi", DRY_RUN: "true" },
    cwd,
  });
  expect(exitCode).toBe(0);
  expect(stdout).toContain("would: Write note.txt");
  expect(stdout.trimEnd().split("\n").at(-1)).toBe("DRY RUN: nothing was changed");
  expect(outputs).toEqual({});
  await expect(readFile(join(cwd, "note.txt"))).rejects.toThrow();
});

test("all wrong inputs are reported at once, never with a secret's value", async () => {
  const cwd = await folder();
  const env = {
    NOTE_PART: "huge",
    NOTE_TIMES: "9",
    NOTE_LOUD: "perhaps",
    NOTE_TOKEN: "line one\nline two",
  };
  const { exitCode, stderr } = await runStep(write, { env, cwd });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`ERROR E_INPUTS: 5 inputs are wrong:
  NOTE_TEXT: got nothing, expected a text; set NOTE_TEXT or NOTE, for example NOTE_TEXT=hello
  NOTE_PART: got "huge", expected one of major, minor, patch; set NOTE_PART
  NOTE_TIMES: got "9", expected a whole number from 1 to 3; set NOTE_TIMES
  NOTE_LOUD: got "perhaps", expected true or false; set NOTE_LOUD
  NOTE_TOKEN: got a value that is not shown, expected a secret; set NOTE_TOKEN or NOTE_TOKEN_FILE or CI_JOB_TOKEN`);
  expect(stderr).not.toContain("line one");
});

test("the path of a secret's file is shown where no file is there, a secret in its place is not", async () => {
  const cwd = await folder();
  const path = "/builds/group/project.tmp/NOTE_TOKEN";
  const missing = await runStep(write, { env: { NOTE_TEXT: "x", NOTE_TOKEN_FILE: path }, cwd });
  expect(missing.stderr).toContain(`NOTE_TOKEN: got the file ${path}, which cannot be read`);
  const mistaken = await runStep(write, {
    env: { NOTE_TEXT: "x", NOTE_TOKEN_FILE: "correct-horse-battery" },
    cwd,
  });
  expect(mistaken.stderr).toContain("NOTE_TOKEN: got the file [MASKED], which cannot be read");
});

test("a misspelt name is warned of, an unknown one is left alone", async () => {
  const cwd = await folder();
  const { stderr } = await runStep(write, {
    env: { NOTE_TEXT: "x", NOTE_PRAT: "major", SOMETHING: "1" },
    cwd,
  });
  expect(stderr).toContain("NOTE_PRAT is set but unknown. Did you mean NOTE_PART?");
  expect(stderr).not.toContain("SOMETHING");
});

test("an unset input is taken from an earlier step's output, and the log says so", async () => {
  const cwd = await folder();
  await writeFile(join(cwd, "slipway.env"), "NOTE=from before\n");
  const { stdout, outputs } = await runStep(write, { env: { NOTE_TEXT: "" }, cwd });
  expect(stdout).toContain("NOTE_TEXT: from before (output NOTE of an earlier step)");
  expect(outputs).toEqual({ NOTE: "from before", NOTE_WRITTEN: "from before" });
});

test("a secret is masked wherever it turns up", async () => {
  const cwd = await folder();
  const { stdout } = await runStep(write, {
    env: { NOTE_TEXT: "x", NOTE_TOKEN: "correct-horse-battery" },
    cwd,
  });
  expect(stdout).toContain("the token is [MASKED]");
  expect(stdout).not.toContain("correct-horse-battery");
});
