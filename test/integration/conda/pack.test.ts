import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test, type TestContext, vi } from "vitest";

import {
  linkEnvironment,
  smallPackages,
  type LinkOptions,
} from "../../conda/support/link-environment.ts";
import { listeningLog, pack, releaseSeconds, unpack } from "../../conda/support/packs.ts";
import { silentLog } from "../../../src/step/log.ts";
import { temporaryFolder } from "../../conda/support/temporary-folder.ts";

// Every test starts processes; how long that takes is the machine's business.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const sitePackages = "lib/python3.12/site-packages";

/** An environment with bindemo, a pip distribution, the project, and somebody's own files. */
async function environmentAt(
  context: TestContext,
  prefix: string,
  options: LinkOptions = {},
): Promise<string> {
  const packages = await smallPackages(`${prefix}-work`);
  if (packages === undefined) return context.skip("no C compiler on this machine");
  await linkEnvironment(prefix, packages, options);
  distribution(prefix, "Some_Dist", "2.0", { "some_dist/__init__.py": "VALUE = 1\n" });
  distribution(prefix, "project", "1.0", { "project.py": "def main():\n    return 0\n" });
  const info = `${sitePackages}/project-1.0.dist-info`;
  write(prefix, `${info}/direct_url.json`, `{"url": "file://${prefix}/source", "dir_info": {}}`);
  write(
    prefix,
    "bin/project",
    `#!${prefix}/bin/python3.12\nimport project\nproject.main()\n`,
    0o755,
  );
  record(prefix, info, [
    "project.py",
    "../../../bin/project",
    `project-1.0.dist-info/direct_url.json`,
  ]);
  write(prefix, "etc/own.conf", `home=${prefix}/share\n`);
  return prefix;
}

function write(prefix: string, path: string, text: string | Buffer, mode = 0o644): void {
  mkdirSync(join(prefix, path, ".."), { recursive: true });
  writeFileSync(join(prefix, path), text, { mode });
}

function distribution(
  prefix: string,
  name: string,
  version: string,
  files: Record<string, string>,
): void {
  const info = `${sitePackages}/${name}-${version}.dist-info`;
  for (const [path, text] of Object.entries(files)) write(prefix, `${sitePackages}/${path}`, text);
  write(prefix, `${info}/METADATA`, `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`);
  record(prefix, info, Object.keys(files));
}

function record(prefix: string, info: string, paths: readonly string[]): void {
  const rows = paths.map((path) => {
    const bytes = readFileSync(join(prefix, sitePackages, path));
    return `${path},sha256=${createHash("sha256").update(bytes).digest("base64url")},${bytes.length}`;
  });
  const own = info.slice(info.lastIndexOf("/") + 1);
  write(
    prefix,
    `${info}/RECORD`,
    `${[...rows, `${own}/METADATA,,`, `${own}/RECORD,,`].join("\n")}\n`,
  );
}

function members(archive: string): string[] {
  return execFileSync("tar", ["-tf", archive], { encoding: "utf8" }).trimEnd().split("\n");
}

const sha256 = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

test("two environments at other places and times, packed by other threads, umask and locale, make the same bytes", async (context) => {
  const root = await temporaryFolder();
  const one = await environmentAt(context, join(root, "one"), { cache: join(root, "cache") });
  const two = await environmentAt(context, join(root, "a much longer/path to two"));
  for (const [prefix, umask] of [
    [one, "022"],
    [two, "077"],
  ] as const)
    execFileSync(
      "sh",
      ["-c", `umask ${umask}; python3 -m compileall -q "$1"`, "sh", join(prefix, sitePackages)],
      {
        env: { ...process.env, LC_ALL: "C.UTF-8" },
      },
    );
  const oldUmask = process.umask(0o077);
  const later = new Date(Date.now() + 100_000_000);
  utimesSync(join(two, "etc/own.conf"), later, later);
  const first = await pack(one, join(root, "one.conda.tgz"), { threads: 1 });
  process.umask(0o022);
  const second = await pack(two, join(root, "two.conda.tgz"), { threads: 4 });
  process.umask(oldUmask);
  expect(second.contentSha256).toBe(first.contentSha256);
  expect(second.sha256).toBe(first.sha256);
  expect(sha256(first.file)).toBe(first.sha256);
  expect(statSync(first.file)).toMatchObject({ size: first.sizeBytes });
  expect(statSync(first.file).mode & 0o777).toBe(0o644);
});

