import fc from "fast-check";
import { expect, test } from "vitest";
import type { Operation } from "../../src/version/operation.ts";
import { edited, plan } from "./planning.ts";

interface Case {
  title: string;
  files: Record<string, string>;
  after: Record<string, string>;
  operation?: Operation | string;
}

const next: Operation = { kind: "post-release", part: "minor" };
const nextLike = (like: string): Operation => ({ kind: "post-release", part: "minor", like });

const cases: readonly Case[] = [
  {
    title: "[project] version: released by dropping the suffix",
    files: { "pyproject.toml": '[project]\nname = "x" # 0.15.0.dev\nversion = "0.15.0.dev" # v\n' },
    after: { "pyproject.toml": '[project]\nname = "x" # 0.15.0.dev\nversion = "0.15.0" # v\n' },
  },
  {
    title: "setuptools: a dynamic version read from an attribute, in src",
    files: {
      "pyproject.toml":
        '[project]\ndynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = {attr = "job.__version__"}\n',
      "src/job/__init__.py":
        '"""Doc\n__version__ = "9"\n"""\n# __version__ = "8"\n__version__ = \'1.0.dev2\'\n',
    },
    after: {
      "src/job/__init__.py":
        '"""Doc\n__version__ = "9"\n"""\n# __version__ = "8"\n__version__ = \'1.1.dev0\'\n',
    },
    operation: "minor",
  },
  {
    title: "setuptools: a dynamic version read from a file",
    files: {
      "pyproject.toml":
        '[project]\ndynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = {file = ["VERSION"]}\n',
      VERSION: "\n1.0a2\n",
    },
    after: { VERSION: "\n1.1a0\n" },
    operation: "minor",
  },
  {
    title: "hatch: the default pattern drops a v",
    files: {
      "pyproject.toml":
        '[project]\ndynamic = ["version"]\n[tool.hatch.version]\npath = "x/about.py"\n',
      "x/about.py": 'a = 1\n__version__: str = "v1.2.3.dev1"\n',
    },
    after: { "x/about.py": 'a = 1\n__version__: str = "v1.2.3"\n' },
  },
  {
    title: "hatch: a pattern of its own",
    files: {
      "pyproject.toml":
        "[project]\ndynamic = ['version']\n[tool.hatch.version]\npath = 'x'\npattern = 'is (?P<version>[^;]+);'\n",
      x: "it is 1.2.dev;",
    },
    after: { x: "it is 1.2;" },
  },
  {
    title: "poetry",
    files: { "pyproject.toml": '[tool.poetry]\nversion = "1.2.3.dev0"\n' },
    after: { "pyproject.toml": '[tool.poetry]\nversion = "1.2.3"\n' },
  },
  {
    title: "setup.cfg",
    files: { "setup.cfg": "[metadata]\nname = x\nversion = 0.15.0.dev\n" },
    after: { "setup.cfg": "[metadata]\nname = x\nversion = 0.15.0\n" },
  },
  {
    title: "setup.cfg that follows an attribute",
    files: {
      "setup.cfg":
        "[metadata]\nversion = attr: job.about.VERSION\n[options]\npackage_dir =\n  = lib\n",
      "lib/job/about.py": "X = 1\nVERSION = '0.15.0.dev'\n",
    },
    after: { "lib/job/about.py": "X = 1\nVERSION = '0.15.0'\n" },
  },
  {
    title: "setup.cfg that follows a file",
    files: { "setup.cfg": "[metadata]\nversion = file: v.txt\n", "v.txt": "0.15.0.dev" },
    after: { "v.txt": "0.15.0" },
  },
  {
    title: "package.json with its lock file",
    files: {
      "package.json":
        '{\n  "name": "x",\n  "nested": {"version": "1.0.0-dev.0"},\n  "version": "1.0.0-dev.0"\n}\n',
      "package-lock.json":
        '{"name":"x","version":"1.0.0-dev.0","packages":{"":{"version":"1.0.0-dev.0"},"node_modules/y":{"version":"1.0.0-dev.0"}}}',
    },
    after: {
      "package.json":
        '{\n  "name": "x",\n  "nested": {"version": "1.0.0-dev.0"},\n  "version": "1.0.0"\n}\n',
      "package-lock.json":
        '{"name":"x","version":"1.0.0","packages":{"":{"version":"1.0.0"},"node_modules/y":{"version":"1.0.0-dev.0"}}}',
    },
  },
  {
    title: "Cargo.toml with its lock file",
    files: {
      "Cargo.toml": '[package]\nname = "x"\nversion = "0.1.0-dev.3"\n',
      "Cargo.lock":
        '[[package]]\nname = "x"\nversion = "0.1.0-dev.3"\n\n[[package]]\nname = "y"\nversion = "0.1.0-dev.3"\nsource = "registry"\n',
    },
    after: {
      "Cargo.toml": '[package]\nname = "x"\nversion = "0.1.0"\n',
      "Cargo.lock":
        '[[package]]\nname = "x"\nversion = "0.1.0"\n\n[[package]]\nname = "y"\nversion = "0.1.0-dev.3"\nsource = "registry"\n',
    },
  },
  {
    title: "a Cargo workspace: every own package",
    files: {
      "Cargo.toml": '[workspace.package]\nversion = "0.1.0-dev.3"\n',
      "Cargo.lock":
        '[[package]]\nname = "a"\nversion = "0.1.0-dev.3"\n[[package]]\nname = "b"\nversion = "0.1.0-dev.3"\n',
    },
    after: {
      "Cargo.toml": '[workspace.package]\nversion = "0.1.0"\n',
      "Cargo.lock":
        '[[package]]\nname = "a"\nversion = "0.1.0"\n[[package]]\nname = "b"\nversion = "0.1.0"\n',
    },
  },
  {
    title: "a literal of setup()",
    files: { "setup.py": "x = dict(version='9')\nsetup(\n  name='x',\n  version='1.0.dev',\n)\n" },
    after: { "setup.py": "x = dict(version='9')\nsetup(\n  name='x',\n  version='1.0',\n)\n" },
  },
  {
    title: "several places, each in its own spelling",
    files: {
      "pyproject.toml": '[project]\nversion = "1.0.0.dev"\n',
      "package.json": '{"version": "1.0.0-dev.0"}',
      VERSION: "1.0.0.dev0\n",
    },
    after: {
      "pyproject.toml": '[project]\nversion = "1.1.0.dev"\n',
      "package.json": '{"version": "1.1.0-dev.0"}',
      VERSION: "1.1.0.dev0\n",
    },
    operation: "minor",
  },
  {
    title: "gradle.properties: the last entry that counts",
    files: {
      "gradle.properties":
        "# version=9\r\n! version=8\norg.gradle.x = a\\\n  version=7\nkotlin.version=1.0-SNAPSHOT\nversion : 1.0-SNAPSHOT\r\nversionName=1.0-SNAPSHOT\n",
    },
    after: {
      "gradle.properties":
        "# version=9\r\n! version=8\norg.gradle.x = a\\\n  version=7\nkotlin.version=1.0-SNAPSHOT\nversion : 1.0\r\nversionName=1.0-SNAPSHOT\n",
    },
  },
  {
    title: "the next development version of gradle.properties, without a model",
    files: { "gradle.properties": "version=1.2.3" },
    after: { "gradle.properties": "version=1.3.0-SNAPSHOT" },
    operation: next,
  },
  {
    title: "Chart.yaml with an appVersion that is the same",
    files: {
      "Chart.yaml":
        '# version: 1.0.0-dev.0\napiVersion: v2\nversion:   1.0.0-dev.0 # ours\r\nappVersion: "1.0.0-dev.0"\ndependencies:\n- {name: x, version: 1.0.0-dev.0}\n',
    },
    after: {
      "Chart.yaml":
        '# version: 1.0.0-dev.0\napiVersion: v2\nversion:   1.0.0 # ours\r\nappVersion: "1.0.0"\ndependencies:\n- {name: x, version: 1.0.0-dev.0}\n',
    },
  },
  {
    title: "Chart.yaml with an appVersion of its own",
    files: { "Chart.yaml": "appVersion: 1.16\n'version': '1.2.3'\n" },
    after: { "Chart.yaml": "appVersion: 1.16\n'version': '1.3.0-dev.0'\n" },
    operation: next,
  },
  {
    title: "the next development version of tools that spell it differently",
    files: { VERSION: "0.15.0", "package.json": '{"version":"0.15.0"}' },
    after: { "package.json": '{"version":"0.16.0-dev.0"}', VERSION: "0.16.0.dev0" },
    operation: nextLike("0.15.0-dev.0"),
  },
  {
    title: "a bump of a missing patch adds it",
    files: { VERSION: "1.2" },
    after: { VERSION: "1.2.1" },
    operation: "patch",
  },
  {
    title: "the next development version without a model, Python",
    files: { VERSION: "1.2.3" },
    after: { VERSION: "1.3.0.dev0" },
    operation: next,
  },
  {
    title: "the next development version without a model, Node",
    files: { "package.json": '{"version":"1.2.3"}' },
    after: { "package.json": '{"version":"1.3.0-dev.0"}' },
    operation: next,
  },
  {
    title: "the next development version, spelt like the one before the release",
    files: { VERSION: "0.15.0" },
    after: { VERSION: "0.16.0.dev" },
    operation: nextLike("0.15.0.dev"),
  },
  {
    title: "a snapshot",
    files: { VERSION: "0.15.0" },
    after: { VERSION: "0.16.0-SNAPSHOT" },
    operation: nextLike("0.15.0-SNAPSHOT"),
  },
  {
    title: "NEW_VERSION",
    files: { VERSION: "0.15.0" },
    after: { VERSION: "2.0" },
    operation: { kind: "set", version: "2.0" },
  },
];

