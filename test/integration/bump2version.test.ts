import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../support/repositories.ts";
import { numeric, schemes, type SchemeTable } from "../version/schemes.ts";
import { vectors } from "../version/vectors.ts";

/** Where bump2version's own result differs on purpose: version-for-version the table says why. */
const differing = new Set([3, 17, 18, 20, 34, 36, 37, 38, 39]);

let folder: string;
let program: string | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-bump2version-"));
  const made = spawnSync("python3", ["-m", "venv", folder]);
  if (made.status !== 0) return;
  const install = ["install", "-q", "--disable-pip-version-check", "bump2version==1.0.1"];
  if (spawnSync(join(folder, "bin", "pip"), install).status === 0)
    program = join(folder, "bin", "bump2version");
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.for(vectors.filter(({ number }) => !differing.has(number)))(
  "bump2version itself agrees on vector $number: $part of $version",
  async ({ of, version, part, result }, { skip }) => {
    const judge = program;
    if (judge === undefined) return skip("bump2version cannot be installed from PyPI here");
    const project = await temporaryFolder();
    await writeFiles(project, { ".bumpversion.cfg": configuration(schemes[of], version) });
    const { status } = spawnSync(judge, [part], { cwd: project });
    const after = await readFile(join(project, ".bumpversion.cfg"), "utf8");
    const written = /^current_version = (?<version>.*)$/mu.exec(after)?.groups?.["version"];
    if (typeof result === "string") expect([status, written]).toEqual([0, result]);
    else expect(status).not.toBe(0);
  },
);

function configuration({ parse, serialize, parts = [] }: SchemeTable, version: string): string {
  return [
    "[bumpversion]",
    `current_version = ${version}`,
    `parse = ${numeric(parse)}`,
    "serialize =",
    ...serialize.map((format) => `  ${format}`),
    ...parts.flatMap(({ name, values, optionalValue, firstValue, independent }) => [
      `[bumpversion:part:${name}]`,
      ...(values === undefined ? [] : ["values =", ...values.map((value) => `  ${value}`)]),
      ...(optionalValue === undefined ? [] : [`optional_value = ${optionalValue}`]),
      ...(firstValue === undefined ? [] : [`first_value = ${firstValue}`]),
      ...(independent === true ? ["independent = true"] : []),
    ]),
    "",
  ].join("\n");
}