test("the build prefix is nowhere in the pack, not even in compiled modules", async (context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "build-place"));
  execFileSync("python3", ["-m", "compileall", "-q", join(env, sitePackages)]);
  await pack(env, join(root, "x.tar"));
  expect(readFileSync(join(root, "x.tar")).includes("build-place")).toBe(false);
});

test("what was packed works and is whole without conda-unpack and after it", async (context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "build"));
  // What follows the prefix without a border is another path and stays.
  write(env, "etc/own.conf", `home=${env}/share\nother=${env}2/share\n`);
  const log = listeningLog();
  const result = await pack(env, join(root, "x.conda.tgz"), {}, log);
  renameSync(env, join(root, "gone"));
  const place = unpack(result.file, join(root, "venv"));
  expect(readFileSync(join(place, "bin/project"), "utf8")).toBe(
    "#!/usr/bin/env python3.12\nimport project\nproject.main()\n",
  );
  expect(existsSync(join(place, sitePackages, "project-1.0.dist-info/direct_url.json"))).toBe(
    false,
  );
  const rows = readFileSync(join(place, sitePackages, "project-1.0.dist-info/RECORD"), "utf8");
  const script = readFileSync(join(place, "bin/project"));
  expect(rows).toContain(
    `../../../bin/project,sha256=${createHash("sha256").update(script).digest("base64url")},${script.length}\n`,
  );
  expect(rows).not.toContain("direct_url");
  execFileSync(join(place, "bin/conda-unpack"));
  expect(readFileSync(join(place, "etc/own.conf"), "utf8")).toBe(
    `home=${place}/share\nother=${env}2/share\n`,
  );
  expect(statSync(join(place, "share/bindemo/read-only.txt")).mode & 0o777).toBe(0o644);
  expect(readdirSync(join(place, "share/bindemo/empty"))).toStrictEqual([]);
  const meta = readFileSync(join(place, "conda-meta/bindemo-1.2-h1_3.json"), "utf8");
  expect(meta).not.toMatch(/password|secret-token/);
  expect(log.warnings).toStrictEqual([]);
  expect(
    result.parts.map(({ kind, name, version }) => `${kind} ${name} ${version}`).toSorted(),
  ).toStrictEqual(["conda bindemo 1.2", "pip project 1.0", "pip some-dist 2.0", "rest  "]);
});

test("the project says where its sources are when that is known", async (context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "build"));
  await pack(env, join(root, "x.tgz"), {
    projectName: "Project",
    projectOrigin: {
      url: "https://gitlab.example/g/p.git",
      commit: "0123abc",
      subdirectory: "job",
    },
  });
  const place = unpack(join(root, "x.tgz"), join(root, "venv"));
  const origin: unknown = JSON.parse(
    readFileSync(join(place, sitePackages, "project-1.0.dist-info/direct_url.json"), "utf8"),
  );
  expect(origin).toStrictEqual({
    subdirectory: "job",
    url: "https://gitlab.example/g/p.git",
    vcs_info: { commit_id: "0123abc", vcs: "git" },
  });
});

test("GNU tar, Python and busybox list the same members", async (context) => {
  const root = await temporaryFolder();
  const archive = (await pack(await environmentAt(context, join(root, "e")), join(root, "x.tgz")))
    .file;
  const gnu = execFileSync("tar", ["-tzf", archive, "--quoting-style=literal"], {
    encoding: "utf8",
  });
  const python = execFileSync(
    "python3",
    [
      "-c",
      "import sys,tarfile\nfor m in tarfile.open(sys.argv[1]): print(m.name + ('/' if m.isdir() else ''))",
      archive,
    ],
    { encoding: "utf8", env: { ...process.env, PYTHONUTF8: "1" } },
  );
  expect(python).toBe(gnu);
  const busybox = execFileSync(
    "sh",
    [
      "-c",
      'command -v busybox >/dev/null && busybox tar -tzf "$1" || tar -tzf "$1" --quoting-style=literal',
      "sh",
      archive,
    ],
    { encoding: "utf8" },
  );
  expect(busybox).toBe(gnu);
});

test("an environment of pixi, without history and links, is packed with a history", async (context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "e"), { likePixi: true });
  await pack(env, join(root, "x.tgz"));
  const place = unpack(join(root, "x.tgz"), join(root, "venv"));
  expect(readFileSync(join(place, "conda-meta/history"), "utf8")).toBe("");
});

