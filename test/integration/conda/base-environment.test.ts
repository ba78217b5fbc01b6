import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { listeningLog, pack, unpack } from "../../conda/support/packs.ts";
import { temporaryFolder } from "../../conda/support/temporary-folder.ts";

/** What a base environment of conda has beside packages: caches, other environments, conda itself. */
async function baseEnvironment() {
  const root = await temporaryFolder();
  const prefix = join(root, "base");
  const write = (path: string | Buffer, text = "x") => {
    const place = Buffer.concat([Buffer.from(`${prefix}/`), Buffer.from(path)]);
    mkdirSync(place.subarray(0, place.lastIndexOf("/")), { recursive: true });
    writeFileSync(place, text);
  };
  const record = (name: string, files: readonly string[], more: object = {}) => {
    for (const file of files) write(file);
    const fields = { name, version: "1.0", build: "0", files, ...more };
    write(`conda-meta/${name}-1.0-0.json`, JSON.stringify(fields));
  };
  write("conda-meta/history", "");
  return { root, prefix, write, record };
}

const members = (archive: string) =>
  execFileSync("tar", ["-tf", archive, "--quoting-style=escape"], { encoding: "utf8" })
    .trimEnd()
    .split("\n")
    .toSorted();

test("what conda and others keep at the top of an environment is left out, at the top only", async () => {
  const { root, prefix, write } = await baseEnvironment();
  const left = ["pkgs/a/b", "envs/jobs/bin/python", "conda-bld/x", ".conda_lock", "users/me"];
  const more = ["conda-recipes/x", ".index", ".unionfs", ".nonadmin", "notes~", "x.DS_STORE"];
  for (const path of [...left, ...more]) write(path);
  for (const path of ["share/pkgs/a", "share/envs", "share/notes~"]) write(path);
  await pack(prefix, join(root, "x.tar"));
  const found = members(join(root, "x.tar"));
  expect(found).toEqual(
    expect.arrayContaining(["share/envs", "share/notes~", "share/pkgs/a", "conda-meta/history"]),
  );
  expect(found.filter((path) => !/^(bin|conda-meta|share)\//.test(path))).toEqual([]);
});

test("conda's own commands give way to ours, and modules that were compiled by chance stay behind", async () => {
  const { root, prefix, write, record } = await baseEnvironment();
  record("conda", ["bin/conda", "bin/activate", "bin/deactivate", "lib/conda.py"]);
  write("lib/__pycache__/conda.cpython-312.pyc");
  write("bin/conda-like");
  await pack(prefix, join(root, "x.tgz"));
  const tree = unpack(join(root, "x.tgz"), join(root, "tree"));
  expect(members(join(root, "x.tgz")).filter((path) => !path.endsWith("/"))).toEqual([
    "bin/activate",
    "bin/activate.fish",
    "bin/conda-like",
    "bin/conda-unpack",
    "bin/deactivate",
    "conda-meta/conda-1.0-0.json",
    "conda-meta/history",
    "lib/conda.py",
  ]);
  expect(readFileSync(join(tree, "bin/activate"), "utf8")).not.toBe("x");
});

test("what is no file is named and left out; odd names and empty folders are kept", async () => {
  const { root, prefix, write } = await baseEnvironment();
  mkdirSync(join(prefix, "share/empty"), { recursive: true });
  execFileSync("mkfifo", [join(prefix, "share/pipe")]);
  symlinkSync("nowhere", join(prefix, "share/dangling"));
  write("share/ünï cö dé");
  write(Buffer.from("share/bad\xff", "latin1"));
  const log = listeningLog();
  await pack(prefix, join(root, "x.tar"), {}, log);
  expect(log.warnings).toEqual(["share/pipe is neither file, link nor folder; it is not packed"]);
  const python = "import sys,tarfile; print(sorted(tarfile.open(sys.argv[1]).getnames()))";
  const names = execFileSync("python3", ["-c", python, join(root, "x.tar")], { encoding: "utf8" });
  for (const name of [
    "'share/empty'",
    "'share/dangling'",
    "'share/ünï cö dé'",
    "'share/bad\\udcff'",
  ])
    expect(names).toContain(name);
});

test("credentials that another creator left in the records are not packed", async () => {
  const { root, prefix, record } = await baseEnvironment();
  record("demo", ["lib/demo"], {
    url: "https://user:hidden@conda.example/t/tk-hidden/chan/noarch/demo-1.0-0.conda",
    channel: "https://user:hidden@conda.example/t/tk-hidden/chan/noarch",
    extracted_package_dir: "/home/me/pkgs/demo-1.0-0",
  });
  await pack(prefix, join(root, "x.tgz"));
  const tree = unpack(join(root, "x.tgz"), join(root, "tree"));
  const text = readFileSync(join(tree, "conda-meta/demo-1.0-0.json"), "utf8");
  expect(text).not.toMatch(/hidden|\/home\/me/);
  expect(JSON.parse(text)).toMatchObject({
    url: "https://conda.example/chan/noarch/demo-1.0-0.conda",
  });
});
