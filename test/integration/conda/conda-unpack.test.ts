import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test, type TestContext, vi } from "vitest";

import { linkEnvironment, smallPackages } from "../../conda/support/link-environment.ts";
import { pack, unpack } from "../../conda/support/packs.ts";
import { temporaryFolder } from "../../conda/support/temporary-folder.ts";

// Every test starts processes; how long that takes is the machine's business.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Of one bindemo environment; empty where there is no C compiler. */
let archive = "";

beforeAll(async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), "slipway-unpack-")));
  const packages = await smallPackages(join(root, "work"));
  if (packages !== undefined) {
    const prefix = join(root, "build environment");
    await linkEnvironment(prefix, packages);
    mkdirSync(join(prefix, "lib/app/__pycache__"), { recursive: true });
    writeFileSync(join(prefix, "lib/app/place.py"), `HOME = "${prefix}/share"\n`);
    archive = join(root, "x.tgz");
    await pack(prefix, archive);
    await rm(prefix, { recursive: true });
  }
  return () => rm(root, { recursive: true, force: true });
});

async function unpacked(context: TestContext, place = "venv"): Promise<string> {
  if (archive === "") context.skip("no C compiler on this machine");
  return unpack(archive, join(await temporaryFolder(), place));
}

function condaUnpack(env: string, ...args: string[]) {
  return spawnSync(join(env, "bin/conda-unpack"), args, { encoding: "utf8" });
}

function placesIn(env: string): string[] {
  return [
    ...execFileSync(join(env, "bin/bindemo"), { encoding: "utf8" }).trimEnd().split("\n"),
    ...readFileSync(join(env, "lib/pkgconfig/bindemo.pc"), "utf8").split("\n").slice(0, 1),
    readFileSync(join(env, "lib/app/place.py"), "utf8").trimEnd(),
    readFileSync(join(env, "share/bindemo/ends-without-nul.bin"))
      .subarray(5)
      .toString()
      .replace(/\0+$/, ""),
  ];
}

const placesAt = (env: string) => [
  `${env}/share`,
  `${env}/a:${env}/b`,
  `prefix=${env}`,
  `HOME = "${env}/share"`,
  `${env}/etc/x`,
];

const places = [
  { title: "a short path", place: "v" },
  { title: "a path with a space", place: "a place/venv" },
  { title: "a path beyond ASCII", place: "größe/日本" },
  { title: "a path over 127 bytes", place: `${"deep-folder/".repeat(11)}venv` },
];

test.for(places)("conda-unpack fits every file to $title", async ({ place }, context) => {
  const env = await unpacked(context, place);
  expect(condaUnpack(env)).toMatchObject({ status: 0, stdout: "", stderr: "" });
  expect(placesIn(env)).toStrictEqual(placesAt(env));
  expect(condaUnpack(env, "--check").status).toBe(0);
});

test.for(places)(
  "conda-unpack fits an environment that was moved to $title",
  async ({ place }, context) => {
    const env = await unpacked(context);
    condaUnpack(env);
    const moved = join(env, "..", "moved", place);
    mkdirSync(join(moved, ".."), { recursive: true });
    renameSync(env, moved);
    expect(condaUnpack(moved, "--check").status).toBe(1);
    expect(condaUnpack(moved).status).toBe(0);
    expect(placesIn(moved)).toStrictEqual(placesAt(moved));
  },
);

test("a path that a binary has no room for changes nothing", async (context) => {
  const env = await unpacked(context);
  const before = readFileSync(join(env, "lib/pkgconfig/bindemo.pc"));
  const run = condaUnpack(env, "--prefix", `/${"x".repeat(300)}`);
  expect(run.status).toBe(1);
  expect(run.stderr).toContain("has room for at most 255; nothing was changed");
  expect(readFileSync(join(env, "lib/pkgconfig/bindemo.pc"))).toStrictEqual(before);
  expect(existsSync(join(env, "conda-meta/unpacked-prefix"))).toBe(false);
});

