import { expect, test } from "vitest";
import { findConfig, requireOneVersion } from "../../src/version/config/find-config.ts";
import { memorySource } from "./memory-source.ts";
import { edited, plainConfig, plan, workflowConfig } from "./planning.ts";

const ini = (version: string) => `[bumpversion]\ncurrent_version = ${version}\n`;
const toml = (version: string) => `[tool.bumpversion]\ncurrent_version = "${version}"\n`;

test.each([
  {
    title: ".bumpversion.cfg comes first",
    files: { ".bumpversion.cfg": ini("1.0.0"), ".bumpversion.toml": toml("1.0.0") },
    path: ".bumpversion.cfg",
  },
  {
    title: "an empty .bumpversion.cfg hides nothing",
    files: { ".bumpversion.cfg": "", "setup.cfg": ini("1.0.0") },
    path: "setup.cfg",
  },
  {
    title: ".bumpversion.toml comes before setup.cfg",
    files: { "setup.cfg": ini("1.0.0"), ".bumpversion.toml": toml("1.0.0") },
    path: ".bumpversion.toml",
  },
  {
    title: "pyproject.toml comes last",
    files: { "pyproject.toml": toml("1.0.0"), "setup.cfg": "[metadata]\nname = x\n" },
    path: "pyproject.toml",
  },
])("$title", async ({ files, path }) => {
  expect(await findConfig(memorySource(files))).toMatchObject({ path, warnings: [] });
});

test("a second configuration with another version is warned of", async () => {
  const source = memorySource({
    ".bumpversion.cfg": ini("1.0.0"),
    "pyproject.toml": toml("1.0.1"),
  });
  expect((await findConfig(source))?.warnings).toEqual([
    "pyproject.toml says current_version 1.0.1, but .bumpversion.cfg comes first and says 1.0.0",
  ]);
  await expect(requireOneVersion(source)).rejects.toMatchObject({
    code: "E_VERSION_PLACES",
    message: expect.stringContaining("- .bumpversion.cfg: 1.0.0\n- pyproject.toml: 1.0.1"),
  });
});

test.each([
  { title: "one", files: { "setup.cfg": ini("1.0.0") } },
  {
    title: "two that agree",
    files: { ".bumpversion.cfg": ini("1.0.0"), "pyproject.toml": toml("1.0.0") },
  },
  {
    title: "a second one that names no version",
    files: { ".bumpversion.cfg": ini("1.0.0"), "setup.cfg": "[bumpversion]\ncommit = True\n" },
  },
  { title: "none", files: {} },
])("$title holds one version", async ({ files }) => {
  await expect(requireOneVersion(memorySource(files))).resolves.toBeUndefined();
});

test.each([
  {
    title: "a syntax error in INI",
    files: { ".bumpversion.cfg": "[bumpversion]\nnonsense\n" },
    message:
      "Could not read config file at .bumpversion.cfg: line 2: 'nonsense' has no key and value divided by = or :",
  },
  {
    title: "a duplicate option",
    files: { ".bumpversion.cfg": "[bumpversion]\ncommit=1\ncommit=1\n" },
    message:
      "Could not read config file at .bumpversion.cfg: line 3: option 'commit' of [bumpversion] is there already, in line 2",
  },
  {
    title: "a syntax error in TOML",
    files: { ".bumpversion.toml": "[tool.bumpversion]\ncommit = \n" },
    message: "Could not read config file at .bumpversion.toml: line 2: ",
  },
  {
    title: "bytes that are not UTF-8",
    files: { ".bumpversion.cfg": Buffer.from([0x5b, 0xff]) },
    message: "Could not read config file at .bumpversion.cfg: it is not UTF-8",
  },
  {
    title: "a numeric version in TOML",
    files: { ".bumpversion.toml": "[tool.bumpversion]\ncurrent_version = 1.10\n" },
    message: `current_version is the number 1.10; write it in quotes: "1.10"`,
  },
  {
    title: "a wrong boolean",
    files: { ".bumpversion.cfg": plainConfig("1.0.0", "sign_tags = maybe") },
    message: "sign_tags 'maybe' is not a boolean",
  },
  {
    title: "an unknown option of a part",
    files: { ".bumpversion.cfg": plainConfig("1.0.0", "[bumpversion:part:x]", "valeus = a") },
    message: "[bumpversion:part:x]: unknown option 'valeus'",
  },
  {
    title: "an unknown option of a file",
    files: { ".bumpversion.cfg": plainConfig("1.0.0", "[bumpversion:file:x]", "serach = a") },
    message: "[bumpversion:file:x]: unknown option 'serach'",
  },
  {
    title: "empty values in INI",
    files: { ".bumpversion.cfg": plainConfig("1.0.0", "[bumpversion:part:x]", "values =") },
    message: "[bumpversion:part:x] values is empty",
  },
  {
    title: "a single % in setup.cfg",
    files: { "setup.cfg": plainConfig("1.0.0", "message = 100%") },
    message: "Could not read config file at setup.cfg: line 3: a single '%'",
  },
])("$title is an error", async ({ files, message }) => {
  await expect(findConfig(memorySource(files))).rejects.toMatchObject({
    code: "E_VERSION_CONFIG",
    message: expect.stringContaining(message),
  });
});