test.each(cases)("without configuration: $title", async ({ files, after, operation }) => {
  expect(await edited(files, operation)).toEqual(after);
});

test("places that differ are listed", async () => {
  const files = {
    "pyproject.toml": '[project]\nversion = "1.0"\n',
    "package.json": '{"version":"2.0.0"}',
  };
  await expect(plan(files)).rejects.toMatchObject({
    code: "E_VERSION_PLACES",
    message:
      'Several places hold different versions:\n- [project] version of pyproject.toml: 1.0\n- ["version"] of package.json: 2.0.0',
  });
});

test("a ready configuration is offered that does the same", async () => {
  const files = { "setup.cfg": "[metadata]\nversion = 0.15.0.dev\n", VERSION: "0.15.0.dev" };
  const suggestion = await suggested(files);
  expect(suggestion).toBe(String.raw`[bumpversion]
current_version = 0.15.0.dev
parse = (?P<major>\d+)\.(?P<minor>\d+)\.(?P<patch>\d+)(\.(?P<release>dev))?
serialize =
	{major}.{minor}.{patch}.{release}
	{major}.{minor}.{patch}

[bumpversion:part:release]
optional_value = final
values =
	dev
	final

[bumpversion:file:setup.cfg]
search = version = {current_version}
replace = version = {new_version}

[bumpversion:file:VERSION]
`);
  const { ".bumpversion.cfg": _config, ...rest } = await edited({
    ...files,
    ".bumpversion.cfg": suggestion,
  });
  expect(rest).toEqual(await edited(files));
});

