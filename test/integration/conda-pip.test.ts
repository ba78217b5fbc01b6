import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  installProject,
  makeExampleChannel,
  type InstalledProject,
  type InstallProjectOptions,
} from "../../src/conda/index.ts";
import { silentLog } from "../../src/step/log.ts";
import { condaEnv, condaWorld, type CondaWorld } from "../support/conda-world.ts";

const example = join(import.meta.dirname, "../../examples/job-project");

let world: CondaWorld;
let prefix: string;
let project: string;
let count = 0;

beforeAll(async () => {
  const channel = await makeExampleChannel({ env: process.env, log: silentLog });
  world = await condaWorld(channel.url);
  prefix = world.at("env");
  await world.create();
});

beforeEach(async () => {
  count += 1;
  project = world.at(`project-${count}`);
  await cp(example, project, { recursive: true });
});

afterAll(() => world.remove());

function install(more: Partial<InstallProjectOptions> = {}): Promise<InstalledProject> {
  return installProject({
    prefix,
    projectDir: project,
    env: { ...condaEnv, PIP_NO_INDEX: "1" },
    log: silentLog,
    signal: new AbortController().signal,
    ...more,
  });
}

async function changeProject(file: string, from: string, to: string): Promise<void> {
  const path = join(project, file);
  await writeFile(path, (await readFile(path, "utf8")).replace(from, to));
}

test("the project is what its metadata says as installed", async () => {
  const installed = await install();
  expect(installed).toEqual({
    name: "example-job-project",
    version: "0.15.0.dev0",
    distInfo: expect.stringMatching(/example_job_project-0\.15\.0\.dev0\.dist-info$/),
    topLevelModules: ["example_job_project"],
    consoleScripts: [
      { command: "count-views", module: "example_job_project.count_views", attribute: "main" },
    ],
    requires: [],
  });
  expect(await readdir(join(prefix, "bin"))).toContain("count-views");
});

test("a change of the project is installed anew, though its version is the same", async () => {
  await install();
  await changeProject("example_job_project/__init__.py", "Counts", "Adds up");
  const { distInfo } = await install();
  const module = join(prefix, distInfo, "../example_job_project/__init__.py");
  expect(await readFile(module, "utf8")).toContain("Adds up");
});

test("a new version takes the place of the old one", async () => {
  await install();
  await changeProject("setup.cfg", "0.15.0.dev", "0.16.0");
  const { version, distInfo } = await install();
  expect(version).toBe("0.16.0");
  const folders = await readdir(join(prefix, distInfo, ".."));
  expect(folders.filter((name) => name.startsWith("example_job_project-"))).toEqual([
    "example_job_project-0.16.0.dist-info",
  ]);
});

test("what is installed is no link to the sources, and leaves nothing among them", async () => {
  const before = (await readdir(project, { recursive: true })).toSorted();
  const { distInfo } = await install();
  const origin = await readFile(join(prefix, distInfo, "direct_url.json"), "utf8");
  expect(JSON.parse(origin)).toEqual({ dir_info: {}, url: `file://${project}` });
  const after = (await readdir(project, { recursive: true })).toSorted();
  expect(after).toEqual(before);
});

test("compiled files carry digests, so that no time gets into them", async () => {
  const { distInfo } = await install();
  const cache = join(prefix, distInfo, "../example_job_project/__pycache__");
  const names = await readdir(cache);
  expect(names.length).toBeGreaterThan(2);
  for (const name of names) expect((await readFile(join(cache, name)))[4]).toBe(3);
});

test("the settings of pip reach it; what would install elsewhere, and credentials, do not", async () => {
  const spy = `import json, os\nfrom pathlib import Path\nPath(${JSON.stringify(world.at("seen.json"))}).write_text(json.dumps(dict(os.environ)))\n`;
  const backend = join(project, "build_backend/wheel_builder.py");
  await writeFile(backend, spy + (await readFile(backend, "utf8")));
  const env = {
    ...condaEnv,
    PIP_NO_INDEX: "1",
    PIP_EXTRA_INDEX_URL: "https://user:word@index.example/simple",
    PIP_TARGET: "/nowhere",
    PIP_USER: "1",
    PYTHONPATH: "/nowhere",
    CI_JOB_TOKEN: "job-token",
    CI_PROJECT_PASSWORD: "password",
    HTTPS_PROXY: "http://proxy.example:3128",
    MY_SETTING: "kept",
  };
  await install({ env });
  const seen: unknown = JSON.parse(await readFile(world.at("seen.json"), "utf8"));
  expect(seen).toMatchObject({
    PIP_EXTRA_INDEX_URL: "https://user:word@index.example/simple",
    HTTPS_PROXY: "http://proxy.example:3128",
    MY_SETTING: "kept",
    PYTHONNOUSERSITE: "1",
  });
  for (const name of ["PIP_TARGET", "PIP_USER", "CI_JOB_TOKEN", "CI_PROJECT_PASSWORD"])
    expect(seen).not.toHaveProperty(name);
});

test("neither a pip.conf nor a variable keeps the project out of the environment", async () => {
  const config = world.at("pip.conf");
  await writeFile(config, "[global]\nrequire-virtualenv = true\n[install]\nuser = true\n");
  const env = {
    ...condaEnv,
    HOME: world.at("home"),
    PIP_CONFIG_FILE: config,
    PIP_EDITABLE: project,
    PIP_DRY_RUN: "1",
    PIP_REQUIRE_VIRTUALENV: "1",
  };
  expect(await install({ env })).toMatchObject({ name: "example-job-project" });
});

