import { expect, test } from "vitest";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { errorsOf, integer, runStep, text } from "../../src/step/index.ts";
import { noteError, noteEffect, stepWith, temporaryFolder } from "./support/steps.ts";

const either = stepWith({
  inputs: {
    NOTE_TEXT: text({ about: "A text.", optional: true }),
    NOTE_OTHER: integer({ about: "A number.", optional: true }),
    NOTE_NAME: text({ about: "A name." }),
  },
  outputs: {},
  check: ({ NOTE_TEXT, NOTE_OTHER }) =>
    (NOTE_TEXT === undefined) === (NOTE_OTHER === undefined)
      ? [
          {
            name: "NOTE_TEXT, NOTE_OTHER",
            got: NOTE_TEXT === undefined ? "none" : "both",
            expected: "exactly one of them",
            cure: "set one and leave the other empty",
          },
        ]
      : [],
});

async function errorOf(env: Record<string, string>): Promise<string> {
  return (await runStep(either, { env, cwd: await temporaryFolder() })).stderr;
}

test("rules across inputs are checked in the same pass as the inputs", async () => {
  const stderr = await errorOf({ NOTE_TEXT: "a", NOTE_OTHER: "1" });
  expect(stderr).toContain(`ERROR E_INPUTS: 2 inputs are wrong:
  NOTE_NAME: got nothing, expected a text; set NOTE_NAME
  NOTE_TEXT, NOTE_OTHER: got both, expected exactly one of them; set one and leave the other empty
`);
});

test("a rule is not judged on an input that is itself wrong", async () => {
  const stderr = await errorOf({ NOTE_OTHER: "many", NOTE_NAME: "n" });
  expect(stderr).toContain(`ERROR E_INPUTS: One input is wrong:
  NOTE_OTHER: got "many", expected a whole number; set NOTE_OTHER
`);
});

test("a rule that cannot be judged leaves the others to be", async () => {
  const problem = (name: string) => ({ name, got: "x", expected: "y", cure: "set it" });
  const step = stepWith({
    inputs: {
      NOTE_OTHER: integer({ about: "A number.", optional: true }),
      NOTE_NAME: text({ about: "A name.", optional: true }),
    },
    outputs: {},
    check: [
      ({ NOTE_OTHER }) => (NOTE_OTHER === 1 ? [problem("NOTE_OTHER")] : []),
      ({ NOTE_NAME }) => (NOTE_NAME === "x" ? [problem("NOTE_NAME")] : []),
    ],
  });
  const env = { NOTE_OTHER: "many", NOTE_NAME: "x" };
  const { stderr } = await runStep(step, { env, cwd: await temporaryFolder() });
  expect(stderr).toContain(`ERROR E_INPUTS: 2 inputs are wrong:
  NOTE_OTHER: got "many", expected a whole number; set NOTE_OTHER
  NOTE_NAME: got x, expected y; set it
`);
});

test("a rule that is kept says nothing", async () => {
  expect(await errorOf({ NOTE_TEXT: "a", NOTE_NAME: "n" })).toBe("");
});

const looking = stepWith({
  inputs: {
    NOTE_OTHER: integer({ about: "A number.", optional: true }),
    NOTE_NAME: text({ about: "A name.", default: "note.txt" }),
  },
  outputs: {},
  check: ({ NOTE_NAME }, { cwd }) =>
    errorsOf(
      () => noteEffect(cwd, NOTE_NAME, "mine").isDone(),
      () => {
        if (resolve(cwd, NOTE_NAME) === resolve(cwd, "locked.txt"))
          throw noteError("E_NOTE_BUSY", "locked.txt is locked.");
      },
    ),
});

test("a rule may look at what an input names: an error of its own is the run's, several are told at once", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "note.txt"), "theirs");
  await writeFile(join(cwd, "locked.txt"), "theirs");
  const one = await runStep(looking, { env: {}, cwd });
  expect([one.exitCode, one.stderr]).toEqual([
    3,
    expect.stringContaining('ERROR E_NOTE_ELSEWHERE: note.txt holds "theirs".\n'),
  ]);
  const all = await runStep(looking, { env: { NOTE_NAME: "locked.txt", NOTE_OTHER: "many" }, cwd });
  expect(all.exitCode).toBe(2);
  expect(all.stderr).toContain(`ERROR E_INPUTS: 3 inputs are wrong:
  NOTE_OTHER: got "many", expected a whole number; set NOTE_OTHER
  E_NOTE_ELSEWHERE: locked.txt holds "theirs".
    Take it away.
  E_NOTE_BUSY: locked.txt is locked.
    Run it again.
`);
});

test("a step with nothing to do after the earlier ones ends well before any input is judged", async () => {
  const cwd = await temporaryFolder();
  const step = stepWith({
    inputs: { NOTE_NAME: text({ about: "A name." }) },
    outputs: {},
    idle: ({ earlier }) => (earlier("NOTE") === "none" ? "There is no note to write." : undefined),
  });
  expect((await runStep(step, { env: {}, cwd })).exitCode).toBe(2);
  await writeFile(join(cwd, "slipway.env"), "NOTE=none\n");
  const run = await runStep(step, { env: {}, cwd });
  expect(run).toMatchObject({ exitCode: 0, stderr: "", outputs: {}, record: { effects: [] } });
  expect(run.stdout).toContain("There is no note to write.");
});
