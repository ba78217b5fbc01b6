import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import step from "../../steps/conda-pack.ts";
import { runStep } from "../../src/step/index.ts";
import { temporaryFolder } from "../conda/support/temporary-folder.ts";

/** A folder with an environment of two files, and a step that packs it. */
async function smallEnvironment() {
  const cwd = await temporaryFolder();
  mkdirSync(join(cwd, "env/conda-meta"), { recursive: true });
  writeFileSync(join(cwd, "env/data.txt"), "data\n");
  writeFileSync(join(cwd, "file"), "");
  mkdirSync(join(cwd, "strange"));
  writeFileSync(join(cwd, "strange/file"), "");
  mkdirSync(join(cwd, "folder.tgz"));
  const pack = (env: Record<string, string>) =>
    runStep(step, {
      env: { PATH: process.env["PATH"], CONDA_PREFIX_TO_PACK: "env", PACK_OUTPUT: "x.tgz", ...env },
      cwd,
    });
  return { cwd, pack };
}

test.each([
  [{ PACK_OUTPUT: "missing/x.tgz" }, 2, "E_OUTPUT_FOLDER: Folder "],
  [{ PACK_OUTPUT: "file/x.tgz" }, 2, "E_OUTPUT_FOLDER: Folder "],
  [{ PACK_OUTPUT: "missing/folder" }, 2, "E_OUTPUT_FOLDER: Folder "],
  [{ PACK_OUTPUT: "folder.tgz" }, 2, "E_OUTPUT_EXISTS: "],
  [{ PACK_OUTPUT: "strange" }, 2, "E_OUTPUT_EXISTS: "],
  [{ PACK_OUTPUT: "file" }, 2, "E_OUTPUT_EXISTS: "],
  [{ PACK_OUTPUT: "env/x.tgz" }, 2, "the next pack would hold this one"],
  [{ PACK_OUTPUT: "env" }, 2, "the next pack would hold this one"],
  [{ PACK_LEVEL: "15" }, 2, "PACK_LEVEL is 15; deflate knows levels 1 to 9"],
  [{ PACK_OUTPUT: "x.tar.zst", PACK_LEVEL: "0" }, 2, "PACK_LEVEL is 0; zstd knows levels 1 to 19"],
  [{ PACK_OUTPUT: "x.zip", PACK_LEVEL: "10" }, 2, "PACK_LEVEL is 10; deflate knows levels 1 to 9"],
  [{ PACK_COMPRESSOR: "igzip", PATH: "/nowhere" }, 5, "E_COMPRESSOR_MISSING"],
  [{ PACK_SMOKE_DIR: "missing" }, 2, "E_SMOKE_FOLDER"],
  [{ PACK_SMOKE_DIR: "file" }, 2, "E_SMOKE_FOLDER"],
  [{ PACK_CACHE_DIR: "file" }, 2, "E_PACK_CACHE: "],
  [{ PACK_CACHE_DIR: "file/cache" }, 2, "E_PACK_CACHE: "],
  [{ PACK_CACHE_DIR: "/proc/x" }, 2, "/proc is a view of the kernel (proc), not a disk"],
])("%j is told before any work, in a dry run, too", async (env, exitCode, message) => {
  const { cwd, pack } = await smallEnvironment();
  const before = readdirSync(cwd);
  for (const DRY_RUN of ["true", "false"]) {
    const run = await pack({ ...env, DRY_RUN });
    expect(run.stderr).toContain(message);
    expect(run.exitCode).toBe(exitCode);
    expect(run.record).toMatchObject({ effects: [] });
  }
  expect(readdirSync(cwd).filter((name) => name !== "slipway-report")).toEqual(before);
});

test("a file named dist is told, not taken for a defect", async () => {
  const { cwd, pack } = await smallEnvironment();
  writeFileSync(join(cwd, "dist"), "");
  const run = await pack({ PACK_OUTPUT: "", PACK_NAME: "data", PACK_VERSION: "1.0" });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain(`E_OUTPUT_FOLDER: ${cwd}/dist is a file`);
});

