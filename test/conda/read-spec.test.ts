import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findEnvironmentFile, readSpec } from "../../src/conda/spec/read-spec.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-spec-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(text: string, name = "env.yaml") {
  const warnings: string[] = [];
  const file = join(folder, name);
  await writeFile(file, text);
  const spec = await readSpec(file, "linux-64", (message) => warnings.push(message));
  return { spec, warnings };
}

test("an environment file is read with its channels, pip section and variables as they are written", async () => {
  const { spec, warnings } = await read(
    [
      "name: demo",
      "channels: [conda-forge, nodefaults]",
      "dependencies:",
      "  - python=3.11   # pinned",
      "  - conda-forge::numpy >=1.26",
      "  - pip:",
      "      - requests==2.32.0",
      "      - -r requirements.txt",
      "variables: {LEVEL: 1.10, DEBUG: yes, EMPTY: }",
    ].join("\n"),
  );
  expect(warnings).toEqual([]);
  expect(spec).toMatchObject({
    kind: "dependencies",
    name: "demo",
    channels: ["conda-forge"],
    dependencies: [
      { spec: "python=3.11", line: 4 },
      { spec: "conda-forge::numpy >=1.26", line: 5 },
    ],
    pip: { lines: ["requests==2.32.0", "-r requirements.txt"], locked: false },
    variables: { LEVEL: "1.10", DEBUG: "yes", EMPTY: "" },
  });
});

const mistakes = [
  {
    title: "no dependencies",
    text: "name: x\n",
    messages: ['env.yaml:1: "dependencies" is missing'],
  },
  {
    title: "a list at the top",
    text: "- python\n",
    messages: ['env.yaml:1: it must be a mapping with "dependencies:"'],
  },
  {
    title: "dependencies that are no list",
    text: "dependencies:\n  python: 3.11\n",
    messages: ['env.yaml:2: "dependencies" is no list'],
  },
  {
    title: "an unknown section",
    text: "dependencies:\n  - python=3.11\n  - npm:\n      - left-pad\n",
    messages: ['env.yaml:3: "npm" is no section of dependencies; only "pip" is'],
  },
  {
    title: "all mistakes at once",
    text: "channels: conda-forge\ndependencies:\n  - python=3.11\n  - 3.11\nvariables: [A]\n",
    messages: [
      "env.yaml:4: a dependency must be a text; put it in quotes",
      'env.yaml:1: "channels" is no list',
      'env.yaml:5: "variables" is no mapping',
    ],
  },
  {
    title: "another platform",
    text: "platforms: [osx-arm64]\ndependencies:\n  - python=3.11\n",
    messages: ['env.yaml:1: "platforms" are osx-arm64, but this machine is linux-64'],
  },
] as const;

test.each(mistakes)("$title is told with its line", async ({ text, messages }) => {
  await expect(read(text)).rejects.toMatchObject({
    code: "E_CONDA_FILE",
    exit: 2,
    message: messages.join("\n"),
  });
});

test("what is no YAML is told with its line", async () => {
  await expect(read("dependencies:\n  - python\n - pip: [\n")).rejects.toMatchObject({
    code: "E_CONDA_FILE",
    message: expect.stringMatching(/^env\.yaml:[34]: /),
  });
});

test("an unknown key is only a warning", async () => {
  const { warnings } = await read("dependencys: []\ndependencies:\n  - python\n");
  expect(warnings).toEqual(['env.yaml:1: "dependencys" is no key of an environment file']);
});

const withoutPython = [
  { title: "an environment file", text: "dependencies:\n  - numpy\n  - python-dateutil\n" },
  {
    title: "an explicit list",
    text: "@EXPLICIT\nhttps://c.example/noarch/tzdata-2024a-0.conda#0123456789abcdef0123456789abcdef\n",
  },
] as const;

test.each(withoutPython)("$title without python is refused", async ({ text }) => {
  await expect(read(text)).rejects.toMatchObject({
    code: "E_CONDA_NO_PYTHON",
    exit: 2,
    message: 'env.yaml must pin python (e.g. "- python=3.11").',
  });
});