test("files of pip that are hard links of each other are packed as two whole files", async (context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "e"));
  linkSync(join(env, sitePackages, "project.py"), join(env, sitePackages, "twin.py"));
  await pack(env, join(root, "x.tar"));
  const listing = execFileSync("tar", ["-tvf", join(root, "x.tar")], { encoding: "utf8" });
  expect(listing).not.toMatch(/^h/m);
  expect(listing).toMatch(/twin\.py$/m);
});

test("a file that was changed after its installation keeps the change", async (context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "e"), { cache: join(root, "cache") });
  write(env, "lib/pkgconfig/bindemo.pc", `changed=${env}/x\n`);
  const program = readFileSync(join(env, "bin/bindemo"));
  write(env, "bin/bindemo", Buffer.concat([program, Buffer.from("appended")]), 0o755);
  const log = listeningLog();
  await pack(env, join(root, "x.tgz"), {}, log);
  expect(log.warnings).toStrictEqual([
    expect.stringContaining("bin/bindemo was changed after its installation"),
  ]);
  const place = unpack(join(root, "x.tgz"), join(root, "v"));
  execFileSync(join(place, "bin/conda-unpack"));
  expect(readFileSync(join(place, "lib/pkgconfig/bindemo.pc"), "utf8")).toBe(
    `changed=${place}/x\n`,
  );
  expect(execFileSync(join(place, "bin/bindemo"), { encoding: "utf8" })).toContain(
    `${place}/share\n`,
  );
});

test("links inside the environment become relative, those to the outside stay and are named", async (context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "e"));
  symlinkSync(join(env, "etc/own.conf"), join(env, "share/absolute"));
  symlinkSync("/etc/hostname", join(env, "share/outside"));
  symlinkSync("nowhere", join(env, "share/dangling"));
  const log = listeningLog();
  await pack(env, join(root, "x.tar"), {}, log);
  const listing = execFileSync("tar", ["-tvf", join(root, "x.tar")], { encoding: "utf8" });
  expect(listing).toContain("share/absolute -> ../etc/own.conf");
  expect(listing).toContain("share/outside -> /etc/hostname");
  expect(listing).toContain("share/dangling -> nowhere");
  expect(log.warnings).toStrictEqual([
    expect.stringContaining("share/outside is a link to /etc/hostname"),
  ]);
});

test("a compiled module is packed only where it is valid for the packed source", async (context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "e"));
  write(env, `${sitePackages}/holder.py`, `HOME = "${env}/share"\n`);
  write(env, `${sitePackages}/stale.py`, "OLD = 1\n");
  execFileSync("python3", ["-m", "compileall", "-q", join(env, sitePackages)]);
  write(env, `${sitePackages}/stale.py`, "NEWER = 2\n");
  await pack(env, join(root, "x.tar"));
  const compiled = members(join(root, "x.tar")).filter((path) => path.endsWith(".pyc"));
  expect(compiled.map((path) => path.slice(path.lastIndexOf("/") + 1).split(".")[0])).toStrictEqual(
    ["project", "__init__"].toSorted().toReversed(),
  );
  const place = join(root, "v");
  mkdirSync(place);
  execFileSync("tar", ["-xf", join(root, "x.tar"), "-C", place]);
  const verbose = execFileSync(
    "sh",
    [
      "-c",
      'PYTHONPATH="$1" python3 -B -v -c "import project, some_dist" 2>&1',
      "sh",
      join(place, sitePackages),
    ],
    { encoding: "utf8" },
  );
  expect(verbose).toMatch(/project\.cpython-\d+\.pyc matches/);
  expect(verbose).toMatch(/__init__\.cpython-\d+\.pyc matches/);
});

test("a known destination is written at once and needs no conda-unpack", async (context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "e"));
  const dest = join(root, "dest");
  await pack(env, join(root, "x.tgz"), { destPrefix: dest });
  rmSync(env, { recursive: true });
  unpack(join(root, "x.tgz"), dest);
  expect(existsSync(join(dest, "bin/conda-unpack"))).toBe(false);
  expect(execFileSync(join(dest, "bin/bindemo"), { encoding: "utf8" })).toBe(
    `${dest}/share\n${dest}/a:${dest}/b\n`,
  );
  expect(readFileSync(join(dest, "bin/bindemo-twice"), "utf8")).toContain(`#!${dest}/bin/python\n`);
});

test("arcroot, filters and modes are as asked for", async (context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "e"));
  await pack(env, join(root, "x.tar"), {
    arcroot: "venv",
    keepModes: true,
    filters: [
      { kind: "exclude", glob: "share/*" },
      { kind: "include", glob: "*/read-only.txt" },
    ],
  });
  const listing = execFileSync("tar", ["-tvf", join(root, "x.tar")], { encoding: "utf8" });
  expect(listing).toMatch(/^-r--r--r--.*venv\/share\/bindemo\/read-only\.txt$/m);
  expect(listing).not.toContain("to-file");
  expect(members(join(root, "x.tar")).every((path) => path.startsWith("venv/"))).toBe(true);
});