test("a second run writes nothing", async (context) => {
  const env = await unpacked(context);
  condaUnpack(env);
  const before = statSync(join(env, "conda-meta/unpacked-prefix")).mtimeMs;
  const inode = statSync(join(env, "bin/bindemo")).ino;
  expect(condaUnpack(env, "-v").stdout).toContain("nothing to do");
  expect(statSync(join(env, "conda-meta/unpacked-prefix")).mtimeMs).toBe(before);
  expect(statSync(join(env, "bin/bindemo")).ino).toBe(inode);
});

test("a run after one that was cut short finishes it, wherever that one stopped", async (context) => {
  const env = await unpacked(context);
  condaUnpack(env);
  const moved = `${env}-with-a-longer-name`;
  // As a move from there to here looks when half the files are written.
  const half = unpack(archive, moved);
  condaUnpack(half);
  for (const path of ["bin/bindemo", "lib/pkgconfig/bindemo.pc"])
    writeFileSync(join(half, path), readFileSync(join(env, path)));
  const state = JSON.stringify({ prefixes: [env, moved] });
  writeFileSync(join(half, "conda-meta/unpacked-prefix"), state);
  rmSync(env, { recursive: true });
  expect(condaUnpack(half).status).toBe(0);
  expect(placesIn(half)).toStrictEqual(placesAt(half));
});

test("concurrent runs wait for each other and all succeed", async (context) => {
  const env = await unpacked(context);
  const script =
    'for i in 1 2 3 4; do "$1/bin/conda-unpack" & pids="$pids $!"; done; for p in $pids; do wait $p || exit 1; done';
  expect(spawnSync("sh", ["-c", script, "sh", env]).status).toBe(0);
  expect(placesIn(env)).toStrictEqual(placesAt(env));
  expect(readdirSync(join(env, "bin")).filter((name) => name.startsWith("."))).toStrictEqual([]);
});

test("a file that somebody changed is named and left alone", async (context) => {
  const env = await unpacked(context);
  writeFileSync(join(env, "lib/pkgconfig/bindemo.pc"), "mine\n");
  const run = condaUnpack(env);
  expect(run).toMatchObject({ status: 0 });
  expect(run.stderr).toContain(
    "lib/pkgconfig/bindemo.pc was changed since it was packed; left alone",
  );
  expect(readFileSync(join(env, "lib/pkgconfig/bindemo.pc"), "utf8")).toBe("mine\n");
});

test("a changed module loses its compiled form, and a program keeps its mode", async (context) => {
  const env = await unpacked(context);
  const compiled = join(env, "lib/app/__pycache__/place.cpython-311.pyc");
  mkdirSync(join(compiled, ".."), { recursive: true });
  writeFileSync(compiled, "old");
  condaUnpack(env);
  expect(existsSync(compiled)).toBe(false);
  expect(statSync(join(env, "bin/bindemo")).mode & 0o777).toBe(0o755);
});

test("without any python it says so", async (context) => {
  const env = await unpacked(context);
  const run = spawnSync("/bin/sh", [join(env, "bin/conda-unpack")], {
    encoding: "utf8",
    env: { PATH: "/nowhere" },
  });
  expect(run.status).toBe(1);
  expect(run.stderr).toBe("conda-unpack: no python in this environment or on PATH\n");
});

test("a tree that cannot be written gives one message and is not touched", async (context) => {
  const env = await unpacked(context);
  if (process.getuid?.() !== 0 || spawnSync("setpriv", ["--version"]).status !== 0)
    context.skip("needs root and setpriv to run as somebody else");
  execFileSync("chmod", ["-R", "a+rX,a-w", env]);
  execFileSync("chmod", ["a+x", join(env, "..")]);
  const run = spawnSync(
    "setpriv",
    [
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
      "/usr/bin/python3",
      "-I",
      join(env, "bin/conda-unpack"),
    ],
    { encoding: "utf8" },
  );
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(/^conda-unpack: .* cannot be written; nothing was changed\n$/);
});
