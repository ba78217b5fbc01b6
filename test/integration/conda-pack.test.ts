import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test, vi, type TestContext } from "vitest";

import { digestInBom } from "../../src/provenance/index.ts";
import step from "../../steps/conda-pack.ts";
import {
  createEnvironment,
  installProject,
  makeExampleChannel,
  type ExampleChannel,
} from "../../src/conda/index.ts";
import { runStep, silentLog } from "../../src/step/index.ts";
import { unpack } from "../conda/support/packs.ts";
import { temporaryFolder } from "../conda/support/temporary-folder.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const root = join(import.meta.dirname, "../..");
let channel: ExampleChannel | undefined;
let whyNot = "";

beforeAll(async () => {
  try {
    channel = await makeExampleChannel({ env: process.env, log: silentLog });
  } catch (error) {
    whyNot = String(error);
  }
});

/** A copy of the example job project, and the environment in which the step runs in it. */
async function project(context: TestContext) {
  if (channel === undefined) return context.skip(`no channel can be made here: ${whyNot}`);
  const cwd = join(await temporaryFolder(), "job project");
  cpSync(join(root, "examples/job-project"), cwd, { recursive: true });
  const env = {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    CONDA_CHANNELS: channel.url,
    SOURCE_DATE_EPOCH: "1710000000",
  };
  return { cwd, env };
}

const sha256 = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

function dataOf(record: unknown): Record<string, unknown> {
  const isFields = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null;
  return isFields(record) && isFields(record["data"]) ? record["data"] : {};
}

test("the example project becomes a pack that runs its script at another place, the same bytes twice", async (context) => {
  const { cwd, env } = await project(context);
  const run = await runStep(step, { env, cwd });
  expect(run.stderr).toBe("");
  expect(run.exitCode).toBe(0);
  const file = "dist/example-job-project-0.15.0.dev.conda.tgz";
  expect(run.outputs).toStrictEqual({
    PACK_FILE: file,
    PACK_SHA256: sha256(join(cwd, file)),
    PACK_SIZE: String(readFileSync(join(cwd, file)).length),
    PACKED_NAME: "example-job-project",
    PACKED_VERSION: "0.15.0.dev",
  });
  expect(readFileSync(join(cwd, `${file}.lock.txt`), "utf8")).toContain("@EXPLICIT");
  const bom = readFileSync(join(cwd, `${file}.cdx.json`), "utf8");
  expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(bom)).toBeNull();
  expect(digestInBom(bom)).toBe(run.outputs["PACK_SHA256"]);
  expect(bom).toContain("pkg:pypi/example-job-project@0.15.0.dev0");
  expect(bom).toContain("pkg:conda/python@");
  expect(readdirSync(join(cwd, "dist")).length).toBe(3);
  expect(dataOf(run.record)).toMatchObject({
    creator: expect.stringContaining("slipway"),
    smokeTest: {
      checks: ["python starts", "import example_job_project", "script count-views"],
      absent: [],
    },
    parts: expect.arrayContaining([
      expect.objectContaining({ kind: "pip", name: "example-job-project" }),
    ]),
  });

  const venv = unpack(join(cwd, file), join(cwd, "un packed"));
  const views = spawnSync(join(venv, "bin/count-views"), ["--help"], {
    env: { PATH: `${venv}/bin:/usr/bin:/bin` },
    encoding: "utf8",
  });
  expect(views.stdout).toMatch(/usage: count-views/);
  execFileSync(join(venv, "bin/conda-unpack"));

  const other = await project(context);
  const TMPDIR = join(other.cwd, "..", "another temporary folder, with a longer path");
  mkdirSync(TMPDIR);
  const changed = { ...other.env, TMPDIR, PACK_THREADS: "3" };
  const again = await runStep(step, { env: changed, cwd: other.cwd });
  expect(again.outputs["PACK_SHA256"]).toBe(run.outputs["PACK_SHA256"]);
  expect(readFileSync(join(other.cwd, `${file}.cdx.json`), "utf8")).toBe(bom);
});

