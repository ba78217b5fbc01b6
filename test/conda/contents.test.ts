import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readContents } from "../../src/conda/index.ts";

let prefix: string;

beforeEach(() => {
  prefix = mkdtempSync(join(tmpdir(), "contents-"));
});

afterEach(() => rmSync(prefix, { recursive: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(prefix, path)), { recursive: true });
  writeFileSync(join(prefix, path), content);
}

const site = "lib/python3.12/site-packages";

test("an environment is read from its own records, each package once", async () => {
  write(
    "conda-meta/numpy-2.0-py312_0.json",
    JSON.stringify({
      name: "numpy",
      version: "2.0",
      build: "py312_0",
      subdir: "linux-64",
      channel: "https://user:secret-1@conda.example.org/internal/linux-64",
      url: "https://user:secret-1@conda.example.org/internal/linux-64/numpy-2.0-py312_0.conda",
      license: "BSD-3-Clause",
      depends: ["python >=3.12,<3.13.0a0", "libblas[version='>=3.9']", "__glibc >=2.17"],
      files: [`${site}/numpy-2.0.dist-info/METADATA`],
      sha256: "ab",
    }),
  );
  write(`${site}/numpy-2.0.dist-info/METADATA`, "Name: numpy\nVersion: 2.0\n");
  write(
    `${site}/demo-1.0.dist-info/METADATA`,
    "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nLicense-Expression: MIT OR Apache-2.0\nRequires-Dist: Typing_Extensions>=4\n\nLicense: not a header\n",
  );
  const { conda, pip } = await readContents(prefix);
  expect(conda).toEqual([
    expect.objectContaining({
      name: "numpy",
      license: "BSD-3-Clause",
      requires: ["python", "libblas", "__glibc"],
    }),
  ]);
  expect(JSON.stringify(conda)).not.toContain("secret-1");
  expect(pip).toEqual([
    { name: "demo", version: "1.0", license: "MIT OR Apache-2.0", requires: ["typing-extensions"] },
  ]);
});

test.each([
  { title: "one line of free text counts", headers: "License: BSD\r\n", license: "BSD" },
  { title: "UNKNOWN is none", headers: "License: UNKNOWN\n", license: undefined },
  {
    title: "a whole text is none",
    headers: "License: MIT License\n  Copyright\n",
    license: undefined,
  },
  {
    title: "the expression goes before the text",
    headers: "License: free\nLicense-Expression: 0BSD\n",
    license: "0BSD",
  },
  { title: "nothing is nothing", headers: "", license: undefined },
])("of a distribution's licence, $title", async ({ headers, license }) => {
  mkdirSync(join(prefix, "conda-meta"));
  write(`${site}/x-1.dist-info/METADATA`, `Name: x\nVersion: 1\n${headers}\nBody\n`);
  const { pip } = await readContents(prefix);
  expect(pip).toEqual([{ name: "x", version: "1", license, requires: [] }]);
});
