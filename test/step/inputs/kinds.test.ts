import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  BadValue,
  boolean,
  byteSize,
  choice,
  decimal,
  globs,
  type Input,
  integer,
  lines,
  list,
  matching,
  path,
  secret,
  text,
  token,
  url,
} from "../../../src/step/index.ts";

const about = "An input.";
const part = choice(["major", "minor"], { about });
const sha = matching(/^[0-9a-f]{4}$/, "four hex digits", { about });
const count = integer({ about, min: 1, max: 3 });
const share = decimal({ about, min: 0 });

const good: readonly { title: string; input: Input; value: string; parsed: unknown }[] = [
  { title: "a text is kept as it is", input: text({ about }), value: " a ", parsed: " a " },
  { title: "a word of a choice", input: part, value: "minor", parsed: "minor" },
  { title: "a text that matches", input: sha, value: "0af9", parsed: "0af9" },
  { title: "TRUE", input: boolean({ about }), value: "TRUE", parsed: true },
  { title: "on", input: boolean({ about }), value: "on", parsed: true },
  { title: "1", input: boolean({ about }), value: "1", parsed: true },
  { title: "no", input: boolean({ about }), value: "no", parsed: false },
  { title: "0", input: boolean({ about }), value: "0", parsed: false },
  { title: "a whole number", input: count, value: "3", parsed: 3 },
  { title: "a number with a point", input: share, value: "0.25", parsed: 0.25 },
  { title: "bytes", input: byteSize({ about }), value: "1048576", parsed: 1_048_576 },
  { title: "decimal sizes", input: byteSize({ about }), value: "1.5MB", parsed: 1_500_000 },
  { title: "binary sizes", input: byteSize({ about }), value: "5 GiB", parsed: 5 * 1024 ** 3 },
  {
    title: "a list in lines",
    input: list({ about }),
    value: "a\n b\n\nc",
    parsed: ["a", "b", "c"],
  },
  {
    title: "a list with commas",
    input: list({ about }),
    value: "a, b,,c",
    parsed: ["a", "b", "c"],
  },
  {
    title: "a glob keeps the commas in its braces",
    input: globs({ about }),
    value: "dist/*.{tgz,zip},*.{a,b}.json\nx",
    parsed: ["dist/*.{tgz,zip}", "*.{a,b}.json", "x"],
  },
  { title: "lines keep commas", input: lines({ about }), value: "a,b\nc", parsed: ["a,b", "c"] },
  {
    title: "an address loses its last slash",
    input: url({ about }),
    value: "https://h/x/",
    parsed: "https://h/x",
  },
  { title: "a path", input: path({ about }), value: "dist/ä b", parsed: "dist/ä b" },
];

test.each(good)("$title", ({ input, value, parsed }) => {
  expect(input.parse(value)).toEqual(parsed);
});

const bad: readonly { title: string; input: Input; value: string }[] = [
  { title: "another word", input: part, value: "patch" },
  { title: "a choice in capitals", input: part, value: "MINOR" },
  { title: "a text that does not match", input: sha, value: "0AF9" },
  { title: "perhaps", input: boolean({ about }), value: "perhaps" },
  { title: "below the range", input: count, value: "0" },
  { title: "above the range", input: count, value: "4" },
  { title: "a fraction", input: count, value: "1.5" },
  { title: "hexadecimal", input: count, value: "0x1" },
  { title: "an exponent", input: share, value: "1e3" },
  { title: "a comma for a point", input: share, value: "0,5" },
  { title: "a size without a number", input: byteSize({ about }), value: "MB" },
  { title: "a negative size", input: byteSize({ about }), value: "-1" },
  { title: "another scheme", input: url({ about }), value: "ftp://host" },
  { title: "no address", input: url({ about }), value: "host/path" },
  { title: "a user name", input: url({ about }), value: "https://me@host" },
  { title: "a null character", input: path({ about }), value: "a\0b" },
  { title: "a list of nothing", input: list({ about }), value: ", ,\n" },
  { title: "a glob of nothing", input: globs({ about }), value: "," },
  { title: "a secret of two lines", input: secret({ about }), value: "one\ntwo" },
  { title: "a token of two lines", input: token({ about }), value: "glpat-one\ntwo" },
  { title: "a token with a blank", input: token({ about }), value: "glpat-one two" },
  { title: "a token with an invisible character", input: token({ about }), value: "glpat-\u200Bx" },
];

test.each(bad)("$title is refused", ({ input, value }) => {
  expect(() => input.parse(value)).toThrow(BadValue);
});

test("lists read back what was joined, by lines or by commas", () => {
  const item = fc.stringMatching(/^[a-z*.][a-z */.]{0,8}[a-z*.]$/);
  fc.assert(
    fc.property(
      fc.array(item, { minLength: 1 }),
      fc.constantFrom(",", "\n", ", ", "\r\n", ",\n"),
      (items, joint) => {
        expect(list({ about }).parse(items.join(joint))).toEqual(items);
        expect(globs({ about }).parse(items.join(joint))).toEqual(items);
      },
    ),
  );
});

test("a secret shows itself to nobody but who asks for it", () => {
  const value = secret({ about }).parse(" s3cr3t-token\n");
  expect(`${value} ${JSON.stringify({ value })}`).toBe('[MASKED] {"value":"[MASKED]"}');
  expect(value.reveal()).toBe("s3cr3t-token");
});
