import { expect, test } from "vitest";
import { PatternError, translatePattern } from "../../src/version/text/python-regex.ts";
import { askPython, noPython } from "./python.ts";

const patterns = [
  String.raw`(?P<major>\d+)\.(?P<minor>\d+)\.(?P<patch>\d+)`,
  String.raw`(?P<a>\d+)  # the first
     \.
     (?P<b>\d+) \# \  x?`,
  String.raw`(?P<a>[ab])(?P=a)`,
  String.raw`\A(?P<a>.)\Z`,
  String.raw`^(?P<a>a.c)$`,
  String.raw`a$`,
  String.raw`(?i)ABC`,
  String.raw`(?s)a.c`,
  String.raw`(?m)^b$`,
  String.raw`a(?i:B)c`,
  String.raw`(?#comment)a(?#another)b`,
  String.raw`a{,2}b`,
  String.raw`a{2}b`,
  String.raw`a{2,}b`,
  String.raw`a{1,2}?b`,
  String.raw`a{x}`,
  String.raw`a{}`,
  String.raw`[]a]+`,
  String.raw`[^]a]+`,
  String.raw`[a\-c.]+`,
  String.raw`[\d\s]+`,
  String.raw`\-\"\.\/`,
  String.raw`\x41\u0042\103`,
  String.raw`(?:a|b)+`,
  String.raw`(a)(b)\1\2`,
  String.raw`(a)\1 2`,
  String.raw`a(?=b)`,
  String.raw`a(?!b)`,
  String.raw`(?<=a)b`,
  String.raw`(?<!a)b`,
  String.raw`\bword\b`,
  String.raw`(?x) a b`,
  String.raw`[a b]+`,
  String.raw`(?P<x>a)?b`,
  String.raw`a]b}`,
  String.raw`\n|\t`,
  String.raw`a**`,
  String.raw`*a`,
  String.raw`^*`,
  String.raw`(a`,
  String.raw`a)`,
  String.raw`[a`,
  String.raw`\y`,
  String.raw`(?P<a>x)(?P<a>y)`,
  String.raw`(?P<1>x)`,
  String.raw`(?P=b)`,
  String.raw`a{3,2}`,
  String.raw`a(?i)b`,
  "\\",
];
const texts = [
  "1.2.3",
  "aa",
  "bb",
  "abc",
  "ABC",
  "aBc",
  "a\nc",
  "a\nb\nc",
  "ab",
  "aab",
  "aaab",
  "a{x}",
  "a{}",
  "]",
  "a-c.",
  "1 2",
  '-"./',
  "ABC",
  "aba",
  "abab",
  "aa2",
  "word words",
  "a b",
  "b",
  "a]b}",
  "\n",
  "a\n",
  "1.2#  x",
  "5",
  "",
];

const script = `
import json, re, sys, warnings
warnings.simplefilter("ignore")
patterns, texts = json.load(sys.stdin)
out = []
for pattern in patterns:
    try:
        compiled = re.compile(pattern, re.VERBOSE | re.ASCII)
    except re.error as error:
        out.append(None)
        continue
    row = []
    for text in texts:
        found = compiled.search(text)
        row.append(None if found is None else [found.start(), found.group(), found.groupdict()])
    out.append(row)
print(json.dumps(out))
`;

test("matches what Python matches, and refuses what it refuses", ({ skip }) => {
  const theirs = askPython(script, [patterns, texts]);
  if (!Array.isArray(theirs)) return skip(noPython);
  for (const [index, pattern] of patterns.entries())
    expect([pattern, search(pattern)]).toEqual([pattern, theirs[index]]);
});

function search(pattern: string): unknown {
  try {
    const { expression } = translatePattern(pattern, { verbose: true });
    return texts.map((text) => {
      expression.lastIndex = 0;
      const found = expression.exec(text);
      if (found === null) return null;
      const groups = Object.entries(found.groups ?? {});
      const captures = groups.map(([name, value]) => [name, value ?? null]);
      return [found.index, found[0], Object.fromEntries(captures)];
    });
  } catch (error) {
    if (error instanceof PatternError) return null;
    throw error;
  }
}

test.each([
  { title: "a condition", pattern: "(a)?(?(1)b|c)", position: 4 },
  { title: "an atomic group", pattern: "(?>a)", position: 0 },
  { title: "a possessive quantifier", pattern: "a++", position: 2 },
  { title: "the locale flag", pattern: "(?L)a", position: 0 },
  {
    title: "a repeated group that holds a named one",
    pattern: "(?:(?P<a>x),)+",
    position: 13,
  },
  { title: "a repeated named group", pattern: "(?P<a>x)*", position: 8 },
])("$title is an error with its position", ({ pattern, position }) => {
  expect(() => translatePattern(pattern)).toThrow(PatternError);
  expect(() => translatePattern(pattern)).toThrow(`at position ${position}`);
});

test("multi-line and dot-all patterns search whole files", () => {
  const { expression } = translatePattern(String.raw`^b.c$`, { multiline: true, dotAll: true });
  expect(expression.exec("a\nb\nc\nd")?.[0]).toBe("b\nc");
});
