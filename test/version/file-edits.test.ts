import { expect, test } from "vitest";
import { edited, plainConfig, plan, workflowConfig, workflowProject } from "./planning.ts";

const shortScheme = [
  String.raw`parse = (?P<major>\d+)(\.(?P<minor>\d+))?(\.(?P<patch>\d+))?`,
  "serialize =",
  "\t{major}.{minor}.{patch}",
  "\t{major}.{minor}",
  "\t{major}",
];

test("vector 40: the version is searched as it is written, not as it would be serialized", async () => {
  const files = {
    ".bumpversion.cfg": plainConfig("1.0.0", ...shortScheme, "[bumpversion:file:a.txt]"),
    "a.txt": "version = 1.0.0, since 2011",
  };
  expect((await edited(files, "patch"))["a.txt"]).toBe("version = 1.0.1, since 2011");
});

test("vector 41: a version inside a longer number stays", async () => {
  const files = {
    ".bumpversion.cfg": plainConfig("1.2.3", "[bumpversion:file:a.txt]"),
    "a.txt": "11.2.34 1.2.3 v1.2.3",
  };
  expect((await edited(files, "patch"))["a.txt"]).toBe("11.2.34 1.2.4 v1.2.4");
});

test("vector 42: a setup.cfg that is configuration and target gets both edits", async () => {
  const before = (version: string) =>
    `# keep me\n[metadata]\nversion = ${version}\n\n[bumpversion]\ncurrent_version = ${version}\n\n[bumpversion:file:setup.cfg]\n`;
  expect(await edited({ "setup.cfg": before("1.2.3") }, "minor")).toEqual({
    "setup.cfg": before("1.3.0"),
  });
});

test("vector 43: line ends stay as they are, mixed ones too", async () => {
  const files = {
    ".bumpversion.cfg": plainConfig("1.2.3", "[bumpversion:file:a.txt]"),
    "a.txt": "one\r\nversion 1.2.3\r\ntwo\nthree 1.2.3",
  };
  expect((await edited(files, "patch"))["a.txt"]).toBe("one\r\nversion 1.2.4\r\ntwo\nthree 1.2.4");
});

test("vector 44: one file without the text stops everything", async () => {
  const files = {
    ".bumpversion.cfg": plainConfig("1.2.3", "[bumpversion:file:a]", "[bumpversion:file:b]"),
    a: "1.2.3",
    b: "nothing here",
  };
  await expect(plan(files, "patch")).rejects.toMatchObject({
    code: "E_VERSION_TEXT",
    message: "Did not find '1.2.3' in file: 'b'.",
  });
});

test("the release operation edits configuration and file, character for character", async () => {
  expect(await edited(workflowProject)).toEqual({
    ".bumpversion.cfg": workflowConfig.replace("0.15.0.dev", "0.15.0"),
    "setup.cfg": "[metadata]\nname = job\nversion = 0.15.0\n",
  });
});

test("a released version is left alone, and the reason is given", async () => {
  const files = {
    ".bumpversion.cfg": workflowConfig.replace("0.15.0.dev", "0.15.0"),
    "setup.cfg": "version = 0.15.0\n",
  };
  expect(await plan(files)).toMatchObject({ kind: "unchanged", newVersion: "0.15.0", edits: [] });
});

test("the release part goes straight to its optional value, past the values between", async () => {
  const config = plainConfig(
    "1.0.1-dev3",
    String.raw`parse = (?P<major>\d+)\.(?P<minor>\d+)\.(?P<patch>\d+)(-(?P<release>dev|rc)(?P<build>\d+))?`,
    "serialize =",
    "  {major}.{minor}.{patch}-{release}{build}",
    "  {major}.{minor}.{patch}",
    "[bumpversion:part:release]",
    "values =",
    "  dev",
    "  rc",
    "  ga",
    "optional_value = ga",
    "[bumpversion:part:build]",
    "first_value = 1",
  );
  expect(await plan({ ".bumpversion.cfg": config })).toMatchObject({ newVersion: "1.0.1" });
  expect(await plan({ ".bumpversion.cfg": config }, "release")).toMatchObject({
    newVersion: "1.0.1-rc1",
  });
});

interface Case {
  title: string;
  config: readonly string[];
  before: string | Buffer;
  after: string | Buffer;
  part?: string;
}