test.each([
  ["dependencies:\n  - pip\n", "E_CONDA_NO_PYTHON: env.yaml must pin python"],
  ["name: x\n", 'E_CONDA_FILE: env.yaml:1: "dependencies" is missing'],
  ["dependencies:\n  - python\n  - conda: [x]\n", "E_CONDA_FILE: env.yaml:3: "],
  [undefined, "E_CONDA_FILE: There is no file "],
])("an environment file %j is told before any work, in a dry run, too", async (text, message) => {
  const { cwd, pack } = await smallEnvironment();
  writeFileSync(join(cwd, "pyproject.toml"), "");
  if (text !== undefined) writeFileSync(join(cwd, "env.yaml"), text);
  for (const DRY_RUN of ["true", "false"]) {
    const run = await pack({
      CONDA_PREFIX_TO_PACK: "",
      CONDA_ENVIRONMENT_FILE: "env.yaml",
      DRY_RUN,
    });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(message);
    expect(run.record).toMatchObject({ effects: [] });
  }
});

test("editable installs of the pip section are told before an environment is made, not the project's own", async () => {
  const { cwd, pack } = await smallEnvironment();
  writeFileSync(join(cwd, "pyproject.toml"), "");
  const lines = ["-e .", `-e file://${cwd}`, "-e ./lib[extra]", "--editable=../other", "click"];
  writeFileSync(
    join(cwd, "env.yaml"),
    JSON.stringify({ dependencies: ["python", { pip: lines }], channels: ["./nowhere"] }),
  );
  const asked = { CONDA_PREFIX_TO_PACK: "", CONDA_ENVIRONMENT_FILE: "env.yaml", DRY_RUN: "true" };
  const refused = await pack(asked);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain(
    "E_PACK_EDITABLE: Editable packages cannot be packed: env.yaml: -e ./lib[extra], --editable=../other; install them",
  );
  const ignored = await pack({ ...asked, PACK_IGNORE_EDITABLE: "true" });
  expect(ignored.stderr).toContain("ERROR E_CONDA_CHANNEL: ");
});

test("all that is wrong is told at once", async () => {
  const { pack } = await smallEnvironment();
  const wrong = {
    PACK_OUTPUT: "x.rar",
    PACK_NAME: "../elsewhere",
    PACK_VERSION: "1/2",
    PACK_ARCROOT: "../venv",
    PACK_LEVEL: "99",
    PACK_THREADS: "0",
    PACK_COMPRESSOR: "pigz",
    PACK_CACHE_MAX: "much",
    PACK_SMOKE_TEST: "perhaps",
  };
  const run = await pack(wrong);
  expect(run.exitCode).toBe(2);
  for (const [name, value] of Object.entries(wrong))
    expect(run.stderr).toContain(`${name}: got "${value}", expected `);
});

test("everything that is wrong with places is told at once", async () => {
  const { pack } = await smallEnvironment();
  const run = await pack({
    CONDA_PREFIX_TO_PACK: "nowhere",
    PACK_OUTPUT: "missing/x.tgz",
    PACK_COMPRESSOR: "builtin",
    PACK_LEVEL: "12",
    PACK_CACHE_DIR: "file/cache",
    PACK_SMOKE_DIR: "missing",
    PACK_THREADS: "0",
  });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain("ERROR E_INPUTS: 6 inputs are wrong");
  for (const text of [
    'PACK_THREADS: got "0", expected ',
    "E_PACK_OPTIONS: PACK_LEVEL is 12; deflate knows levels 1 to 9",
    "E_OUTPUT_FOLDER: Folder ",
    "E_PACK_CACHE: ",
    "E_SMOKE_FOLDER: ",
    "E_PREFIX_MISSING: Environment ",
  ])
    expect(run.stderr).toContain(text);
});

test("everything that is wrong with a project is told before an environment is made", async () => {
  const { cwd, pack } = await smallEnvironment();
  mkdirSync(join(cwd, "project"));
  writeFileSync(join(cwd, "project/environment.yml"), "dependencies: [pip]\n");
  writeFileSync(join(cwd, "project/.bumpversion.cfg"), "[bumpversion]\ncurrent_version = x\n");
  const project = { CONDA_PREFIX_TO_PACK: "", PROJECT_DIR: "project" };
  for (const DRY_RUN of ["true", "false"]) {
    const run = await pack({ ...project, DRY_RUN });
    expect(run.exitCode).toBe(2);
    for (const code of ["E_CONDA_NO_PYTHON", "E_PROJECT_NOT_INSTALLABLE", "E_VERSION_UNREADABLE"])
      expect(run.stderr).toContain(`  ${code}: `);
  }
  const nowhere = await pack({ ...project, PROJECT_DIR: "nowhere" });
  expect(nowhere.stderr).toContain(`E_PROJECT_DIR: PROJECT_DIR is ${cwd}/nowhere, which is no`);
});