async function suggested(files: Record<string, string>): Promise<string> {
  const { suggestion } = await plan(files);
  if (suggestion?.kind !== "config") throw new Error(JSON.stringify(suggestion));
  return suggestion.text;
}

const foreign = '[[package]]\nname = "a"\nversion = "1.0.0-dev.0"\nsource = "registry"\n';
const node = '{\n  "name": "x",\n  "version": "1.0.0-dev.0"\n}\n';

test.each<{ title: string; files: Record<string, string> }>([
  {
    title: "a file that holds the version twice",
    files: { "Chart.yaml": "version: 1.0.0-dev.0\nappVersion: 1.0.0-dev.0\n" },
  },
  {
    title: "a lock file in which another package has the same version",
    files: {
      "Cargo.toml": '[package]\nname = "x"\nversion = "1.0.0-dev.0"\n',
      "Cargo.lock": `${foreign}\n[[package]]\nname = "x"\nversion = "1.0.0-dev.0"\n\n${foreign.replace('"a"', '"y"')}`,
    },
  },
  {
    title: "the lock file of a workspace",
    files: {
      "Cargo.toml": '[workspace.package]\nversion = "1.0.0-dev.0"\n',
      "Cargo.lock":
        '[[package]]\nname = "a"\nversion = "1.0.0-dev.0"\n[[package]]\nname = "b"\nversion = "1.0.0-dev.0"\n',
    },
  },
  {
    title: "another key called version, with CRLF",
    files: {
      "pyproject.toml":
        '[tool.other]\r\nversion = "1.0.0.dev"\r\n\r\n[project]\r\nname = "{x}"\r\nversion = "1.0.0.dev"\r\n',
    },
  },
  { title: "package.json alone", files: { "package.json": node } },
  { title: "a release candidate", files: { VERSION: "1.0.0rc1\n" } },
])("a ready configuration does the same: $title", async ({ files }) => {
  const withConfig = { ...files, ".bumpversion.cfg": await suggested(files) };
  for (const operation of [undefined, "minor"]) {
    const { ".bumpversion.cfg": _config, ...rest } = await edited(withConfig, operation);
    expect(rest).toEqual(await edited(files, operation));
  }
});