const section = "[bumpversion:file:f]";
const cases: readonly Case[] = [
  {
    title: "a search that starts with a letter prefers a word start",
    config: [section, "search = version = {current_version}", "replace = version = {new_version}"],
    before: "python_version = 3.7.0\nversion = 3.7.0\n",
    after: "python_version = 3.7.0\nversion = 3.7.1\n",
  },
  {
    title: "without a word start every place counts",
    config: [section, "search = version = {current_version}", "replace = version = {new_version}"],
    before: "python_version = 3.7.0\n",
    after: "python_version = 3.7.1\n",
  },
  {
    title: "letters around the version are no guard",
    config: [section],
    before: "Kröt3.7.0 v3.7.0 3.7.0.0 13.7.0 3.7.01",
    after: "Kröt3.7.1 v3.7.1 3.7.1.0 13.7.0 3.7.01",
  },
  {
    title: "a search of several lines matches CRLF, and the replacement takes it over",
    config: [
      section,
      "search =",
      "  [head]",
      "  v{current_version}",
      "replace =",
      "  [head]",
      "  new",
      "  v{new_version}",
    ],
    before: "x\r\n[head]\r\nv3.7.0\r\n",
    after: "x\r\n[head]\r\nnew\r\nv3.7.1\r\n",
  },
  {
    title: "a search that starts with a line end matches the start of the file, without adding one",
    config: [section, "search =", "  v{current_version}", "replace =", "  v{new_version}"],
    before: "v3.7.0\nv3.7.0",
    after: "v3.7.1\nv3.7.1",
  },
  {
    title: "invalid UTF-8 elsewhere survives",
    config: [section],
    before: Buffer.concat([
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from("3.7.0"),
      Buffer.from([0x80]),
    ]),
    after: Buffer.concat([
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from("3.7.1"),
      Buffer.from([0x80]),
    ]),
  },
  {
    title: "doubled braces are characters: a conda recipe",
    config: [
      section,
      'search = {{% set version = "{current_version}" %}}',
      'replace = {{% set version = "{new_version}" %}}',
    ],
    before: '{% set version = "3.7.0" %}\n',
    after: '{% set version = "3.7.1" %}\n',
  },
  {
    title: "a replacement is literal text, also with a regular expression",
    config: [
      section,
      "regex = true",
      String.raw`search = ^v\s*=\s*{current_version}$`,
      String.raw`replace = \1$&{new_version}`,
    ],
    before: "v =  3.7.0\nw = 3.7.0\n",
    after: String.raw`\1$&3.7.1` + "\nw = 3.7.0\n",
  },
  {
    title: "a section's own format may lose parts",
    config: [section, "serialize = {major}.{minor}"],
    before: "docs for 3.7",
    after: "docs for 3.8",
    part: "minor",
  },
  {
    title: "the bare version counts for a section with its own format only where it ends",
    config: [section, String.raw`serialize = {major}.{minor}.{patch}\n`],
    before: "3.7.0-x 3.7.0.",
    after: "3.7.0-x 3.7.1\n.",
  },
  {
    title: "the previous build number is not left behind the new text",
    config: [section, "serialize = {major}.{minor}.{patch}.b{$BUILD}"],
    before: "v3.7.0.b17 done",
    after: "v3.7.1.b42 done",
  },
  {
    title: "a date in a format matches the previous date",
    config: [section, "serialize = {major}.{minor}.{patch} of {utcnow:%Y-%m-%d}"],
    before: "3.7.0 of 2019-01-01",
    after: "3.7.1 of 2026-02-03",
  },
  {
    title: "the parts of both versions have names",
    config: [
      section,
      "search = {current_major}-{current_minor}-{current_patch}",
      "replace = {new_major}-{new_minor}-{new_patch}",
    ],
    before: "3-7-0",
    after: "3-7-1",
  },
  {
    title: "characters that INI cannot start a line with have names",
    config: [section, "search = {#} {current_version}", "replace = {#} {new_version}{;}"],
    before: "# 3.7.0",
    after: "# 3.7.1;",
  },
];

test.each(cases)("$title", async ({ config, before, after, part = "patch" }) => {
  const files = { ".bumpversion.cfg": plainConfig("3.7.0", ...config), f: before };
  const { edits } = await plan(files, part, { env: { BUILD: "42" } });
  const found = edits.find(({ path }) => path === "f")?.after;
  expect(found?.toString("latin1")).toBe(Buffer.from(after).toString("latin1"));
});