test("a zip has copies of what links lead to, a directory has the links", async (context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "e"));
  const zip = await pack(env, join(root, "x.zip"));
  const list =
    "import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nprint(z.testzip())\nprint(z.read('share/bindemo/to-file').decode(), z.read('share/bindemo-folder/read-only.txt').decode(), oct(z.getinfo('bin/bindemo').external_attr >> 16))";
  expect(execFileSync("python3", ["-c", list, zip.file], { encoding: "utf8" })).toBe(
    "None\nnot to be linked\n not to be linked\n 0o100755\n",
  );
  expect(zip.sha256).toBe(sha256(zip.file));
  const again = await pack(env, join(root, "again.zip"), { threads: 1 });
  expect(again.sha256).toBe(zip.sha256);

  const folder = await pack(env, join(root, "folder"));
  const tar = await pack(env, join(root, "x.tar"));
  expect(folder.contentSha256).toBe(tar.contentSha256);
  expect(zip.contentSha256).toBe(tar.contentSha256);
  const listed = execFileSync("tar", [
    "-cf",
    "-",
    "-C",
    folder.file,
    "--sort=name",
    "--owner=0",
    "--group=0",
    ".",
  ]);
  writeFileSync(join(root, "listed.tar"), listed);
  const files = (archive: string) =>
    members(archive)
      .map((path) => path.replace("./", ""))
      .filter((path) => path !== "" && !path.endsWith("/"))
      .toSorted();
  expect(files(join(root, "listed.tar"))).toStrictEqual(files(tar.file));
  // A second pack takes the place of the first.
  expect((await pack(env, folder.file)).contentSha256).toBe(tar.contentSha256);
});

test("times: a package keeps its own, the project has the release's", async (context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "e"));
  await pack(env, join(root, "x.tar"));
  const place = unpack2(join(root, "x.tar"), join(root, "v"));
  const time = (path: string) => statSync(join(place, path)).mtimeMs / 1000;
  expect(time("bin/bindemo")).toBe(Date.parse("2023-11-01T12:00:00Z") / 1000);
  expect(time(`${sitePackages}/project.py`)).toBe(releaseSeconds);
  expect(time(`${sitePackages}/some_dist/__init__.py`)).toBe(315_532_800);
  expect(time("etc/own.conf")).toBe(releaseSeconds);
});

function unpack2(archive: string, folder: string): string {
  mkdirSync(folder);
  execFileSync("tar", ["-xf", archive, "-C", folder]);
  return folder;
}

test("a bad environment or output is told before anything is written", async (context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "e"));
  const copy = (name: string) => {
    cpSync(env, join(root, name), { recursive: true, verbatimSymlinks: true });
    return join(root, name);
  };
  const fails = async (prefix: string, output = join(root, "x.tgz"), options = {}) =>
    pack(prefix, output, options).then(
      () => "packed",
      (error: unknown) => String(error),
    );

  expect(await fails(join(root, "none"))).toBe(
    `StepError: Environment ${root}/none does not exist`,
  );
  mkdirSync(join(root, "empty"));
  expect(await fails(join(root, "empty"))).toBe(
    `StepError: ${root}/empty is not a conda environment (no conda-meta)`,
  );
  const broken = copy("broken");
  write(broken, "conda-meta/x-1-0.json", "{");
  expect(await fails(broken)).toBe(`StepError: ${broken}/conda-meta/x-1-0.json is not JSON`);
  const pythons = copy("pythons");
  for (const version of ["3.11", "3.12"])
    write(
      pythons,
      `conda-meta/python-${version}-0.json`,
      JSON.stringify({ name: "python", version }),
    );
  expect(await fails(pythons)).toBe(`StepError: ${pythons} has two python packages; recreate it`);
  const gone = copy("gone");
  for (const path of [
    "bin/bindemo",
    "bin/bindemo-twice",
    "lib/pkgconfig/bindemo.pc",
    "share/bindemo/to-file",
  ])
    rmSync(join(gone, path));
  expect(await fails(gone)).toBe(
    "StepError: Files of these packages are gone: bindemo 1.2: bin/bindemo, bin/bindemo-twice, lib/pkgconfig/bindemo.pc (+1)",
  );
  expect(await fails(gone, undefined, { ignoreMissingFiles: true })).toBe("packed");
  expect(await fails(env, undefined, { destPrefix: `/${"x".repeat(300)}` })).toMatch(
    /^StepError: Prefix \/x+ has 301 bytes, bin\/bindemo allows at most 255, .*ends-without-nul.bin allows at most 255; use a shorter path$/,
  );
  expect(await fails(env, join(root, "no/where/x.tgz"))).toBe(
    `StepError: Folder ${root}/no/where does not exist`,
  );
  expect(await fails(env, join(root, "e"))).toBe(
    `StepError: ${root}/e already holds something that is not a pack`,
  );
  expect(await fails(env, join(root, "x.tar.bz2"))).toContain("has a suffix that is not known");
  expect(await fails(env, undefined, { level: 12 })).toBe(
    "StepError: PACK_LEVEL is 12; deflate knows levels 1 to 9",
  );
  expect(readdirSync(root).filter((name) => name.includes(".part"))).toStrictEqual([]);
});

