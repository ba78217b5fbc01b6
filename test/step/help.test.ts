import { expect, test } from "vitest";
import { choice, secret, text } from "../../src/step/index.ts";
import { helpText } from "../../src/step/help.ts";
import { stepWith } from "./support/steps.ts";

const step = stepWith({
  inputs: {
    NOTE_TEXT: text({ about: "What to write.", example: "hello" }),
    NOTE_NAME: text({ about: "Its name.", chain: ["PACKED"], from: ["CI_PROJECT_NAME"] }),
    NOTE_PART: choice(["a", "b"], { about: "A part.", default: "a" }),
    NOTE_TOKEN: secret({ about: "A token.", optional: true }),
  },
  outputs: { NOTE: "What was written" },
});

test("help says what each input is, where else it comes from, and which are required", () => {
  const text = helpText(step);
  expect(text).toContain(`Inputs:
  NOTE_TEXT (required)
      What to write. Expected: a text. Example: hello
  NOTE_NAME
      Its name. Expected: a text. Else the output PACKED of an earlier step. Else CI_PROJECT_NAME.
  NOTE_PART
      A part. Expected: one of a, b. Default: a.
  NOTE_TOKEN
      A token. Expected: a secret. Or a file that holds it, in the same name with _FILE.
`);
  expect(text).toContain("Outputs, in the dotenv file:\n  NOTE\n      What was written\n");
  expect(text).toContain("Examples:\n  # Write\n  NOTE_TEXT=hello write-note\n\n  # Look first\n");
});

test("no line of help is wider than a terminal of 100 columns", () => {
  expect(
    helpText(step)
      .split("\n")
      .filter((line) => line.length > 100),
  ).toEqual([]);
});