test("a later section whose text an earlier one replaced is fine", async () => {
  const config = plainConfig(
    "1.2.3",
    "[bumpversion:file (one):f]",
    "[bumpversion:file(two):f]",
    "search = version {current_version}",
    "replace = version {new_version}",
  );
  const files = { ".bumpversion.cfg": config, f: "version 1.2.3" };
  expect((await edited(files, "patch"))["f"]).toBe("version 1.2.4");
});

test("a file behind a link is edited once, at its real place", async () => {
  const files = {
    ".bumpversion.cfg": plainConfig("1.2.3", "[bumpversion:file:link]", "[bumpversion:file:sub/f]"),
    link: "-> sub/f",
    "sub/f": "1.2.3",
  };
  const { edits } = await plan(files, "patch");
  expect(edits.map(({ path }) => path)).toEqual([".bumpversion.cfg", "sub/f"].toReversed());
});

test.each([
  { title: "a path upwards", name: "../f", files: {} },
  { title: "an absolute path", name: "/etc/hostname", files: {} },
  { title: "a link out of the project", name: "out/f", files: { out: "-> ../elsewhere" } },
])("$title is refused", async ({ name, files }) => {
  const config = plainConfig("1.2.3", `[bumpversion:file:${name}]`);
  await expect(plan({ ".bumpversion.cfg": config, ...files }, "patch")).rejects.toMatchObject({
    code: "E_VERSION_FILE",
  });
});

test("globs edit all their files, hidden folders left out", async () => {
  const config = plainConfig("1.2.3", "[bumpversion:glob:**/*.txt]");
  const files = {
    ".bumpversion.cfg": config,
    "a.txt": "1.2.3",
    "x/y/b.txt": "1.2.3",
    ".git/c.txt": "1.2.3",
    "x/d.md": "1.2.3",
  };
  expect(Object.keys(await edited(files, "patch")).toSorted()).toEqual([
    ".bumpversion.cfg",
    "a.txt",
    "x/y/b.txt",
  ]);
});

test("every problem is reported, not only the first", async () => {
  const config = plainConfig(
    "1.2.3",
    "[bumpversion:file:gone]",
    "[bumpversion:file:other]",
    "[bumpversion:file:typo]",
    "replace = {new_verison}",
  );
  const error = await plan(
    { ".bumpversion.cfg": config, other: "x", typo: "1.2.3" },
    "patch",
  ).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ message: expect.stringContaining("3 problems:") });
  expect(String(error)).toContain("File not found: 'gone' ([bumpversion:file:gone])");
  expect(String(error)).toContain("Did not find '1.2.3' in file: 'other'.");
  expect(String(error)).toContain(
    "replace in [bumpversion:file:typo]: unknown name 'new_verison'. Known: new_version,",
  );
});

test.each([
  {
    title: "other quotes",
    search: "v = '{current_version}'",
    content: 'v = "1.2.3"',
    cause: "The file uses other quotes.",
  },
  {
    title: "indentation that INI drops",
    search: "\n  a:\n    v: {current_version}",
    content: "a:\n  v: 1.2.3\n",
    cause: "Only the white space differs",
  },
  {
    title: "another spelling of the same version",
    search: "v{current_version}",
    content: "w1.02.3 and 1.2.30",
    cause: "The file says '1.02.3', the configuration '1.2.3'",
  },
  {
    title: "a version that is read from elsewhere",
    search: "version = {current_version}",
    content: "[metadata]\nversion = attr: job.__version__\n",
    cause: "read from another file (attr: or file:)",
  },
])("a missing text is explained: $title", async ({ search, content, cause }) => {
  const config = plainConfig("1.2.3", "[bumpversion:file:f]", `search = ${search}`);
  await expect(plan({ ".bumpversion.cfg": config, f: content }, "patch")).rejects.toMatchObject({
    code: "E_VERSION_TEXT",
    hint: expect.stringContaining(cause),
  });
});

test("the closest line is shown", async () => {
  const config = plainConfig(
    "1.2.3",
    "[bumpversion:file:f]",
    "search = version = {current_version}",
  );
  await expect(
    plan({ ".bumpversion.cfg": config, f: "name = x\nversion = 1.2.2\n" }, "patch"),
  ).rejects.toThrow(
    "Did not find 'version = 1.2.3' in file: 'f'.\nThe closest line is 2: version = 1.2.2",
  );
});
