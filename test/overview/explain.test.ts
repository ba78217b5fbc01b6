import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeErrors } from "../../scripts/docs/describe-errors.ts";
import { loadErrorAreas, loadSteps } from "../../scripts/docs/load.ts";
import { explain, suggest } from "../../src/overview/explain.ts";

const root = join(import.meta.dirname, "../..");
const steps = await loadSteps(root);
const errors = describeErrors(await loadErrorAreas(root), steps);

test("an error is explained with its exit code, cause, cure and steps", () => {
  expect(explain("E_TAG_ELSEWHERE", errors)).toMatch(
    /^E_TAG_ELSEWHERE: exit code 3, refused: permission, protected ref, conflict with what is already published\.\nCause: .+\nCure: {2}.+\nSteps: .*tag-release.*\n$/,
  );
  expect(explain("E_DISK", errors)).toContain("\nSteps: any\n");
});

test.each(["e_tag_elsewhere", "TAG_ELSEWHERE", "tag-elsewhere", " E_TAG_ELSEWHERE "])(
  "%j means E_TAG_ELSEWHERE",
  (given) => {
    expect(explain(given, errors)).toBe(explain("E_TAG_ELSEWHERE", errors));
  },
);

test("every error of every area has an explanation, and each code is there once", () => {
  const codes = errors.map(({ code }) => code);
  expect(codes.length).toBeGreaterThan(100);
  expect(new Set(codes).size).toBe(codes.length);
  for (const { code, cause, cure } of errors) {
    const text = explain(code, errors);
    expect(text).toContain(cause);
    expect(text).toContain(cure);
    expect(text).not.toContain("not documented");
  }
});

test("every error that a step names is explained, with that step", () => {
  const unexplained = steps.flatMap(({ name, errors: tables }) =>
    tables
      .flatMap((table) => Object.keys(table))
      .filter((code) => !(errors.find((error) => error.code === code)?.steps ?? []).includes(name)),
  );
  expect(unexplained).toEqual([]);
});

describe("of an unknown code", () => {
  test.each([
    ["E_TAG_ELSWHERE", "E_TAG_ELSEWHERE"],
    ["E_GTAE", "E_GATE"],
    ["PROTECTED", "E_BRANCH_PROTECTED"],
    ["E_TOKEN_EXPIRED", "E_TOKEN_REFUSED"],
  ])("%s, %s is among what was perhaps meant", (given, meant) => {
    expect(explain(given, errors)).toBeUndefined();
    const near = suggest(given, errors);
    expect(near).toContain(meant);
    expect(near.length).toBeLessThan(9);
  });

  test("that is like no other nothing is suggested", () => {
    expect(suggest("E_XYZ", errors)).toEqual([]);
    expect(suggest("", errors)).toEqual([]);
  });
});
