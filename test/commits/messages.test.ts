import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseMessage } from "../../src/commits/index.ts";

describe("the title", () => {
  const cases: readonly [
    title: string,
    type: string | undefined,
    scope: string | undefined,
    description: string,
  ][] = [
    ["feat: add a thing", "feat", undefined, "add a thing"],
    ["fix(parser): read tabs", "fix", "parser", "read tabs"],
    ["FIX: shout", "fix", undefined, "shout"],
    ["feat(api, web)!: drop v1", "feat", "api, web", "drop v1"],
    ["fix: add a thing (!12)", "fix", undefined, "add a thing"],
    ["docs:  two spaces", "docs", undefined, "two spaces"],
    ["feat:no space", undefined, undefined, "feat:no space"],
    ["feat(): nothing in brackets", undefined, undefined, "feat(): nothing in brackets"],
    ["Bump version: 1.0.0 → 1.1.0.dev", undefined, undefined, "Bump version: 1.0.0 → 1.1.0.dev"],
    ["https://example.org moved", undefined, undefined, "https://example.org moved"],
    ["Add a thing", undefined, undefined, "Add a thing"],
    ["", undefined, undefined, ""],
  ];
  test.each(cases)("%j is of type %s, scope %s: %s", (title, type, scope, description) => {
    expect(parseMessage(title)).toMatchObject({ type, scope, description });
  });

  test("any type, scope and text come out as they went in", () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/u);
    const text = fc.stringMatching(/^[^\s()!"]+( [^\s()!"]+)*$/u);
    fc.assert(
      fc.property(
        word,
        fc.option(word, { nil: undefined }),
        fc.boolean(),
        text,
        (type, scope, isBreaking, description) => {
          fc.pre(type !== "revert");
          const title = `${type}${scope === undefined ? "" : `(${scope})`}${isBreaking ? "!" : ""}: ${description}`;
          const breaking = isBreaking ? description : undefined;
          expect(parseMessage(title)).toMatchObject({ type, scope, description, breaking });
        },
      ),
    );
  });

  test("no text is too strange", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        expect(typeof parseMessage(text).description).toBe("string");
      }),
    );
  });
});

describe("what breaks", () => {
  const cases: readonly [why: string, message: string, breaking: string | undefined][] = [
    ["a mark", "feat!: drop v1", "drop v1"],
    ["a footer", "fix: x\n\nBREAKING CHANGE: v1 is gone", "v1 is gone"],
    ["a footer with a hyphen", "fix: x\n\nBREAKING-CHANGE: v1 is gone", "v1 is gone"],
    ["a footer with a number sign", "fix: x\n\nBREAKING CHANGE #12", "12"],
    ["both: the footer says more", "feat!: drop v1\n\nBREAKING CHANGE: use v2", "use v2"],
    [
      "a footer of two lines",
      "fix: x\n\nBREAKING CHANGE: v1\nis gone\nSigned-off-by: A <a@b.c>",
      "v1 is gone",
    ],
    ["a footer of a free text", "Drop v1\n\nBREAKING CHANGE: v1 is gone", "v1 is gone"],
    [
      "a footer above GitLab's own line",
      "fix: x\n\nBREAKING CHANGE: gone\n\nSee merge request g/p!3",
      "gone",
    ],
    ["nothing in lower case", "fix: x\n\nbreaking change: no", undefined],
    ["nothing within a line", "fix: x\n\nThis is no BREAKING CHANGE: really", undefined],
  ];
  test.each(cases)("%s", (_, message, breaking) => {
    expect(parseMessage(message).breaking).toBe(breaking);
  });
});

describe("the merge request", () => {
  const cases: readonly [message: string, mergeRequest: number | undefined, description: string][] =
    [
      ["feat: x (!12)", 12, "x"],
      ["feat: x (group/sub/project!12)", 12, "x"],
      ["feat: x\n\nSee merge request group/project!7", 7, "x"],
      ["Merge branch 'a' into 'main'\n\nfeat: x\n\nSee merge request group/project!8", 8, "x"],
      ["Merge branch 'a' into 'main'\r\n\r\nA thing\r\n\r\nSee merge request !8\r\n", 8, "A thing"],
      ["Merge branch 'a' into 'main'\n\nSee merge request group/project!9", 9, ""],
      ["Merge branch 'main' of https://example.org/g/p", undefined, ""],
      ["fix: see !12 for more", undefined, "see !12 for more"],
    ];
  test.each(cases)("of %j is %s", (message, mergeRequest, description) => {
    expect(parseMessage(message)).toMatchObject({ mergeRequest, description });
  });
});

describe("a revert", () => {
  const sha = "0123456789abcdef0123456789abcdef01234567";
  const cases: readonly [
    message: string,
    shas: readonly string[],
    mergeRequest: number | undefined,
  ][] = [
    [`Revert "feat: x"\n\nThis reverts commit ${sha}.`, [sha], undefined],
    [`revert: feat: x\n\nRefs: 0123456, 89abcde`, ["0123456", "89abcde"], undefined],
    [`Revert "Merge branch 'a' into 'main'"\n\nThis reverts merge request !12`, [], 12],
  ];
  test.each(cases)("%j names what it takes back", (message, shas, mergeRequest) => {
    expect(parseMessage(message)).toMatchObject({
      type: "revert",
      reverts: { shas, mergeRequest },
    });
  });

  test("is no revert because its text speaks of one", () => {
    expect(parseMessage(`fix: x\n\nThis reverts commit ${sha}.`).reverts).toBeUndefined();
  });
});
