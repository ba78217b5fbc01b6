import * as fc from "fast-check";
import { expect, test } from "vitest";
import { IniError, parseIni } from "../../src/version/config/ini.ts";
import { interpolate, InterpolationError } from "../../src/version/config/interpolate.ts";
import { askPython, noPython } from "./python.ts";

const strictly = () => true;

test("values of several lines lose their indentation, comments and trailing blank lines", () => {
  const text = "[s]\nkey =\n\tone\n  # comment\n\n    two ; not a comment\n\n\nnext: x\n";
  expect(parseIni(text, strictly)[0]?.entries.map(({ key, value }) => [key, value])).toEqual([
    ["key", "\none\n\ntwo ; not a comment"],
    ["next", "x"],
  ]);
});

test("the span of a value holds just its characters", () => {
  const text = "\uFEFF; top\r\n  [s] junk\r\n  version :  1.2.3  \r\nempty =\r\n";
  const [section] = parseIni(text, strictly);
  expect(
    section?.entries.map(({ valueSpan }) => text.slice(valueSpan.start, valueSpan.end)),
  ).toEqual(["1.2.3", ""]);
});

test.each([
  { title: "a duplicate section", text: "[s]\n[s]\n", line: 2 },
  { title: "a duplicate key", text: "[s]\na=1\na=2\n", line: 3 },
  { title: "a key without delimiter", text: "[s]\na\n", line: 2 },
  { title: "text before the first section", text: "a=1\n[s]\n", line: 1 },
])("$title is an error with its line", ({ text, line }) => {
  expect(() => parseIni(text, strictly)).toThrow(IniError);
  expect(() => parseIni(text, strictly)).toThrow(`line ${line}:`);
});

test("sections that are not strict may hold anything", () => {
  expect(parseIni("[other]\nno delimiter\na=1\na=2\n[other]\n", () => false)).toHaveLength(1);
});

const script = `
import configparser, json, sys
out = []
for text in json.load(sys.stdin):
    parser = configparser.RawConfigParser()
    parser.optionxform = str
    try:
        parser.read_string(text)
        out.append([[s, [[k, parser._sections[s][k]] for k in parser._sections[s]]] for s in parser.sections()])
    except configparser.Error as error:
        out.append(None)
print(json.dumps(out))
`;

test("reads what Python's configparser reads, mistakes included", ({ skip }) => {
  const word = fc.constantFrom(
    "a",
    "key",
    "[s]",
    "[t:x]",
    "[s] junk",
    "=",
    " = ",
    ":",
    "#",
    ";",
    " ",
    "\t",
    "  ",
    "v w",
    "[",
    "]",
    "é",
  );
  const line = fc.array(word, { maxLength: 5 }).map((words) => words.join(""));
  const text = fc
    .tuple(fc.array(line, { maxLength: 9 }), fc.constantFrom("\n", "\r\n"))
    .map(([lines, end]) => ["[first]", ...lines, ""].join(end));
  const texts = fc.sample(text, { numRuns: 3_000, seed: 7 });
  const theirs = askPython(script, texts);
  if (!Array.isArray(theirs)) return skip(noPython);
  for (const [index, one] of texts.entries())
    expect([one, readOurs(one)]).toEqual([one, theirs[index]]);
});

function readOurs(text: string): unknown {
  try {
    return parseIni(text, strictly).map(({ name, entries }) => [
      name,
      entries.map(({ key, value }) => [key, value]),
    ]);
  } catch {
    return null;
  }
}

test("the span of every value can be edited without touching anything else", () => {
  const value = fc.stringMatching(/^[a-z0-9.]([a-z0-9 .]*[a-z0-9.])?$/u);
  const blank = fc.stringMatching(/^[ \t]{0,3}$/u);
  fc.assert(
    fc.property(
      value,
      value,
      blank,
      blank,
      fc.constantFrom("=", ":"),
      (old, fresh, before, after, sign) => {
        const write = (version: string) =>
          `# head\n[s]\nother = x\nversion${before}${sign}${after}${version}${after}\n\n[t]\na=b\n`;
        const text = write(old);
        const span = parseIni(text, strictly)[0]?.entries[1]?.valueSpan;
        const edited = text.slice(0, span?.start) + fresh + text.slice(span?.end);
        expect(edited).toBe(write(fresh));
      },
    ),
  );
});

test.each([
  { value: "100%%", result: "100%" },
  { value: "%(a)s-%(b)s", result: "1-1x" },
])("interpolates $value to $result", ({ value, result }) => {
  const options = new Map([
    ["a", "1"],
    ["b", "%(a)sx"],
  ]);
  expect(interpolate(value, (key) => options.get(key))).toBe(result);
});

test.each(["50%", "%(gone)s", "%d", "%(self)s"])("refuses to interpolate %s", (value) => {
  expect(() => interpolate(value, (key) => (key === "self" ? "%(self)s" : undefined))).toThrow(
    InterpolationError,
  );
});
