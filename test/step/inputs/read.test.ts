import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { choice, integer, list, secret, text, url } from "../../../src/step/index.ts";
import type { Inputs } from "../../../src/step/inputs/input.ts";
import { type Environment, readInputs } from "../../../src/step/inputs/read.ts";
import { temporaryFolder } from "../support/steps.ts";

const about = "An input.";

function read(inputs: Inputs, env: Environment, earlier: Record<string, string> = {}) {
  return readInputs(inputs, { env, earlier: new Map(Object.entries(earlier)), known: new Set() });
}

const name = { NAME: text({ about, chain: ["PACKED"], from: ["CI_A", "CI_B"], default: "d" }) };

const origins: readonly {
  title: string;
  env: Environment;
  earlier?: Record<string, string>;
  value: string;
  origin: unknown;
}[] = [
  {
    title: "its own variable first",
    env: { NAME: "own", PACKED: "p", CI_A: "a" },
    earlier: { PACKED: "e" },
    value: "own",
    origin: { kind: "own" },
  },
  {
    title: "then an earlier step of the job",
    env: { PACKED: "p", CI_A: "a" },
    earlier: { PACKED: "e" },
    value: "e",
    origin: { kind: "chain", output: "PACKED" },
  },
  {
    title: "then an earlier job",
    env: { PACKED: "p", CI_A: "a" },
    value: "p",
    origin: { kind: "chain", output: "PACKED" },
  },
  {
    title: "then the fall-backs in their order",
    env: { CI_A: "", CI_B: "b" },
    value: "b",
    origin: { kind: "variable", name: "CI_B" },
  },
  {
    title: "then the default",
    env: { NAME: "", CI_A: " " },
    value: "d",
    origin: { kind: "default" },
  },
];

test.each(origins)("a value comes from $title", ({ env, earlier, value, origin }) => {
  const { values, given } = read(name, env, earlier);
  expect(values).toEqual({ NAME: value });
  expect(given.get("NAME")).toEqual({ text: value, origin });
});

test.each(["", " ", "\n"])("an empty variable (%j) is an unset one", (empty) => {
  const { problems } = read({ NAME: text({ about }) }, { NAME: empty });
  expect(problems).toMatchObject([{ name: "NAME", got: "nothing" }]);
});

test("an optional input without a value is absent, not wrong", () => {
  expect(read({ NAME: text({ about, optional: true }) }, {})).toMatchObject({
    values: {},
    problems: [],
  });
});

test("blanks around a word or a number, as a YAML block leaves them, are no part of it", () => {
  const inputs = { PART: choice(["major"], { about }), TIMES: integer({ about }) };
  expect(read(inputs, { PART: "major\n", TIMES: " 2 " }).values).toEqual({
    PART: "major",
    TIMES: 2,
  });
});

test("a secret is read from the file that NAME_FILE names, without its last line break", async () => {
  const file = join(await temporaryFolder(), "token");
  await writeFile(file, "from-a-file\n");
  const { values, given } = read({ TOKEN: secret({ about }) }, { TOKEN_FILE: file });
  expect(String(values["TOKEN"])).toBe("[MASKED]");
  expect(given.get("TOKEN")).toEqual({ text: "from-a-file", origin: { kind: "file", path: file } });
});

test("a secret is read from the file whose path a file-type variable holds, also by a fall-back", async () => {
  const file = join(await temporaryFolder(), "token");
  await writeFile(file, "from-a-file\r\n");
  const inputs = { TOKEN: secret({ about, from: ["CI_TOKEN"] }) };
  for (const variable of ["TOKEN", "CI_TOKEN"])
    expect(read(inputs, { [variable]: file }).given.get("TOKEN")?.text).toBe("from-a-file");
});

test("a secret that begins with a slash and is no file is taken as it is", () => {
  const { given } = read({ TOKEN: secret({ about }) }, { TOKEN: "/no/such/file" });
  expect(given.get("TOKEN")).toEqual({ text: "/no/such/file", origin: { kind: "own" } });
});

test("a file of a secret that is missing, empty or a folder is named", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "folder"));
  await writeFile(join(folder, "empty"), "\n");
  const at = (file: string) =>
    read({ TOKEN: secret({ about }) }, { TOKEN_FILE: join(folder, file) });
  expect(at("missing").problems[0]?.got).toBe(`the file ${folder}/missing, which cannot be read`);
  expect(at("folder").problems[0]?.got).toBe(`the file ${folder}/folder, which cannot be read`);
  expect(at("empty").problems[0]?.got).toBe(`the file ${folder}/empty, which is empty`);
});

test("an input of its own that ends in _FILE is not taken for the file of another", () => {
  const inputs = { KEY: secret({ about, optional: true }), KEY_FILE: text({ about }) };
  expect(read(inputs, { KEY_FILE: "/a/path" })).toMatchObject({
    values: { KEY_FILE: "/a/path" },
    problems: [],
  });
});

test("every wrong input says what was got, from where, what is expected and how to set it", () => {
  const inputs = {
    PART: choice(["major", "minor"], { about, from: ["CI_PART"], example: "minor" }),
    TIMES: integer({ about, max: 3, chain: ["COUNT"] }),
    TOKEN: secret({ about, from: ["CI_JOB_TOKEN"] }),
    ADDRESS: url({ about }),
    LINES: list({ about }),
  };
  const env = { CI_PART: "huge", TOKEN: "a\nb", ADDRESS: "https://me:pass@host" };
  expect(read(inputs, env, { COUNT: "4" }).problems).toEqual([
    {
      name: "PART",
      got: '"huge" (from CI_PART)',
      expected: "one of major, minor",
      cure: "set PART or CI_PART, for example PART=minor",
    },
    {
      name: "TIMES",
      got: '"4" (from the output COUNT)',
      expected: "a whole number, 3 or less",
      cure: "set TIMES or COUNT",
    },
    {
      name: "TOKEN",
      got: "a value that is not shown",
      expected: "a secret",
      cure: "set TOKEN or TOKEN_FILE or CI_JOB_TOKEN",
    },
    {
      name: "ADDRESS",
      got: "a value that is not shown",
      expected: "an http(s) address without user name or password",
      cure: "set ADDRESS",
    },
    {
      name: "LINES",
      got: "nothing",
      expected: "a list, one per line or with commas",
      cure: "set LINES",
    },
  ]);
});

test("wrong texts are kept for the reproduction, an address without its login", () => {
  const { given } = read(
    { TIMES: integer({ about }), ADDRESS: url({ about }) },
    { TIMES: "many", ADDRESS: "https://me:pass@host/x" },
  );
  expect(given.get("TIMES")?.text).toBe("many");
  expect(given.get("ADDRESS")?.text).toBe("https://MASKED@host/x");
});

test("a long wrong value is cut in the message", () => {
  const { problems } = read({ TIMES: integer({ about }) }, { TIMES: "x".repeat(1000) });
  expect(problems[0]?.got).toBe(`"${"x".repeat(200)}…"`);
});