test.each<{ title: string; files: Record<string, string>; reason: string }>([
  {
    title: "lines of other packages look the same, and INI keeps no indentation",
    files: {
      "package.json": node,
      "package-lock.json": `{\n  "name": "x",\n  "version": "1.0.0-dev.0",\n  "packages": {\n    "": {\n      "version": "1.0.0-dev.0"\n    },\n    "y": {\n      "version": "1.0.0-dev.0"\n    }\n  }\n}\n`,
    },
    reason: "no search finds the version in package-lock.json and nothing else",
  },
  {
    title: "a second place is on a line that the first one changes",
    files: {
      "package.json": node,
      "package-lock.json": '{"version":"1.0.0-dev.0","packages":{"":{"version":"1.0.0-dev.0"}}}',
    },
    reason: "no search finds the version in package-lock.json and nothing else",
  },
  {
    title: "a place spells the version differently",
    files: { "pyproject.toml": '[project]\nversion = "1.0.0.dev"\n', VERSION: "1.0.0.dev0\n" },
    reason: "VERSION does not spell the version as '1.0.0.dev'",
  },
  {
    title: "the version has two markers",
    files: { VERSION: "1.0.0rc1.dev2\n" },
    reason: "'1.0.0rc1.dev2' has more than numbers and one marker of development",
  },
])("no configuration is offered where $title", async ({ files, reason }) => {
  expect((await plan(files)).suggestion).toEqual({ kind: "none", reason });
});

const yamlNoise = fc.constantFrom(
  "# version: 1.0.0",
  "description: |\n  version: 1.0.0",
  "name: 'Kröte 🐸 version: 1.0.0'",
  "dependencies: [{name: x, version: 1.0.0}]",
  "annotations:\n  version: 1.0.0",
  "",
);
const quote = fc.constantFrom("", '"', "'");
const lineEnd = fc.constantFrom("\n", "\r\n");

test("whatever stands around it in Chart.yaml, only the version's characters change", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(yamlNoise),
      fc.uniqueArray(yamlNoise),
      quote,
      lineEnd,
      fc.boolean(),
      async (before, after, mark, end, bom) => {
        const make = (version: string) =>
          `${bom ? "\uFEFF" : ""}${[...before, `version: ${mark}${version}${mark} # 1.0.0`, ...after.filter((line) => line.startsWith("#") || !before.includes(line))].join("\n")}\n`.replaceAll(
            "\n",
            end,
          );
        const { edits } = await plan({ "Chart.yaml": make("1.0.0-dev.2") });
        expect(edits.map((edit) => edit.after.toString())).toEqual([make("1.0.0")]);
      },
    ),
  );
});

const propertyNoise = fc.constantFrom(
  "# version=1.0-SNAPSHOT",
  "! version = 1.0-SNAPSHOT",
  "a.version=1.0-SNAPSHOT",
  "version.a=1.0-SNAPSHOT",
  "a = 1.0 \\\n   version=1.0-SNAPSHOT",
  "",
);

test("whatever stands around it in gradle.properties, only the version's characters change", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(propertyNoise),
      fc.array(propertyNoise),
      fc.constantFrom("=", " = ", ":", " ", "\t: "),
      lineEnd,
      async (before, after, between, end) => {
        const make = (version: string) =>
          `${[...before, `version${between}${version}`, ...after].join("\n")}\n`.replaceAll(
            "\n",
            end,
          );
        const { edits } = await plan({ "gradle.properties": make("1.0-SNAPSHOT") });
        expect(edits.map((edit) => edit.after.toString())).toEqual([make("1.0")]);
      },
    ),
  );
});

test("a version from tags: nothing to edit, the newest tag counts", async () => {
  const files = {
    "pyproject.toml":
      '[build-system]\nrequires = ["setuptools-scm>=8"]\n[project]\ndynamic = ["version"]\n',
  };
  const tags = ["v0.9.0", "v0.10.0", "v0.10.0rc1"];
  expect(await plan(files, "minor", { tags })).toMatchObject({
    kind: "tag-only",
    currentVersion: "0.10.0",
    newVersion: "0.11.0",
    edits: [],
  });
  expect(await plan(files, { kind: "release" }, { tags })).toMatchObject({ kind: "unchanged" });
  const here = { tags, tagsHere: ["v0.10.0"] };
  expect(await plan(files, "minor", here)).toMatchObject({
    kind: "unchanged",
    newVersion: "0.10.0",
    reason: "the version is that of the tag v0.10.0, which is on this commit",
  });
  const whole = await plan(files, { kind: "set", version: "2.0.0" }, here);
  expect(whole).toMatchObject({ kind: "tag-only", newVersion: "2.0.0" });
  const named = { tags: ["v9.0.0", "api-1.0.0"], tagFormat: "api-{version}" };
  expect(await plan(files, "minor", named)).toMatchObject({ newVersion: "1.1.0" });
  await expect(plan(files, "minor")).rejects.toMatchObject({
    code: "E_VERSION_NOT_FOUND",
    hint: expect.stringContaining("setuptools-scm takes the version from the newest tag"),
  });
});

test("an unknown part names the known ones", async () => {
  await expect(plan({ VERSION: "1.0" }, "build")).rejects.toMatchObject({
    code: "E_VERSION_PART",
    message: "No part named 'build'. Parts: major, minor, patch, release",
  });
});
