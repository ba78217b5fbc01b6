import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeExampleChannel, type ExampleChannel } from "../../src/conda/index.ts";
import { binaryPackage } from "../../src/conda/example-channel/binary-package.ts";
import { parseFields, textsIn, type Fields } from "../../src/conda/json-fields.ts";
import { silentLog } from "../../src/step/log.ts";
import { condaWorld, contentsOf, recordOf, type CondaWorld } from "../support/conda-world.ts";
import { writeChannel } from "../support/small-channel.ts";

/** The bindings of the tool that installs for pixi: what it makes of the same packages is the measure. */
const rattler = "0.28.0";
const dependencies = ["python", "pip", "example-tools", "clobberdemo"];

let channel: ExampleChannel;
let world: CondaWorld;

beforeAll(async () => {
  channel = await makeExampleChannel({ env: process.env, log: silentLog });
  world = await condaWorld(channel.url);
});

afterAll(() => world.remove());

/** @returns a python with the bindings, kept between runs; `undefined` where they cannot be had. */
function pythonWithRattler(): string | undefined {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const folder = join(cache, "slipway-tests", `py-rattler-${rattler}`);
  const python = join(folder, "bin/python");
  const works = () => spawnSync(python, ["-c", "import rattler"]).status === 0;
  if (existsSync(python) && works()) return python;
  spawnSync("python3", ["-m", "venv", "--clear", folder]);
  spawnSync(python, ["-m", "pip", "install", "--quiet", `py-rattler==${rattler}`], {
    timeout: 100_000,
  });
  return works() ? python : undefined;
}

const program = `
import asyncio, json, os, sys
from rattler import Channel, VirtualPackage, install, solve
prefix, cache, platform, channels, specs = json.loads(sys.argv[1])
async def main():
    machine = [virtual.into_generic() for virtual in VirtualPackage.detect()]
    records = await solve([Channel(url) for url in channels], specs, platforms=[platform, "noarch"], virtual_packages=machine)
    await install(records, target_prefix=prefix, cache_dir=cache)
asyncio.run(main())
# Everything is installed; the bindings crash now and then while the interpreter is taken down.
os._exit(0)
`;

function install(
  python: string,
  prefix: string,
  channels: readonly string[],
  specs: readonly string[],
): void {
  const platform = process.arch === "arm64" ? "linux-aarch64" : "linux-64";
  const input = JSON.stringify([prefix, world.at("their-cache"), platform, channels, specs]);
  const run = spawnSync(python, ["-c", program, input], { encoding: "utf8" });
  expect(run.status, run.stderr).toBe(0);
}

/**
 * What may differ: records (compared by themselves), what only one of them writes (`.pyc`, copies of what was
 * overruled), and the text of commands, which both write in their own words.
 */
function comparable(files: ReadonlyMap<string, string>, commands: readonly string[]) {
  return new Map(
    [...files]
      .filter(([name]) => !/^(CACHEDIR\.TAG$|__clobbers__\/|conda-meta\/)|\.pyc$/.test(name))
      .filter(([name]) => !commands.includes(name))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** What both record in the same words. */
function identity(record: Fields) {
  const names = ["name", "version", "build", "build_number", "subdir", "fn", "url", "sha256"];
  return {
    ...Object.fromEntries(names.map((name) => [name, record[name]])),
    depends: textsIn(record, "depends"),
    files: textsIn(record, "files")
      .filter((path) => !path.endsWith(".pyc"))
      .toSorted(),
  };
}

test("an environment has the files that rattler's own installer makes of the same packages, byte for byte", async (context) => {
  const python = pythonWithRattler();
  if (python === undefined) context.skip(`py-rattler ${rattler} cannot be installed here`);
  const specs = [...dependencies];
  const channels = [channel.url];
  const binary = await binaryPackage(process.env, "noarch", world.at("cc"));
  if (binary !== undefined) {
    // rattler cannot install empty folders.
    const files = binary.files.filter(({ kind }) => kind !== "directory");
    await mkdir(world.at("extra"));
    await writeChannel(world.at("extra"), [{ ...binary, files }]);
    channels.unshift(pathToFileURL(world.at("extra")).href);
    specs.push("bindemo");
  }
  const prefix = world.at("env");
  install(python ?? "", prefix, channels, specs);
  const theirs = await contentsOf(prefix);
  await rename(prefix, world.at("theirs"));
  await world.create({ dependencies: specs, channels });
  const ours = await contentsOf(prefix);
  const commands = [
    "bin/example-hello",
    ...[...ours.keys()].filter((name) => name.startsWith("bin/pip")),
  ];
  for (const name of commands) expect(theirs.has(name), name).toBe(true);
  expect(comparable(ours, commands)).toEqual(comparable(theirs, commands));

  for (const name of specs)
    expect(identity(await recordOf(prefix, name))).toEqual(
      identity(await recordOf(world.at("theirs"), name)),
    );
});

test("rattler reads our records", async (context) => {
  const python = pythonWithRattler();
  if (python === undefined) context.skip(`py-rattler ${rattler} cannot be installed here`);
  const prefix = world.at("read");
  await world.create({ dependencies, prefix });
  const reader = `
import glob, json, sys
from rattler import PrefixRecord
records = [PrefixRecord.from_path(path) for path in glob.glob(sys.argv[1] + "/conda-meta/*.json")]
print(json.dumps({r.name.normalized: [len(r.files), len(r.paths_data.paths), str(r.version)] for r in records}))
`;
  const run = spawnSync(python ?? "", ["-c", reader, prefix], { encoding: "utf8" });
  expect(run.status, run.stderr).toBe(0);
  const read = parseFields(run.stdout) ?? {};
  expect(Object.keys(read).toSorted()).toEqual([
    "clobberdemo",
    "example-tools",
    "pip",
    "python",
    "sharedemo",
    "tzdata",
  ]);
  expect(read["python"]).toEqual([expect.any(Number), expect.any(Number), channel.python]);
});