test("an unknown global option and a forgotten file: are only warned of", async () => {
  const text = plainConfig("1.0.0", "typo = 1", "[bumpversion:VERSION]", "search = x");
  expect((await findConfig(memorySource({ ".bumpversion.cfg": text })))?.warnings).toEqual([
    ".bumpversion.cfg line 4: section [bumpversion:VERSION] is ignored; a file is named by [bumpversion:file:…]",
    "[bumpversion] in .bumpversion.cfg: unknown option 'typo'",
  ]);
});

test("the keys of both tools are known in both formats, and booleans are real", async () => {
  const text = [
    "[tool.bumpversion]",
    'current_version = "1.2.3"',
    'parse = "(?P<major>\\\\d+)\\\\.(?P<minor>\\\\d+)\\\\.(?P<patch>\\\\d+)"',
    'serialize = ["{major}.{minor}.{patch}"]',
    "commit = true\ntag = false\nsign_tags = false\nallow_dirty = true",
    'commit_args = "--no-verify -S"',
    'moveable_tags = ["v{new_major}"]',
    'pre_commit_hooks = ["npm install"]',
    "[tool.bumpversion.parts.minor]\nvalues = [1, 2.10, 3]",
    '[[tool.bumpversion.files]]\nfilename = "a"\ninclude_bumps = []',
    '[[tool.bumpversion.files]]\nfilename = "b"\nglob = "*.x"\nexclude_bumps = ["patch"]\nregex = true',
  ].join("\n");
  expect(await findConfig(memorySource({ ".bumpversion.toml": text }))).toMatchObject({
    currentVersion: "1.2.3",
    signTags: false,
    allowDirty: true,
    commitArguments: ["--no-verify", "-S"],
    moveableTags: ["v{new_major}"],
    hooks: { preCommit: ["npm install"] },
    parts: [{ name: "minor", values: ["1", "2.10", "3"] }],
    files: [
      { target: { kind: "file", path: "a" }, includeBumps: [] },
      { target: { kind: "glob", path: "*.x" }, excludeBumps: ["patch"], isRegex: true },
    ],
    warnings: [],
  });
});

test("a path may hold colons, a suffix in parentheses is no part of it", async () => {
  const text = plainConfig(
    "1.0.0",
    "[bumpversion:file (heading):CHANGES.md]",
    "[bumpversion:file:C:odd:name]",
    "[bumpversion:glob(x):*.md]",
  );
  const config = await findConfig(memorySource({ ".bumpversion.cfg": text }));
  expect(config?.files.map(({ target }) => target)).toEqual([
    { kind: "file", path: "CHANGES.md" },
    { kind: "file", path: "C:odd:name" },
    { kind: "glob", path: "*.md" },
  ]);
});

test("[DEFAULT] applies to every section and is no unknown option", async () => {
  const text = `[DEFAULT]\nsearch = v{current_version}\nunheard = 1\n${plainConfig("1.0.0", "[bumpversion:file:a]")}`;
  expect(await findConfig(memorySource({ "setup.cfg": text }))).toMatchObject({
    files: [{ search: "v{current_version}" }],
    warnings: [],
  });
});

interface ConfigEdit {
  title: string;
  path?: string;
  before: string;
  after: string;
}

const edits: readonly ConfigEdit[] = [
  {
    title: "comments, spacing, order, delimiter and line ends stay",
    before:
      "; top\r\n[other]\r\n\r\n[bumpversion]\r\n  current_version :   1.2.3  \r\n# end\r\ncommit=True",
    after:
      "; top\r\n[other]\r\n\r\n[bumpversion]\r\n  current_version :   1.2.4  \r\n# end\r\ncommit=True",
  },
  {
    title: "a byte order mark stays",
    before: "\uFEFF[bumpversion]\ncurrent_version=1.2.3\n",
    after: "\uFEFF[bumpversion]\ncurrent_version=1.2.4\n",
  },
  {
    title: "a line with a bracket before the version does no harm",
    before: "[bumpversion]\nmessage = [x] {new_version}\ncurrent_version = 1.2.3\n",
    after: "[bumpversion]\nmessage = [x] {new_version}\ncurrent_version = 1.2.4\n",
  },
  {
    title: "text around the version is tolerated in the option",
    before: "[bumpversion]\ncurrent_version = v1.2.3\n",
    after: "[bumpversion]\ncurrent_version = 1.2.4\n",
  },
  {
    title: "TOML keeps its quotes and comments",
    path: ".bumpversion.toml",
    before:
      "# a [tool.bumpversion]\n[tool.bumpversion] # x\ncurrent_version = '1.2.3' # \"1.2.3\"\n",
    after:
      "# a [tool.bumpversion]\n[tool.bumpversion] # x\ncurrent_version = '1.2.4' # \"1.2.3\"\n",
  },
  {
    title: "pyproject.toml gets its static project version too",
    path: "pyproject.toml",
    before:
      '[project]\nname = "x"\nversion = "1.2.3"\ndependencies = ["y==1.2.3"]\n[tool.bumpversion]\ncurrent_version = "1.2.3"\n',
    after:
      '[project]\nname = "x"\nversion = "1.2.4"\ndependencies = ["y==1.2.3"]\n[tool.bumpversion]\ncurrent_version = "1.2.4"\n',
  },
  {
    title: "the project version is the current version where the option is missing",
    path: "pyproject.toml",
    before: '[project]\nversion = "1.2.3"\n[tool.bumpversion]\ncommit = true\n',
    after: '[project]\nversion = "1.2.4"\n[tool.bumpversion]\ncommit = true\n',
  },
  {
    title: "dotted keys and inline tables are found",
    path: "pyproject.toml",
    before: 'tool.bumpversion = { commit = true, current_version = """1.2.3""" }\n',
    after: 'tool.bumpversion = { commit = true, current_version = """1.2.4""" }\n',
  },
];