test.for([
  {
    title: "a direct_url.json",
    path: "project-1.0.dist-info/direct_url.json",
    text: '{"url":"file:///src","dir_info":{"editable":true}}',
    name: "project",
  },
  { title: "an egg link", path: "legacy.egg-link", text: "/src\n.", name: "legacy" },
  {
    title: "a finder of setuptools",
    path: "__editable___modern_1_0_finder.py",
    text: "",
    name: "modern",
  },
  {
    title: "a .pth file of setuptools",
    path: "__editable__.modern-1.0.pth",
    text: "/src/modern\n",
    name: "modern",
  },
  {
    title: "a .pth line",
    path: "easy-install.pth",
    text: "# a comment\nimport site\n/src/legacy\n",
    name: "easy-install.pth (/src/legacy)",
  },
  {
    title: "a relative .pth line that leaves",
    path: "up.pth",
    text: "../../../../src\n",
    name: "up.pth (../../../../src)",
  },
])("an editable install is refused by its name: $title", async ({ path, text, name }, context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "e"));
  write(env, `${sitePackages}/${path}`, text);
  await expect(pack(env, join(root, "x.tgz"))).rejects.toThrow(
    `Editable packages cannot be packed: ${name}; install them without -e`,
  );
  const log = listeningLog();
  await pack(env, join(root, "x.tgz"), { ignoreEditable: true }, log);
  expect(log.warnings[0]).toContain(name);
});

test("a conda package that pip replaced is a warning, not a failure", async (context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "e"));
  const files = [
    `${sitePackages}/replaced/a.py`,
    `${sitePackages}/replaced-1.0.dist-info/METADATA`,
  ];
  write(
    env,
    "conda-meta/replaced-1.0-0.json",
    JSON.stringify({ name: "replaced", version: "1.0", files }),
  );
  distribution(env, "replaced", "2.0", { "replaced/b.py": "" });
  const log = listeningLog();
  await pack(env, join(root, "x.tar"), {}, log);
  expect(log.warnings).toStrictEqual([
    "pip replaced the conda package replaced 1.0: 2 of its files are gone, pip's are packed",
  ]);
  expect(members(join(root, "x.tar"))).toContain(`${sitePackages}/replaced/b.py`);
});

test("a file that grows while it is packed stops the pack, and nothing is left behind", async (context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "e"));
  const out = join(root, "out");
  mkdirSync(out);
  const log = listeningLog();
  const growing = {
    ...log,
    progress() {
      write(env, `${sitePackages}/project.py`, "longer than it was before\n".repeat(10));
      return silentLog.progress("", 0, "bytes");
    },
  };
  await expect(pack(env, join(out, "x.tgz"), {}, growing)).rejects.toThrow(
    "project.py changed while it was being packed",
  );
  expect(readdirSync(out)).toStrictEqual([]);
});

test("a pack that fails its proof is not left behind, and an earlier one stays", async (context) => {
  const root = await temporaryFolder();
  const env = await environmentAt(context, join(root, "e"));
  const out = join(root, "out");
  mkdirSync(out);
  writeFileSync(join(out, "x.tgz"), "earlier");
  const prove = () => Promise.reject(new Error("it does not start"));
  await expect(pack(env, join(out, "x.tgz"), { prove })).rejects.toThrow("it does not start");
  expect(readdirSync(out)).toStrictEqual(["x.tgz"]);
  expect(readFileSync(join(out, "x.tgz"), "utf8")).toBe("earlier");
});