test("an added CA bundle reaches pip together with the public authorities", async () => {
  const backend = join(project, "build_backend/wheel_builder.py");
  const spy = `import os\nfrom pathlib import Path\nPath(${JSON.stringify(world.at("seen.pem"))}).write_text(Path(os.environ["PIP_CERT"]).read_text())\n`;
  await writeFile(backend, spy + (await readFile(backend, "utf8")));
  // pip reads the bundle itself, so it has to be a real one: any of the public authorities will do.
  const bundle = world.at("extra.pem");
  const mark = "# the company's own\n";
  await writeFile(bundle, mark + (rootCertificates[0] ?? ""));
  await install({ env: { ...condaEnv, PIP_NO_INDEX: "1", EXTRA_CA_FILE: bundle } });
  const seen = await readFile(world.at("seen.pem"), "utf8");
  expect(seen).toContain(mark);
  expect(seen.split("BEGIN CERTIFICATE").length).toBeGreaterThan(rootCertificates.length);
});

test("a build that lacks something says what, with pip's last lines", async () => {
  const failing = 'raise SystemExit("x.c:1:10: fatal error: krb5.h: No such file or directory")\n';
  const backend = join(project, "build_backend/wheel_builder.py");
  await writeFile(backend, failing);
  await expect(install()).rejects.toMatchObject({
    code: "E_PIP_INSTALL",
    exit: 2,
    message: expect.stringMatching(
      /^pip could not install .*project-\d+ \(exit code \d\):\n[\s\S]*fatal error: krb5\.h/,
    ),
    hint: 'The build lacks the header krb5.h: add "- krb5" to the dependencies of the environment file.',
  });
});

test("a requirement that cannot be had is told by its name", async () => {
  await changeProject(
    "build_backend/wheel_builder.py",
    "    for extra, requirements in",
    '    lines.append("Requires-Dist: nosuch-package>=1")\n    for extra, requirements in',
  );
  await expect(install()).rejects.toMatchObject({
    code: "E_PIP_INSTALL",
    hint: expect.stringContaining("Is nosuch-package spelled right"),
  });
});

test("a folder without a project is told", async () => {
  const projectDir = world.at("nothing");
  await mkdir(projectDir, { recursive: true });
  await expect(install({ projectDir })).rejects.toMatchObject({
    code: "E_PROJECT_NOT_INSTALLABLE",
    exit: 2,
    message: `${projectDir} has none of pyproject.toml, setup.cfg, setup.py.`,
  });
});

test("an environment without pip, or without python, is told so", async () => {
  const bare = world.at("without-pip");
  await cp(prefix, bare, { recursive: true, verbatimSymlinks: true });
  const library = (await readdir(join(bare, "lib"))).find((name) => /^python3\.\d+$/.test(name));
  await rm(join(bare, "lib", library ?? "", "site-packages/pip"), { recursive: true });
  await expect(install({ prefix: bare })).rejects.toMatchObject({
    code: "E_PIP_MISSING",
    exit: 2,
  });
  await expect(install({ prefix: world.at("empty") })).rejects.toMatchObject({
    code: "E_CONDA_NO_PYTHON",
    message: `${world.at("empty")} has no bin/python.`,
  });
});

test("whoever stops the run stops pip", async () => {
  const controller = new AbortController();
  const backend = join(project, "build_backend/wheel_builder.py");
  await writeFile(backend, "import time\ntime.sleep(600)\n");
  const outcome = install({ signal: controller.signal });
  setTimeout(() => controller.abort(new Error("stopped")), 1500);
  await expect(outcome).rejects.toThrow("stopped");
});

test("the pip section of an environment file is installed last, relative to the file", async () => {
  const requirements = world.at("more.txt");
  await writeFile(requirements, `${project}\n`);
  const text = JSON.stringify({
    dependencies: ["python", "pip", { pip: ["-r more.txt"] }],
  });
  const place = world.at("with-pip-section");
  await world.create({ text, prefix: place, env: { ...condaEnv, PIP_NO_INDEX: "1" } });
  expect(await readdir(join(place, "bin"))).toContain("count-views");
});

test("a pip section that fails leaves no environment", async () => {
  const text = JSON.stringify({ dependencies: ["python", { pip: ["nosuch-package"] }] });
  const place = world.at("failing-section");
  const env = { ...condaEnv, PIP_NO_INDEX: "1" };
  await expect(world.create({ text, prefix: place, env })).rejects.toMatchObject({
    code: "E_PIP_INSTALL",
    message: expect.stringContaining("pip could not install the pip section of env.yaml"),
  });
  expect(await readdir(world.folder)).not.toContain("failing-section");
});

test("the wheel of the example is the same whenever and wherever it is built", async () => {
  const digests = await Promise.all(
    ["one", "two"].map(async (name) => {
      const place = world.at(name);
      await cp(example, place, { recursive: true });
      const program =
        "import sys; sys.path.insert(0, 'build_backend'); import wheel_builder; print(wheel_builder.build_wheel('.'))";
      const run = spawnSync(join(prefix, "bin/python"), ["-B", "-c", program], {
        cwd: place,
        encoding: "utf8",
      });
      const wheel = await readFile(join(place, run.stdout.trim()));
      return createHash("sha256").update(wheel).digest("hex");
    }),
  );
  expect(digests[0]).toBe(digests[1]);
});
