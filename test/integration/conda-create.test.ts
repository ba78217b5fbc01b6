import { spawnSync } from "node:child_process";
import { lstat, readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeExampleChannel, type ExampleChannel } from "../../src/conda/index.ts";
import { fieldsIn, listIn, textIn, textsIn } from "../../src/conda/json-fields.ts";
import { silentLog } from "../../src/step/log.ts";
import {
  condaEnv,
  condaWorld,
  contentsOf,
  recordOf,
  sha256Of,
  type CondaWorld,
} from "../support/conda-world.ts";

let channel: ExampleChannel;
let world: CondaWorld;
let prefix: string;
let library: string;
const dependencies = ["python", "pip", "example-tools"];

beforeAll(async () => {
  channel = await makeExampleChannel({ env: process.env, log: silentLog });
  world = await condaWorld(channel.url);
  await world.create({ dependencies });
  prefix = world.at("env");
  library = join("lib", `python${channel.python.split(".").slice(0, 2).join(".")}`);
});

afterAll(() => world.remove());

function run(path: string, ...args: readonly string[]): string {
  const outcome = spawnSync(path, args, { encoding: "utf8", env: condaEnv });
  expect(outcome.status, outcome.stderr).toBe(0);
  return outcome.stdout.trim();
}

test("an environment runs, and its python is its own", () => {
  const probe = "import os, sys, zoneinfo; print(sys.prefix, os.__file__, zoneinfo.TZPATH[0])";
  expect(run(join(prefix, "bin/python"), "-c", probe)).toBe(
    `${prefix} ${prefix}/${library}/os.py ${prefix}/share/zoneinfo`,
  );
  expect(run(join(prefix, "bin/example-hello"))).toBe("Good morning");
  expect(run(join(prefix, "bin/example-greet"))).toBe("Good morning");
  expect(run(join(prefix, "bin/pip"), "--version")).toContain(`${library}/site-packages/pip`);
});

test("records say what lies there, proved by digest", async () => {
  for (const name of ["python", "pip", "example-tools", "tzdata"]) {
    const record = await recordOf(prefix, name);
    const paths = listIn(fieldsIn(record, "paths_data"), "paths");
    const kept = paths.filter((path) => textIn(path, "path_type") !== "directory");
    expect(textsIn(record, "files")).toEqual(kept.map((path) => textIn(path, "_path")));
    for (const path of kept) {
      const full = join(prefix, textIn(path, "_path") ?? "");
      const digest = textIn(path, "sha256_in_prefix");
      if (digest !== undefined) expect(await sha256Of(full), full).toBe(digest);
      else expect(await lstat(full)).toBeDefined();
    }
  }
});

test("records say where a package came from, and how its files were placed", async () => {
  const python = await recordOf(prefix, "python");
  expect(python).toMatchObject({
    name: "python",
    channel: channel.url,
    requested_spec: "python",
    link: { type: 1, source: world.at("cache", `python-${channel.python}-0_cpython`) },
    fn: `python-${channel.python}-0_cpython.conda`,
    url: expect.stringMatching(/^file:.*\/python-.*\.conda$/),
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    license: "Python-2.0",
  });
  expect(listIn(fieldsIn(python, "paths_data"), "paths")).toContainEqual(
    expect.objectContaining({
      file_mode: "text",
      prefix_placeholder: expect.stringMatching(/^.{255}$/),
      _path: expect.stringMatching(/^bin\/pydoc/),
    }),
  );
  const tools = listIn(fieldsIn(await recordOf(prefix, "example-tools"), "paths_data"), "paths");
  expect(tools.map((path) => textIn(path, "path_type"))).toEqual(
    expect.arrayContaining(["unix_python_entry_point", "pyc_file", "hardlink"]),
  );
  const history = await readFile(join(prefix, "conda-meta/history"), "utf8");
  expect(history).toMatch(
    /^==> \d{4}-\d\d-\d\d \d\d:\d\d:\d\d <==\n# cmd: slipway \(built in\)\n\+file:/,
  );
  expect(history).toContain("::tzdata-2024a-0\n");
});

test("files of the cache are linked, and none of them is changed by another environment", async () => {
  const module = "site-packages/pip/__init__.py";
  const pip = await recordOf(prefix, "pip");
  const cached = await stat(world.at("cache", `pip-${textIn(pip, "version")}-pyh0`, module));
  expect((await stat(join(prefix, library, module))).ino).toBe(cached.ino);
  const before = await contentsOf(world.at("cache"));
  await world.create({ dependencies, prefix: world.at("another-place") });
  expect(await contentsOf(world.at("cache"))).toEqual(before);
});

test("compiled files of noarch packages carry the digest of their source, and are the same everywhere", async () => {
  const other = world.at("a-rather-longer-name-for-a-prefix");
  await world.create({ dependencies, prefix: other });
  const compiled = async (place: string) => {
    const paths = textsIn(await recordOf(place, "example-tools"), "files");
    const files = paths.filter((path) => path.endsWith(".pyc"));
    return Promise.all(files.map((path) => readFile(join(place, path))));
  };
  const [here, there] = [await compiled(prefix), await compiled(other)];
  expect(here).toHaveLength(2);
  expect(here.map((bytes) => bytes[4])).toEqual([3, 3]);
  expect(here).toEqual(there);
});

const places = [
  { title: "with a blank", path: "my env" },
  { title: "too long for a shebang", path: `${"long-".repeat(22)}/env` },
] as const;

test.each(places)("binaries and scripts work at a path $title", async ({ path }) => {
  const isThere = channel.packages.includes("bindemo");
  const place = world.at(path);
  const more = isThere ? ["bindemo"] : [];
  await world.create({ dependencies: [...dependencies, ...more], prefix: place });
  const output = (name: string, ...args: readonly string[]) =>
    run(join(place, "bin", name), ...args);
  expect(output("example-hello")).toBe("Good morning");
  expect(output("example-greet")).toBe("Good morning");
  expect(output("pip", "--version")).toContain(place);
  if (!isThere) return;
  expect(output("bindemo")).toBe(`${place}/share\n${place}/a:${place}/b`);
  expect(output("bindemo-twice")).toBe(`${place}/share ${place}`);
  expect(output("bindemo-isolated")).toBe(`1 ${place}`);
  const share = join(place, "share/bindemo");
  expect((await stat(join(share, "read-only.txt"))).mode & 0o777).toBe(0o444);
  expect(await readlink(join(place, "share/bindemo-folder"))).toBe("bindemo");
  expect((await stat(join(share, "empty"))).isDirectory()).toBe(true);
  expect(await readdir(share)).toContain("größe-日本.txt");
  const blob = await readFile(join(share, "ends-without-nul.bin"), "latin1");
  expect(blob.slice(5).replace(/\0+$/, "")).toBe(`${place}/etc/x`);
});