const pythons = ["python", "python=3.11", "python >=3.9", "conda-forge::python", "Python==3.11.7"];

test.each(pythons)("%s pins python", async (dependency) => {
  const { spec } = await read(`dependencies:\n  - ${dependency}\n`);
  expect(spec.kind).toBe("dependencies");
});

const sha256 = "a".repeat(64);
const md5 = "b".repeat(32);

test("an explicit list is recognised by its content and read with either digest", async () => {
  const base = "https://c.example/chan/linux-64";
  const { spec } = await read(
    [
      "# platform: linux-64",
      "@EXPLICIT",
      `${base}/python-3.11.7-0.conda#sha256:${sha256}`,
      `${base}/a-1-0.conda#${sha256}`,
      `${base}/b-1-0.tar.bz2#${md5}`,
      `${base}/c-1-0.tar.bz2`,
      `/srv/chan/noarch/d-1-0.conda`,
    ].join("\n"),
    "locked.txt",
  );
  expect(spec).toMatchObject({
    kind: "locked",
    packages: [
      { url: `${base}/python-3.11.7-0.conda`, sha256 },
      { url: `${base}/a-1-0.conda`, sha256 },
      { url: `${base}/b-1-0.tar.bz2`, md5 },
      { url: `${base}/c-1-0.tar.bz2` },
      { url: "file:///srv/chan/noarch/d-1-0.conda" },
    ],
  });
});

test("an explicit list for another platform, and lines that are no packages, are told together", async () => {
  const text =
    "# platform: osx-64\n@EXPLICIT\nnumpy=1.26\nhttps://u:hidden@c.example/t/tk-1/x.conda#12\n";
  await expect(read(text, "list.txt")).rejects.toMatchObject({
    code: "E_CONDA_FILE",
    message: [
      "list.txt:1: the list is for osx-64, but this machine is linux-64",
      'list.txt:3: "numpy=1.26" is no address of a package (.conda or .tar.bz2)',
      'list.txt:4: "12" behind https://c.example/x.conda is neither a SHA-256 nor an MD5 digest',
    ].join("\n"),
  });
});

test("a conda-lock file gives the main packages of this platform, and leaves the rest to pip", async () => {
  const item = (name: string, more: string) =>
    `- {name: ${name}, version: '1', manager: conda, platform: linux-64, category: main, hash: {md5: ${md5}, sha256: ${sha256}}, url: 'https://c.example/linux-64/${name}-3-0.conda'${more}}`;
  const { spec } = await read(
    [
      "version: 1",
      "metadata: {platforms: [linux-64, osx-64]}",
      "package:",
      item("python", ""),
      item("other", ", platform: osx-64").replace("platform: linux-64, ", ""),
      item("tests", "").replace("main", "dev"),
      item("wheel", "").replace("manager: conda", "manager: pip").replace(".conda", ".whl"),
    ].join("\n"),
    "conda-lock.yml",
  );
  expect(spec).toMatchObject({
    kind: "locked",
    packages: [{ url: "https://c.example/linux-64/python-3-0.conda", sha256, md5 }],
    pip: {
      lines: [`wheel @ https://c.example/linux-64/wheel-3-0.whl#sha256=${sha256}`],
      locked: true,
    },
  });
});

test("the usual names are looked for in their order, and all of them are named where there is none", async () => {
  const project = await mkdtemp(join(folder, "project-"));
  await expect(findEnvironmentFile(project)).rejects.toMatchObject({
    code: "E_CONDA_FILE",
    message: `${project} has none of conda-environment.yaml, conda-environment.yml, environment.yml, environment.yaml.`,
  });
  await writeFile(join(project, "environment.yml"), "");
  expect(await findEnvironmentFile(project)).toBe(join(project, "environment.yml"));
  await writeFile(join(project, "conda-environment.yaml"), "");
  expect(await findEnvironmentFile(project)).toBe(join(project, "conda-environment.yaml"));
  await expect(findEnvironmentFile(project, "other.yaml")).rejects.toMatchObject({
    code: "E_CONDA_FILE",
    message: `There is no file ${join(project, "other.yaml")}.`,
  });
});
