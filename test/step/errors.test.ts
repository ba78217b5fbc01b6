import { expect, test } from "vitest";
import { defineErrors, exit, StepError } from "../../src/step/errors.ts";

const raise = defineErrors({
  E_TAG_ELSEWHERE: {
    exit: exit.refused,
    cause: "The tag is on another commit.",
    cure: "Release the next version.",
  },
});

test("an error carries its code, its exit code and the cure of the table as hint", () => {
  const error = raise("E_TAG_ELSEWHERE", "Tag v1 is on abc.");
  expect(error).toBeInstanceOf(StepError);
  expect(error).toMatchObject({
    code: "E_TAG_ELSEWHERE",
    exit: 3,
    message: "Tag v1 is on abc.",
    hint: "Release the next version.",
  });
});

test("the place that fails may know a better cure, and always keeps the cause", () => {
  const cause = new Error("socket hang up");
  const error = raise("E_TAG_ELSEWHERE", "Tag v1 is on abc.", { hint: "Ask a maintainer.", cause });
  expect(error.hint).toBe("Ask a maintainer.");
  expect(error.cause).toBe(cause);
});