test("a development version gets ref and commit into its name, a release does not", async (context) => {
  const { cwd, env } = await project(context);
  const pipeline = {
    CI_COMMIT_REF_SLUG: "feature-x",
    CI_COMMIT_SHA: "0123456789abcdef",
    PACK_SMOKE_TEST: "false",
  };
  const development = await runStep(step, { env: { ...env, ...pipeline }, cwd });
  expect(development.outputs["PACK_FILE"]).toBe(
    "dist/example-job-project-0.15.0.dev-feature-x-01234567.conda.tgz",
  );
  for (const file of [".bumpversion.cfg", "setup.cfg"])
    writeFileSync(
      join(cwd, file),
      readFileSync(join(cwd, file), "utf8").replace("0.15.0.dev", "0.15.0"),
    );
  const release = await runStep(step, { env: { ...env, ...pipeline }, cwd });
  expect(release.outputs["PACK_FILE"]).toBe("dist/example-job-project-0.15.0.conda.tgz");
});

test("another name for the file does not change what was packed", async (context) => {
  const { cwd, env } = await project(context);
  const given = { PACK_NAME: "views", PACK_VERSION: "nightly", PACK_SMOKE_TEST: "false" };
  const run = await runStep(step, { env: { ...env, ...given }, cwd });
  expect(run.outputs).toMatchObject({
    PACK_FILE: "dist/views-nightly.conda.tgz",
    PACKED_NAME: "example-job-project",
    PACKED_VERSION: "0.15.0.dev",
  });
});

test("without a bump configuration the installed version counts, whatever other files say", async (context) => {
  const { cwd, env } = await project(context);
  rmSync(join(cwd, ".bumpversion.cfg"));
  writeFileSync(join(cwd, "VERSION"), "9.9.9\n");
  const run = await runStep(step, { env: { ...env, PACK_SMOKE_TEST: "false" }, cwd });
  expect([run.exitCode, run.outputs["PACKED_VERSION"]]).toEqual([0, "0.15.0.dev0"]);
});

test("metadata and bump configuration of different versions are refused", async (context) => {
  const { cwd, env } = await project(context);
  writeFileSync(
    join(cwd, "setup.cfg"),
    readFileSync(join(cwd, "setup.cfg"), "utf8").replace("0.15.0.dev", "0.14.0"),
  );
  const run = await runStep(step, { env, cwd });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain(
    "ERROR E_PACK_VERSION: .bumpversion.cfg says 0.15.0.dev, but example-job-project was installed as 0.14.0",
  );
  expect(existsSync(join(cwd, "dist"))).toBe(false);
});

test("a dry run tells the plan and makes nothing", async (context) => {
  const { cwd, env } = await project(context);
  const run = await runStep(step, { env: { ...env, DRY_RUN: "true" }, cwd });
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain("would: Make the environment of conda-environment.yaml");
  expect(run.stdout).toMatch(/would get 3 packages of \d+ MB: pip [\d.]+, python 3[\d.]+, tzdata /);
  expect(run.stdout).toContain(
    "would: Pack it into dist/NAME-VERSION.conda.tgz and try the pack out",
  );
  expect(existsSync(join(cwd, "dist"))).toBe(false);
});

test("a dry run asks the channels, and finds what cannot be solved", async (context) => {
  const { cwd, env } = await project(context);
  writeFileSync(join(cwd, "pins.yaml"), "dependencies: [python, nosuch, tzdata >=9000]\n");
  const dry = { ...env, DRY_RUN: "true", CONDA_PKGS_DIRS: "kept" };
  const run = await runStep(step, {
    env: { ...dry, CONDA_ENVIRONMENT_FILE: "pins.yaml" },
    cwd,
  });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain("E_CONDA_UNSOLVABLE");
  const nowhere = await runStep(step, { env: { ...dry, CONDA_CHANNELS: "./nowhere" }, cwd });
  expect(nowhere.stderr).toContain("E_CONDA_CHANNEL: ");
  expect(existsSync(join(cwd, "kept"))).toBe(false);
});

test("a module that does not import fails the pack and leaves none", async (context) => {
  const { cwd, env } = await project(context);
  appendFileSync(
    join(cwd, "example_job_project/__init__.py"),
    "\nraise RuntimeError('not today')\n",
  );
  const run = await runStep(step, { env, cwd });
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain("E_SMOKE_FAILED");
  expect(run.stderr).toContain("import example_job_project");
  expect(run.stderr).toContain("RuntimeError: not today");
  expect(readdirSync(join(cwd, "dist"))).toStrictEqual([]);
});

