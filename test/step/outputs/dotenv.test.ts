import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseDotenv, renderDotenv } from "../../../src/step/outputs/dotenv.ts";
import { parseAsGitLab } from "../support/gitlab-dotenv.ts";

const names = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/);
const values = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ maxLength: 60, unit: "grapheme" }),
  fc.string({ maxLength: 30, unit: "binary" }),
  fc.constantFrom(
    "$HOME",
    " edge",
    "a=b",
    "'q'",
    '"q"',
    "# c",
    "a # b",
    "",
    "x\r",
    "x\ny",
    "\u00A0x",
  ),
);
const sets = fc.array(fc.tuple(names, values), { maxLength: 30 }).map((pairs) => new Map(pairs));

test("whatever is written, GitLab reads back unharmed, also when several steps share the file", () => {
  fc.assert(
    fc.property(fc.array(sets, { minLength: 1, maxLength: 4 }), (steps) => {
      let earlier = new Map<string, string>();
      for (const outputs of steps) {
        const { content, leftOut } = renderDotenv(earlier, outputs);
        const kept = new Map([...earlier, ...outputs]);
        for (const { name } of leftOut) kept.delete(name);
        expect(parseAsGitLab(Buffer.from(content))).toEqual({
          variables: Object.fromEntries(kept),
        });
        expect(parseDotenv(content)).toEqual(kept);
        earlier = kept;
      }
    }),
  );
});

test("no value that is kept can be expanded in a later job", () => {
  fc.assert(
    fc.property(sets, (outputs) => {
      expect(renderDotenv(new Map(), outputs).content).not.toContain("$");
    }),
  );
});

const refused: readonly { title: string; name?: string; value: string; reason: string }[] = [
  {
    title: "a dollar",
    value: "costs $5",
    reason: "it holds a $, which GitLab expands in later jobs",
  },
  { title: "a line break", value: "a\nb", reason: "it holds a line break or control character" },
  {
    title: "a control character",
    value: "a\u001B[1m",
    reason: "it holds a line break or control character",
  },
  {
    title: "a line separator",
    value: "a\u2028b",
    reason: "it holds a line break or control character",
  },
  { title: "half a character", value: "a\uD800", reason: "it is no valid Unicode" },
  { title: "a blank at the edge", value: "a ", reason: "GitLab strips the blanks at its edges" },
  {
    title: "an odd name",
    name: "MY KEY",
    value: "a",
    reason: "GitLab takes only letters, digits and _ in the name",
  },
  {
    title: "too much",
    value: "x".repeat(5120),
    reason: "a dotenv report must stay below 5120 bytes",
  },
];

test.each(refused)(
  "R10 $title is left out with its reason, never changed",
  ({ name = "KEY", value, reason }) => {
    const { content, leftOut } = renderDotenv(new Map([["OTHER", "1"]]), new Map([[name, value]]));
    expect(content).toBe("OTHER=1\n");
    expect(leftOut).toEqual([{ name, reason }]);
  },
);

test("R10 a value that cannot be kept takes its outdated predecessor with it", () => {
  expect(renderDotenv(new Map([["KEY", "old"]]), new Map([["KEY", "$new"]])).content).toBe("");
});

test("a secret is never an output", () => {
  const { content, leftOut } = renderDotenv(new Map(), new Map([["KEY", "s3cr3t"]]), () => true);
  expect(content).toBe("");
  expect(leftOut).toEqual([{ name: "KEY", reason: "it holds a secret" }]);
});

test("the twenty-first variable is left out, whichever steps wrote the others", () => {
  const numbered = (from: number, to: number) =>
    new Map(Array.from({ length: to - from }, (_, index) => [`K${from + index}`, "v"]));
  const { content, leftOut } = renderDotenv(numbered(0, 15), numbered(15, 22));
  expect(parseAsGitLab(Buffer.from(content))).toMatchObject({ variables: { K0: "v", K19: "v" } });
  expect(leftOut.map(({ name }) => name)).toEqual(["K20", "K21"]);
});

test("the last byte below GitLab's limit is used, the next one is not", () => {
  const fits = "x".repeat(5119 - "KEY=\n".length);
  expect(renderDotenv(new Map(), new Map([["KEY", fits]])).leftOut).toEqual([]);
  expect(renderDotenv(new Map(), new Map([["KEY", `${fits}x`]])).leftOut).toHaveLength(1);
});

/** gitlab-api.md, table H: what GitLab makes of a file; ours reads the good ones the same way. */
const files: readonly { id: string; content: string; variables: Record<string, string> }[] = [
  {
    id: "H1 two pairs",
    content: "KEY1=VAR1\nKEY2=VAR2",
    variables: { KEY1: "VAR1", KEY2: "VAR2" },
  },
  { id: "H3 a repeated key: the last wins", content: "K=1\nK=2\n", variables: { K: "2" } },
  { id: "H6 blanks around", content: "KEY1 =VAR1 ", variables: { KEY1: "VAR1" } },
  { id: "H7 the value keeps =", content: "KEY=A=B", variables: { KEY: "A=B" } },
  { id: "H9 emoji and blanks in values", content: "KEY=💡 idea", variables: { KEY: "💡 idea" } },
  {
    id: "H10 quotes are literal",
    content: "A=\"VAR1\"\nB='VAR1'",
    variables: { A: '"VAR1"', B: "'VAR1'" },
  },
  { id: "H12 an empty value", content: "KEY1=", variables: { KEY1: "" } },
  {
    id: "H16 a reference is literal",
    content: "KEY2=${KEY1}_Test",
    variables: { KEY2: "${KEY1}_Test" },
  },
  { id: "H18 a comment is part of the value", content: "K=V # c", variables: { K: "V # c" } },
  { id: "7.2.2 CRLF is harmless", content: "A=1\r\nB=2\r\n", variables: { A: "1", B: "2" } },
  { id: "7.2.2 a byte order mark is stripped", content: "\uFEFFA=1\n", variables: { A: "1" } },
];

test.each(files)("$id", ({ content, variables }) => {
  expect(parseAsGitLab(Buffer.from(content))).toEqual({ variables });
  expect(Object.fromEntries(parseDotenv(content))).toEqual(variables);
});

const broken: readonly { id: string; content: string; error: string }[] = [
  { id: "H13 JSON", content: '{"a":1}', error: "Invalid Format" },
  { id: "H17 a blank line between", content: "A=1\n\nB=2", error: "Invalid Format" },
  {
    id: "H8 a key with a blank",
    content: "A B=1",
    error: "Validation failed: Key can contain only letters, digits and '_'.",
  },
  { id: "H11 no key", content: "=VAR1", error: "Validation failed: Key can't be blank" },
  {
    id: "H5 10 KB",
    content: `A=${"x".repeat(10_240)}`,
    error: "Dotenv Artifact Too Big. Maximum Allowable Size: 5120",
  },
];

test.each(broken)(
  "$id: GitLab refuses the file, and the next step mends it",
  ({ content, error }) => {
    expect(parseAsGitLab(Buffer.from(content))).toEqual({ error });
    const small = content.length > 5000 ? "" : content;
    const mended = renderDotenv(parseDotenv(small), new Map([["MINE", "1"]])).content;
    expect(parseAsGitLab(Buffer.from(mended))).toMatchObject({ variables: { MINE: "1" } });
  },
);