test.each(edits)("$title", async ({ path = ".bumpversion.cfg", before, after }) => {
  expect(await edited({ [path]: before }, "patch")).toEqual({ [path]: after });
});

test("a project version that differs is an error", async () => {
  const text = '[project]\nversion = "1.2.2"\n[tool.bumpversion]\ncurrent_version = "1.2.3"\n';
  await expect(plan({ "pyproject.toml": text }, "patch")).rejects.toMatchObject({
    code: "E_VERSION_PLACES",
  });
});

test("a one-shot new_version is used whatever the part, and its line deleted", async () => {
  const text = "[bumpversion]\ncurrent_version = 1.2.3\nnew_version = 2.0.0\ncommit = true\n";
  expect(await edited({ ".bumpversion.cfg": text }, "patch")).toEqual({
    ".bumpversion.cfg": "[bumpversion]\ncurrent_version = 2.0.0\ncommit = true\n",
  });
  const other = '[tool.bumpversion]\ncurrent_version = "1.2.3"\nnew_version = "2.0.0"\n';
  expect(await edited({ ".bumpversion.toml": other }, "patch")).toEqual({
    ".bumpversion.toml": '[tool.bumpversion]\ncurrent_version = "2.0.0"\n',
  });
});

test("without current_version the newest tag counts, and the configuration stays as it is", async () => {
  const files = { ".bumpversion.cfg": "[bumpversion]\n[bumpversion:file:a]\n", a: "1.10.0" };
  const tags = ["v1.9.0", "v1.10.0", "v2-broken", "other"];
  expect(await edited(files, "minor", { tags })).toEqual({ a: "1.11.0" });
});

test("a key path restricts the search to the value of a TOML key", async () => {
  const config = [
    '[tool.bumpversion]\ncurrent_version = "1.2.3"',
    '[[tool.bumpversion.files]]\nfilename = "lock.toml"\nkey_path = "package.1.version"',
  ].join("\n");
  const lock = (version: string) =>
    `# ü\n[[package]]\nversion = "1.2.3"\n[[package]]\nversion = "${version}"\n`;
  const after = await edited({ ".bumpversion.toml": config, "lock.toml": lock("1.2.3") }, "patch");
  expect(after["lock.toml"]).toBe(lock("1.2.4"));
});

test("include_bumps and exclude_bumps choose files, and a file left behind says why", async () => {
  const config = (version: string) =>
    [
      `[tool.bumpversion]\ncurrent_version = "${version}"`,
      '[[tool.bumpversion.files]]\nfilename = "major"\ninclude_bumps = ["major"]',
      '[[tool.bumpversion.files]]\nfilename = "rest"\nexclude_bumps = ["major"]',
    ].join("\n");
  const files = { major: "1.2.3", rest: "1.2.3" };
  const patched = await edited({ ".bumpversion.toml": config("1.2.3"), ...files }, "patch");
  expect(Object.keys(patched).toSorted()).toEqual([".bumpversion.toml", "rest"]);
  await expect(
    plan({ ".bumpversion.toml": config("1.2.4"), ...files }, "major"),
  ).rejects.toMatchObject({ hint: expect.stringContaining("include_bumps is major") });
});

test("missing files and texts are warnings where the configuration says so", async () => {
  const config = plainConfig(
    "1.2.3",
    "ignore_missing_files = true",
    "[bumpversion:file:gone]",
    "[bumpversion:file:other]",
    "ignore_missing_version = true",
    "[bumpversion:glob:*.none]",
  );
  expect((await plan({ ".bumpversion.cfg": config, other: "x" }, "patch")).warnings).toEqual([
    "File not found: 'gone' ([bumpversion:file:gone])",
    "Did not find '1.2.3' in file: 'other'.",
    "[bumpversion:glob:*.none]: no file matches *.none",
  ]);
});

test("the configuration of the release flow has no warnings", async () => {
  const files = { ".bumpversion.cfg": workflowConfig, "setup.cfg": "version = 0.15.0.dev" };
  expect((await plan(files)).warnings).toEqual([]);
});