test.each([
  ["missing", "E_PREFIX_MISSING: Environment "],
  ["file", "E_PREFIX_NOT_CONDA: "],
  ["strange", "E_PREFIX_NOT_CONDA: "],
  ["record", "E_RECORD_UNREADABLE: "],
  ["pythons", "E_TWO_PYTHONS: "],
])("an environment that is none (%s) is told with its code", async (prefix, message) => {
  const { cwd, pack } = await smallEnvironment();
  mkdirSync(join(cwd, "record/conda-meta"), { recursive: true });
  writeFileSync(join(cwd, "record/conda-meta/x-1-0.json"), "[]");
  mkdirSync(join(cwd, "pythons/conda-meta"), { recursive: true });
  for (const version of ["3.11", "3.12"])
    writeFileSync(
      join(cwd, `pythons/conda-meta/python-${version}-0.json`),
      JSON.stringify({ name: "python", version }),
    );
  const run = await pack({ CONDA_PREFIX_TO_PACK: prefix });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain(message);
});

test("what was set and changes nothing is told", async () => {
  const { pack } = await smallEnvironment();
  const common = { DRY_RUN: "true", PACK_INCLUDE: "*.py", CONDA_ENVIRONMENT_FILE: "x.yaml" };
  const folder = {
    PACK_OUTPUT: "new",
    PACK_COMPRESSOR: "igzip",
    PACK_LEVEL: "3",
    PACK_CACHE_DIR: "cache",
    PACK_ZIP_SYMLINKS: "true",
    PACK_SMOKE_TEST: "false",
    PACK_SMOKE_IMPORTS: "json",
  };
  const { exitCode, stderr } = await pack({ ...common, ...folder });
  expect(exitCode).toBe(0);
  for (const name of Object.keys({ ...common, ...folder }))
    if (!["DRY_RUN", "PACK_OUTPUT", "PACK_SMOKE_TEST"].includes(name))
      expect(stderr).toMatch(new RegExp(`WARNING: ${name}\\S* is not used: `));
  expect((await pack({ DRY_RUN: "true", PACK_LEVEL: "3", PACK_CACHE_DIR: "c" })).stderr).toBe("");
});

test.each(["/venv", "..", "a/../b", "./a", "a//b", "a/"])(
  "a pack whose paths lead elsewhere (%s) is not made",
  async (root) => {
    const { cwd, pack } = await smallEnvironment();
    const run = await pack({ PACK_ARCROOT: root });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain("PACK_ARCROOT");
    expect(existsSync(join(cwd, "x.tgz"))).toBe(false);
  },
);

test("a cache that cannot be written costs one warning, not the pack", async () => {
  const { cwd, pack } = await smallEnvironment();
  // Files where the cache has its folders stop root, too.
  mkdirSync(join(cwd, "cache"));
  for (let first = 0; first < 256; first += 1)
    writeFileSync(join(cwd, "cache", first.toString(16).padStart(2, "0")), "");
  const run = await pack({ PACK_CACHE_DIR: "cache" });
  expect(run.exitCode).toBe(0);
  expect(run.stderr.match(/PACK_CACHE_DIR cannot be written/g)).toHaveLength(1);
});

test("what the command tells malloc about memory does not reach the programs that it starts", async () => {
  const { cwd } = await smallEnvironment();
  mkdirSync(join(cwd, "bin"));
  const standIn = join(cwd, "bin/micromamba");
  writeFileSync(standIn, `#!/bin/sh\nenv > "${cwd}/environment"\nexit 1\n`, { mode: 0o755 });
  writeFileSync(join(cwd, "pyproject.toml"), "");
  writeFileSync(join(cwd, "environment.yml"), "dependencies:\n  - python\n");
  const command = join(import.meta.dirname, "../../dist/bin/conda-pack");
  const { status } = spawnSync(command, { cwd, env: { PATH: `${cwd}/bin:/usr/bin:/bin` } });
  expect(status).not.toBe(0);
  const environment = readFileSync(join(cwd, "environment"), "utf8");
  expect(environment).toContain("PATH=");
  expect(environment).not.toContain("MALLOC_");
});