test("a module that the project does not require is a warning that names it", async (context) => {
  const { cwd, env } = await project(context);
  appendFileSync(
    join(cwd, "example_job_project/__init__.py"),
    "\nimport pyspark_of_the_cluster.sql\n",
  );
  const run = await runStep(step, { env, cwd });
  expect(run.exitCode).toBe(0);
  expect(run.stdout + run.stderr).toContain(
    "The project imports pyspark_of_the_cluster, which it does not require",
  );
  expect(dataOf(run.record)).toMatchObject({ smokeTest: { absent: ["pyspark_of_the_cluster"] } });
  const named = await runStep(step, {
    env: { ...env, PACK_SMOKE_IMPORTS: "pyspark_of_the_cluster" },
    cwd,
  });
  expect(named.exitCode).toBe(1);
});

test("only the project's segment is made again after a change of its code", async (context) => {
  const { cwd, env } = await project(context);
  if (channel === undefined) return context.skip("no channel");
  const prefix = join(cwd, "..", "environment");
  const given = { prefix, env, log: silentLog, signal: new AbortController().signal };
  await createEnvironment({
    ...given,
    environmentFile: join(cwd, "conda-environment.yaml"),
    channels: [channel.url],
    cwd,
  });
  const pack = async (epoch: string, cache: string) => {
    await installProject({ ...given, projectDir: cwd });
    const run = await runStep(step, {
      cwd,
      env: {
        ...env,
        SOURCE_DATE_EPOCH: epoch,
        CONDA_PREFIX_TO_PACK: prefix,
        PACK_OUTPUT: "x.conda.tgz",
        PACK_CACHE_DIR: cache,
        PACK_SMOKE_TEST: "false",
      },
    });
    expect(run.stderr).toBe("");
    return { sha256: run.outputs["PACK_SHA256"], pack: dataOf(run.record)["pack"] };
  };
  expect((await pack("1710000000", "cache")).pack).toMatchObject({ cachedSegments: 0 });
  appendFileSync(join(cwd, "example_job_project/__init__.py"), "\nCHANGED = True\n");
  const changed = await pack("1710009999", "cache");
  // The project's own, and the records and scripts, which carry the release's time.
  expect(changed.pack).toMatchObject({ madeSegments: 2 });
  expect((await pack("1710009999", "another cache")).sha256).toBe(changed.sha256);
});

test("an existing environment is packed without a project, a repository or python in it", async () => {
  const cwd = await temporaryFolder();
  mkdirSync(join(cwd, "env/conda-meta"), { recursive: true });
  writeFileSync(join(cwd, "env/data.txt"), `${cwd}/env\n`);
  const env = { PATH: process.env["PATH"], CONDA_PREFIX_TO_PACK: "env" };
  const nameless = await runStep(step, { env, cwd });
  expect(nameless.exitCode).toBe(2);
  expect(nameless.stderr).toContain("PACK_NAME");
  expect(nameless.stderr).toContain("PACK_VERSION");
  const named = await runStep(step, {
    env: { ...env, PACK_NAME: "data", PACK_VERSION: "1.0" },
    cwd,
  });
  expect(named.outputs).toMatchObject({
    PACK_FILE: "dist/data-1.0.conda.tgz",
    PACKED_NAME: "data",
    PACKED_VERSION: "1.0",
  });
  const file = await runStep(step, { env: { ...env, PACK_OUTPUT: "e.tar.zst" }, cwd });
  expect(file.exitCode).toBe(0);
  expect(file.stderr).toContain("The pack has no bin/python");
  const asked = { ...env, PACK_OUTPUT: "f.tar", PACK_SMOKE_IMPORTS: "json" };
  const refused = await runStep(step, { env: asked, cwd });
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain(
    "E_SMOKE_FAILED: The pack has no bin/python, so that none of this can work: import json",
  );
  expect(existsSync(join(cwd, "f.tar"))).toBe(false);
});

