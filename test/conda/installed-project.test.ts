import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { distInfoFolders, readInstalledProject } from "../../src/conda/pip/installed-project.ts";

let prefix: string;
const info = "lib/python3.11/site-packages/Demo.Job-1.0.dev0.dist-info";

beforeAll(async () => {
  prefix = await mkdtemp(join(tmpdir(), "slipway-installed-"));
  await mkdir(join(prefix, info), { recursive: true });
  const write = (name: string, lines: readonly string[]) =>
    writeFile(join(prefix, info, name), lines.join("\n"));
  await write("METADATA", [
    "Metadata-Version: 2.1",
    "Name: Demo.Job",
    "Version: 1.0.dev0",
    "Requires-Dist: requests (>=2)",
    "Requires-Dist: Foo_Bar>1 ; python_version < '4'",
    "Requires-Dist: pytest ; extra == 'test'",
    "",
    "Name: not a header any more",
  ]);
  await write("RECORD", [
    "demo_job/__init__.py,sha256=x,1",
    "demo_job/deep/module.py,sha256=x,1",
    "demo_job/data.txt,,",
    "single.py,,",
    "fast.cpython-311-x86_64-linux-gnu.so,,",
    "namespace/part/x.py,,",
    "__pycache__/single.cpython-311.pyc,,",
    "../../../bin/demo,,",
    '"with,comma/x.py",,',
    "Demo.Job-1.0.dev0.dist-info/METADATA,,",
    "docs/readme.md,,",
  ]);
  await write("entry_points.txt", [
    "[console_scripts]",
    "demo = demo_job.main:run",
    "demo-twice=demo_job.main:Tools.run [extra]",
    "",
    "[gui_scripts]",
    "window = demo_job:window",
  ]);
});

afterAll(() => rm(prefix, { recursive: true, force: true }));

test("an installed project is what its metadata says", async () => {
  expect(await distInfoFolders(prefix)).toEqual([info]);
  expect(await readInstalledProject(prefix, info)).toEqual({
    name: "Demo.Job",
    version: "1.0.dev0",
    distInfo: info,
    topLevelModules: ["demo_job", "fast", "namespace", "single"],
    consoleScripts: [
      { command: "demo", module: "demo_job.main", attribute: "run" },
      { command: "demo-twice", module: "demo_job.main", attribute: "Tools.run" },
    ],
    requires: ["requests", "foo-bar"],
  });
});
