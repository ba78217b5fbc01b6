import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { silentLog } from "../../src/step/log.ts";
import { condaWorld, type CondaWorld } from "../support/conda-world.ts";

let world: CondaWorld;

beforeEach(async () => {
  world = await condaWorld("https://channel.example/chan");
  await mkdir(world.at("bin"));
});

afterEach(() => world.remove());

/** A program that stands in for one of conda's family: it notes what it was asked, and makes an environment. */
async function standIn(name: string, more = ""): Promise<string> {
  const path = world.at("bin", name);
  await writeFile(
    path,
    `#!/bin/sh
if [ "$1" = --version ]; then echo "${name} 2.1.0"; exit; fi
echo "$@" > "${world.at("asked")}"
env > "${world.at("environment")}"
while [ $# -gt 0 ]; do
  case $1 in -p) prefix=$2 ;; -f) cp "$2" "${world.at("file.yaml")}" ;; esac
  shift
done
${more}
[ ! -e "$prefix" ] || { echo "prefix exists" >&2; exit 1; }
mkdir -p "$prefix/conda-meta" "$prefix/bin"
echo '{"name": "python", "version": "3.11.0", "build": "0", "subdir": "noarch", "channel": "https://u:p@channel.example/chan", "url": "https://u:p@channel.example/t/tk/chan/noarch/python-3.11.0-0.conda", "md5": "${"a".repeat(32)}"}' > "$prefix/conda-meta/python-3.11.0-0.json"
`,
  );
  await chmod(path, 0o755);
  return path;
}

const env = () => ({ PATH: `${world.at("bin")}:/usr/bin:/bin`, HOME: "/nonexistent" });

const programs = [
  { present: ["conda", "mamba", "micromamba"], used: "micromamba", verb: "create" },
  { present: ["conda", "mamba"], used: "mamba", verb: "env create" },
  { present: ["conda"], used: "conda", verb: "env create" },
] as const;

test.each(programs)(
  "of $present on PATH, $used makes the environment",
  async ({ present, used, verb }) => {
    for (const name of present) await standIn(name);
    const said: string[] = [];
    const { creator, packages, lockText } = await world.create({
      env: env(),
      log: { ...silentLog, info: (message) => said.push(message) },
    });
    expect(creator).toBe(`${used} 2.1.0`);
    expect(said).toContain(`Making the environment of env.yaml with ${world.at("bin", used)}`);
    const asked = await readFile(world.at("asked"), "utf8");
    expect(asked).toBe(`${verb} -p ${world.at("env")} -f ${world.at("env")}.environment.yaml\n`);
    const environment = await readFile(world.at("environment"), "utf8");
    expect(environment).toContain("CONDA_ALWAYS_YES=1");
    expect(environment).toContain("MAMBA_ALWAYS_YES=1");
    expect(environment).toContain(`CONDA_PKGS_DIRS=${world.at("cache")}`);
    expect(packages).toEqual([
      expect.objectContaining({ name: "python", channel: "https://channel.example/chan" }),
    ]);
    expect(lockText).toContain(
      `@EXPLICIT\nhttps://channel.example/chan/noarch/python-3.11.0-0.conda#${"a".repeat(32)}\n`,
    );
  },
);

test("the program gets the channels that are asked for, pip, and what is left of the file", async () => {
  await standIn("micromamba");
  await world.create({
    text: "name: x\nchannels: [other]\ndependencies: [python=3.11, numpy]\nvariables: {A: b}\n",
    env: env(),
  });
  expect(parse(await readFile(world.at("file.yaml"), "utf8"))).toEqual({
    channels: ["https://channel.example/chan", "nodefaults"],
    dependencies: ["python=3.11", "numpy", "pip"],
    variables: { A: "b" },
  });
  await expect(stat(`${world.at("env")}.environment.yaml`)).rejects.toThrow(/ENOENT/);
});

test("CONDA_EXE names the program, or asks for the one that is built in", async () => {
  await standIn("micromamba");
  const conda = await standIn("conda");
  const named = await world.create({ env: { ...env(), CONDA_EXE: conda } });
  expect(named.creator).toBe("conda 2.1.0");
  const builtin = world.create({ env: { ...env(), CONDA_EXE: "builtin" }, channels: ["./none"] });
  await expect(builtin).rejects.toMatchObject({ code: "E_CONDA_CHANNEL" });
  const wrong = world.create({ env: { ...env(), CONDA_EXE: "/nowhere/conda" } });
  await expect(wrong).rejects.toMatchObject({
    code: "E_CONDA_CREATOR",
    exit: 2,
    message: "CONDA_EXE is /nowhere/conda, which cannot be run.",
  });
});

test("a program that fails is told with its last lines, and leaves no environment", async () => {
  const path = await standIn(
    "micromamba",
    'mkdir -p "$prefix/half"; i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo "line $i"; done; exit 3',
  );
  const outcome = world.create({ env: env() });
  await expect(outcome).rejects.toMatchObject({
    code: "E_CONDA_CREATOR",
    exit: 2,
    message: `${path} create failed (exit code 3):\n${Array.from({ length: 20 }, (_, index) => `line ${index + 11}`).join("\n")}`,
    hint: "Read its last lines; CONDA_EXE=builtin makes the environment without it.",
  });
  await expect(stat(world.at("env"))).rejects.toThrow(/ENOENT/);
});

test("lists and lock files never need a program", async () => {
  await standIn("micromamba", "exit 1");
  const list = world.at("list.txt");
  await writeFile(list, "@EXPLICIT\nfile:///nowhere/noarch/python-3.11.0-0.conda\n");
  await expect(world.create({ environmentFile: list, env: env() })).rejects.toMatchObject({
    code: "E_CONDA_CHANNEL",
    message: expect.stringContaining("python-3.11.0-0.conda: file:///nowhere"),
  });
  await expect(stat(join(world.folder, "asked"))).rejects.toThrow(/ENOENT/);
});