test.for(["x.tar.zst", "x.zip", "x.tar", "folder"])(
  "%s is tried out as every other pack",
  async (output, context) => {
    const { cwd, env } = await project(context);
    const run = await runStep(step, { env: { ...env, PACK_OUTPUT: output }, cwd });
    expect(run.stderr).toBe("");
    expect(dataOf(run.record)).toMatchObject({
      smokeTest: { checks: expect.arrayContaining(["script count-views"]) },
    });
  },
);

/** A file system of its own, where this may be made: only root can. */
function mount(context: TestContext, folder: string, options: string): void {
  mkdirSync(folder, { recursive: true });
  const made = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
  if (made.status !== 0) context.skip("no file system can be mounted here: needs root");
  onTestFinished(() => void spawnSync("umount", ["-l", folder]));
}

test("a place where nothing may be started is told with its cure, never skipped", async (context) => {
  const { cwd, env } = await project(context);
  mount(context, join(cwd, "noexec"), "noexec");
  const run = await runStep(step, { env: { ...env, PACK_SMOKE_DIR: "noexec" }, cwd });
  expect(run.exitCode).toBe(5);
  expect(run.stderr).toContain("E_SMOKE_NOEXEC");
  expect(run.stderr).toContain("PACK_SMOKE_DIR");
  expect(readdirSync(join(cwd, "dist"))).toStrictEqual([]);
});

test("a full disk ends with what is missing, and leaves nothing", async (context) => {
  const { cwd, env } = await project(context);
  mount(context, join(cwd, "small"), "size=5m");
  const full = { ...env, PACK_OUTPUT: "small/x.tar" };
  const run = await runStep(step, { env: full, cwd });
  expect(run.exitCode).toBe(5);
  expect(run.stderr).toContain("E_PACK_DISK_FULL: No space left");
  expect(readdirSync(join(cwd, "small"))).toStrictEqual([]);
  mount(context, join(cwd, "tight"), "size=12m");
  const tight = { ...env, PACK_OUTPUT: "x.tgz", PACK_SMOKE_DIR: "tight" };
  const smoke = await runStep(step, { env: tight, cwd });
  expect(smoke.exitCode).toBe(5);
  expect(smoke.stderr).toContain("E_SMOKE_SPACE");
  expect(readdirSync(join(cwd, "tight"))).toStrictEqual([]);
  expect(existsSync(join(cwd, "x.tgz"))).toBe(false);
});

test("a run that is killed or terminated leaves no pack under its name, and the next one succeeds", async (context) => {
  const { cwd, env } = await project(context);
  const code = `
    import step from ${JSON.stringify(join(root, "steps/conda-pack.ts"))};
    import { runInProcess } from ${JSON.stringify(join(root, "src/step/process.ts"))};
    await runInProcess(step, []);
  `;
  writeFileSync(join(cwd, "../start.mts"), code);
  const start = () =>
    spawn(process.execPath, [join(cwd, "../start.mts")], {
      cwd,
      env: { ...env, PACK_OUTPUT: "x.conda.tgz", PACK_COMPRESSOR: "builtin", PACK_LEVEL: "9" },
    });
  const partThere = () => readdirSync(cwd).some((name) => name.includes(".part"));
  const codes = { SIGTERM: 143, SIGINT: 130, SIGKILL: null } as const;
  for (const signal of ["SIGTERM", "SIGINT", "SIGKILL"] as const) {
    const child = start();
    const ended = once(child, "exit");
    await vi.waitUntil(partThere, { timeout: 120_000, interval: 5 });
    child.kill(signal);
    const [exitCode, by] = await ended;
    expect([exitCode, by]).toStrictEqual([codes[signal], signal === "SIGKILL" ? signal : null]);
    expect(existsSync(join(cwd, "x.conda.tgz"))).toBe(false);
    // Nobody can clean up after SIGKILL; what is left never has the name.
    expect(partThere()).toBe(signal === "SIGKILL");
  }
  rmSync(join(cwd, "slipway-report"), { recursive: true, force: true });
  const again = await runStep(step, { env: { ...env, PACK_OUTPUT: "x.conda.tgz" }, cwd });
  expect(again.exitCode).toBe(0);
  expect(partThere()).toBe(false);
});
