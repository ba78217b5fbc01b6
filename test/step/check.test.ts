import { expect, test } from "vitest";
import { integer, runStep, text } from "../../src/step/index.ts";
import { stepWith, temporaryFolder } from "./support/steps.ts";

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
