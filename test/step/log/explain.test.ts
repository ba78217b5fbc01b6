import { expect, test } from "vitest";
import { StepError } from "../../../src/step/index.ts";
import { causesOf, explain } from "../../../src/step/log/explain.ts";

const failed = (message: string, cause: unknown) =>
  new StepError({ code: "E_SOME", exit: 2, message, hint: "Do it.", cause });

test("the causes behind an error are told, the nearest first", () => {
  const cause = new Error("reset", { cause: new Error("no route") });
  expect(explain(failed("It failed.", cause))).toEqual([
    "It failed.",
    "What to do: Do it.",
    "  because: reset",
    "  because: no route",
  ]);
});

test("a cause whose words the message quotes is not told a second time", () => {
  const cause = new Error("400 File is too large", { cause: new Error("too large") });
  expect(causesOf(failed("x.tgz does not fit. 400 File is too large", cause))).toEqual([]);
});
