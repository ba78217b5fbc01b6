import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { textFile } from "../../src/conda/example-channel/package-content.ts";
import { placeholderFor } from "../../src/conda/example-channel/placeholder.ts";
import { fieldsIn, listIn } from "../../src/conda/json-fields.ts";
import { silentLog } from "../../src/step/log.ts";
import {
  condaEnv,
  condaWorld,
  contentsOf,
  leftoversIn,
  recordOf,
  sha256Of,
  type CondaWorld,
} from "../support/conda-world.ts";
import { smallPackage, smallPackages, writeChannel } from "../support/small-channel.ts";

let channels: string;
let channel: string;
let world: CondaWorld;

beforeAll(async () => {
  channels = await mkdtemp(join(tmpdir(), "slipway-channels-"));
  channel = await channelOf("usual", [
    ...smallPackages(),
    smallPackage("first", { files: [textFile("share/notes.txt", "of first\n")] }),
    smallPackage("second", {
      depends: ["first"],
      files: [textFile("share/notes.txt", "of second\n")],
    }),
    smallPackage("binary", {
      files: [
        textFile("lib/binary.so", `\0${placeholderFor("binary")}/lib\0`, { prefix: "binary" }),
      ],
    }),
  ]);
});

beforeEach(async () => {
  world = await condaWorld(channel);
});

afterEach(() => world.remove());

afterAll(() => rm(channels, { recursive: true, force: true }));

async function channelOf(name: string, packages: Parameters<typeof writeChannel>[1]) {
  const folder = join(channels, name);
  await writeChannel(folder, packages);
  return pathToFileURL(folder).href;
}

const isMissing = (path: string) => expect(stat(path)).rejects.toThrow(/ENOENT/);

test("a second environment needs neither the channel's packages nor the archives", async () => {
  await world.create();
  for (const name of await readdir(world.at("cache")))
    if (/\.(conda|tar\.bz2)$/.test(name)) await rm(world.at("cache", name));
  const own = world.at("channel");
  await mkdir(join(own, "noarch"), { recursive: true });
  const index = await readFile(join(channels, "usual/noarch/repodata.json"));
  await writeFile(join(own, "noarch/repodata.json"), index);
  const { packages } = await world.create({ channels: [own], prefix: world.at("second") });
  expect(packages.map(({ name }) => name)).toEqual(["pip", "python"]);
});

const damages = [
  { title: "a file is missing", path: "bin/python", content: undefined },
  { title: "a file is cut off", path: "lib/blob", content: "short" },
  { title: "its record is missing", path: "info/repodata_record.json", content: undefined },
  { title: "its metadata is no JSON", path: "info/index.json", content: "{" },
] as const;

test.each(damages)("a cache entry of which $title is made anew", async ({ path, content }) => {
  await world.create();
  const first = await contentsOf(world.at("env/lib"));
  const entry = world.at("cache/python-3.11.0-0");
  await rm(join(entry, path));
  if (content !== undefined) await writeFile(join(entry, path), content);
  await world.create({ prefix: world.at("second") });
  expect(await contentsOf(world.at("second/lib"))).toEqual(first);
});

test("a damaged archive in the cache is downloaded anew", async () => {
  await world.create();
  await rm(world.at("cache/python-3.11.0-0"), { recursive: true });
  await writeFile(world.at("cache/python-3.11.0-0.conda"), "damaged");
  await world.create({ prefix: world.at("second") });
  expect(await readdir(world.at("second/bin"))).toEqual(["python"]);
});

test("a package of the same name and build from elsewhere does not take a cache entry's place", async () => {
  await world.create();
  const other = await channelOf("other", smallPackages());
  await world.create({ channels: [other], prefix: world.at("second") });
  await world.create({ prefix: world.at("third") });
  const [first, second, third] = await Promise.all(
    ["env", "second", "third"].map((name) => sha256Of(world.at(name, "lib/blob"))),
  );
  expect(third).toBe(first);
  expect(second).not.toBe(first);
});

test("runs that share an empty cache at once all succeed, and leave one whole copy of each package", async () => {
  const prefixes = ["a", "b", "c", "d"].map((name) => world.at(name));
  await Promise.all(prefixes.map((prefix) => world.create({ prefix })));
  for (const prefix of prefixes)
    expect(await contentsOf(join(prefix, "lib"))).toEqual(await contentsOf(world.at("a/lib")));
  expect((await readdir(world.at("cache"))).toSorted()).toEqual([
    "pip-1.0-0",
    "pip-1.0-0.tar.bz2",
    "python-3.11.0-0",
    "python-3.11.0-0.conda",
  ]);
});

test("a path of two packages gets the bytes of the later one, with a warning, and both records say what is there", async () => {
  const warnings: string[] = [];
  await world.create({
    dependencies: ["python", "second"],
    log: { ...silentLog, warn: (message) => warnings.push(message) },
  });
  expect(await readFile(world.at("env/share/notes.txt"), "utf8")).toBe("of second\n");
  expect(warnings).toEqual([
    "share/notes.txt belongs to first and second; it is the one of second",
  ]);
  const digest = await sha256Of(world.at("env/share/notes.txt"));
  for (const name of ["first", "second"])
    expect(
      listIn(fieldsIn(await recordOf(world.at("env"), name), "paths_data"), "paths"),
    ).toContainEqual(expect.objectContaining({ sha256_in_prefix: digest }));
});

test("a prefix longer than a package allows is refused before anything is written", async () => {
  const prefix = world.at("x".repeat(120), "y".repeat(120), "env");
  await expect(world.create({ dependencies: ["python", "binary"], prefix })).rejects.toMatchObject({
    code: "E_CONDA_PREFIX",
    exit: 5,
    message: `Prefix ${prefix} has ${prefix.length} bytes, binary-1.0-0.conda allows at most 255; use a shorter path.`,
  });
  await isMissing(prefix);
});

test("variables go where activation finds them", async () => {
  await world.create({ text: "dependencies: [python]\nvariables: {LEVEL: 1.10, MODE: demo}\n" });
  const state: unknown = JSON.parse(await readFile(world.at("env/conda-meta/state"), "utf8"));
  expect(state).toEqual({ env_vars: { LEVEL: "1.10", MODE: "demo" } });
});

test("the list that is written makes the same environment again, without a solve", async () => {
  const first = await world.create();
  await writeFile(world.at("pack.lock.txt"), first.lockText);
  const said: string[] = [];
  const again = await world.create({
    environmentFile: world.at("pack.lock.txt"),
    prefix: world.at("again"),
    channels: [],
    log: { ...silentLog, info: (message) => said.push(message) },
  });
  expect(again.lockText).toBe(first.lockText);
  expect(said).toContain("pack.lock.txt locks 2 packages: no solve");
  expect(await contentsOf(world.at("again/lib"))).toEqual(await contentsOf(world.at("env/lib")));
});

test("a list with a wrong digest is refused, and nothing is made", async () => {
  const { lockText } = await world.create();
  const list = world.at("list.txt");
  await writeFile(list, lockText.replace(/(pip-.*#sha256:)[0-9a-f]{64}/, `$1${"0".repeat(64)}`));
  const outcome = world.create({
    environmentFile: list,
    prefix: world.at("again"),
    packagesDirs: [world.at("empty")],
  });
  await expect(outcome).rejects.toMatchObject({
    code: "E_CONDA_DIGEST",
    exit: 4,
    message: expect.stringMatching(
      /^pip-.*\.tar\.bz2: sha256 is [0-9a-f]{64}, expected is 0{64} \(file:/,
    ),
  });
  await isMissing(world.at("again"));
  expect(await leftoversIn(world.at("empty"))).toEqual([]);
});

test("a list without digests is taken only from the machine's own disk", async () => {
  const { lockText } = await world.create();
  const list = world.at("list.txt");
  await writeFile(list, lockText.replaceAll(/#sha256:\w+/g, ""));
  const again = await world.create({ environmentFile: list, prefix: world.at("again") });
  expect(again.lockText).toBe(lockText);
});

test("a conda-lock file is installed as it is", async () => {
  const { packages, lockText } = await world.create();
  const platform = /# platform: (\S+)/.exec(lockText)?.[1] ?? "";
  const locked = packages.map(({ name, url, sha256 }) => {
    return { name, platform, manager: "conda", category: "main", url, hash: { sha256 } };
  });
  const file = world.at("conda-lock.yml");
  await writeFile(file, JSON.stringify({ version: 1, metadata: {}, package: locked }));
  const again = await world.create({ environmentFile: file, prefix: world.at("again") });
  expect(again.lockText).toBe(lockText);
});

test("a folder that holds something is not touched", async () => {
  await mkdir(world.at("env"));
  await writeFile(world.at("env/mine.txt"), "mine");
  await expect(world.create()).rejects.toMatchObject({
    code: "E_CONDA_PREFIX",
    message: `${world.at("env")} is not empty.`,
  });
  expect(await readdir(world.at("env"))).toEqual(["mine.txt"]);
});

test("an image without glibc is told so", async () => {
  const machine = { platform: "linux-64", kernel: "6.1.0", glibc: undefined };
  await expect(world.create({ machine })).rejects.toMatchObject({
    code: "E_CONDA_MUSL",
    exit: 5,
    message: "This image has no glibc; conda packages need one.",
  });
});

const moments = ["Getting", "Linking"] as const;

test.each(moments)(
  "a run that is stopped while %s leaves neither environment nor parts",
  async (moment) => {
    const controller = new AbortController();
    const progress = (title: string) => ({
      advance: () => {
        if (title.startsWith(moment)) controller.abort(new Error("stopped"));
      },
      end() {},
    });
    const outcome = world.create({
      signal: controller.signal,
      log: { ...silentLog, progress },
    });
    await expect(outcome).rejects.toThrow("stopped");
    await isMissing(world.at("env"));
    expect(await leftoversIn(world.at("cache"))).toEqual([]);
  },
);

test.each(moments)(
  "a run that is killed while %s is followed by one that succeeds",
  async (moment) => {
    const source = (path: string) => JSON.stringify(join(import.meta.dirname, "../../src", path));
    const options = {
      environmentFile: world.at("env.yaml"),
      prefix: world.at("env"),
      channels: [channel],
      packagesDirs: [world.at("cache")],
      env: condaEnv,
      cwd: "/",
    };
    await writeFile(world.at("env.yaml"), '{"dependencies": ["python", "pip"]}');
    await writeFile(
      world.at("create.ts"),
      `import { createEnvironment } from ${source("conda/index.ts")};
     import { silentLog } from ${source("step/log.ts")};
     const progress = (title: string) => ({
       advance() { if (title.startsWith("${moment}")) process.kill(process.pid, "SIGKILL"); },
       end() {},
     });
     const log = { ...silentLog, progress };
     const { signal } = new AbortController();
     await createEnvironment({ ...${JSON.stringify(options)}, log, signal });`,
    );
    const child = spawn(process.execPath, [world.at("create.ts")], { stdio: "inherit" });
    const [, signal] = await once(child, "exit");
    expect(signal).toBe("SIGKILL");
    const { packages } = await world.create();
    expect(packages).toHaveLength(2);
    expect(await readdir(world.at("env/conda-meta"))).toEqual([
      "history",
      "pip-1.0-0.json",
      "python-3.11.0-0.json",
    ]);
  },
);

test("parts that a killed run left a day ago are cleared away, younger ones are another run's", async () => {
  const old = world.at("cache/.python.1.part");
  await mkdir(old, { recursive: true });
  await writeFile(world.at("cache/.young.2.part"), "");
  const yesterday = Date.now() / 1000 - 25 * 3600;
  await utimes(old, yesterday, yesterday);
  await world.create();
  expect(await leftoversIn(world.at("cache"))).toEqual([".young.2.part"]);
});

function mountSmall(folder: string, size: string): boolean {
  return spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder]).status === 0;
}

test("a full disk is told with what is missing, and nothing is left behind", async (context) => {
  const disk = world.at("disk");
  await mkdir(disk);
  if (!mountSmall(disk, "3m")) context.skip("a small file system cannot be mounted here");
  try {
    const large = await channelOf("large", smallPackages(2_000_000));
    const packagesDirs = [join(disk, "cache")];
    await expect(world.create({ channels: [large], packagesDirs })).rejects.toMatchObject({
      code: "E_CONDA_SPACE",
      exit: 5,
      message: expect.stringMatching(
        /^No space left: .*\/disk\/cache needs about \d+(\.\d)? MB more\.$/,
      ),
    });
    expect(await leftoversIn(join(disk, "cache"))).toEqual([]);
    await rm(join(disk, "cache"), { recursive: true });
    await writeFile(join(disk, "filling"), Buffer.alloc(1_500_000));
    const prefix = join(disk, "env");
    await expect(world.create({ channels: [large], prefix })).rejects.toMatchObject({
      code: "E_CONDA_SPACE",
    });
    await isMissing(prefix);
  } finally {
    spawnSync("umount", [disk]);
  }
});

test("packages of another file system are copied", async (context) => {
  const disk = world.at("disk");
  await mkdir(disk);
  if (!mountSmall(disk, "50m")) context.skip("another file system cannot be mounted here");
  try {
    const prefix = join(disk, "env");
    await world.create({ prefix });
    const [here, there] = [
      join(prefix, "bin/python"),
      world.at("cache/python-3.11.0-0/bin/python"),
    ];
    expect((await recordOf(prefix, "pip"))["link"]).toMatchObject({ type: 3 });
    expect((await stat(here)).mode).toBe((await stat(there)).mode);
    expect((await stat(here)).mtimeMs).toBe((await stat(there)).mtimeMs);
  } finally {
    spawnSync("umount", [disk]);
  }
});

test("a cache that cannot be written to is told, and the next one is taken", async () => {
  await writeFile(world.at("file"), "");
  const unwritable = world.at("file/cache");
  await expect(world.create({ packagesDirs: [unwritable] })).rejects.toMatchObject({
    code: "E_CONDA_CACHE",
    exit: 5,
    message: expect.stringContaining("The package cache cannot be written to: "),
  });
  await world.create({ packagesDirs: [unwritable, world.at("next")] });
  expect(await readdir(world.at("next"))).toContain("python-3.11.0-0");
});

test("a package that would write outside the environment is refused, through links of another one, too", async () => {
  const evil = await channelOf("evil", [
    ...smallPackages(),
    smallPackage("a-link", {
      files: [{ kind: "link", path: "lib/out", target: world.folder }],
    }),
    smallPackage("b-writer", {
      depends: ["a-link"],
      files: [textFile("lib/out/evil.txt", "evil")],
    }),
  ]);
  const outcome = world.create({
    channels: [evil],
    dependencies: ["python", "a-link", "b-writer"],
  });
  await expect(outcome).rejects.toMatchObject({
    code: "E_CONDA_PACKAGE",
    exit: 3,
    message: "A package would write through lib/out, which leads out of the environment.",
  });
  await isMissing(world.at("evil.txt"));
  await isMissing(world.at("env"));
});

test("a file of one package that is a folder of another is refused", async () => {
  const odd = await channelOf("odd", [
    ...smallPackages(),
    smallPackage("file", { files: [textFile("share/thing", "a file")] }),
    smallPackage("folder", { files: [textFile("share/thing/inside", "in a folder")] }),
  ]);
  await expect(
    world.create({ channels: [odd], dependencies: ["python", "file", "folder"] }),
  ).rejects.toMatchObject({
    code: "E_CONDA_PACKAGE",
    message: "share/thing is a file in file-1.0-0.conda, but a folder in another package.",
  });
});

test("a link of one package may stand for the folder of another, whatever their order", async () => {
  const linked = await channelOf("linked", [
    ...smallPackages(),
    smallPackage("z-link", {
      files: [
        { kind: "directory", path: "lib" },
        { kind: "link", path: "lib64", target: "lib" },
      ],
    }),
    smallPackage("a-user", { files: [textFile("lib64/used.txt", "used")] }),
  ]);
  await world.create({ channels: [linked], dependencies: ["python", "z-link", "a-user"] });
  expect(await readlink(world.at("env/lib64"))).toBe("lib");
  expect(await readFile(world.at("env/lib/used.txt"), "utf8")).toBe("used");
});

test("a package whose metadata names paths outside is refused, and the cache keeps nothing of it", async () => {
  const path = world.at("hostile");
  await writeChannel(path, [...smallPackages(), smallPackage("hostile")]);
  const program = `
import hashlib, io, json, sys, tarfile
path = sys.argv[1]
def add(archive, name, data):
    member = tarfile.TarInfo(name); member.size = len(data)
    archive.addfile(member, io.BytesIO(data))
with tarfile.open(path + "/noarch/hostile-1.0-0.tar.bz2", "w:bz2") as archive:
    add(archive, "info/index.json", b'{"name": "hostile", "version": "1.0", "build": "0"}')
    add(archive, "info/paths.json", b'{"paths": [{"_path": "../../evil.txt", "path_type": "hardlink"}]}')
    add(archive, "evil.txt", b"evil")
data = open(path + "/noarch/hostile-1.0-0.tar.bz2", "rb").read()
repodata = json.load(open(path + "/noarch/repodata.json"))
record = repodata["packages.conda"].pop("hostile-1.0-0.conda")
record.update(sha256=hashlib.sha256(data).hexdigest(), size=len(data)); del record["md5"]
repodata["packages"]["hostile-1.0-0.tar.bz2"] = record
json.dump(repodata, open(path + "/noarch/repodata.json", "w"))
`;
  expect(spawnSync("python3", ["-c", program, path]).status).toBe(0);
  await rm(join(path, "noarch/repodata.json.zst"));
  await expect(
    world.create({ channels: [path], dependencies: ["python", "hostile"] }),
  ).rejects.toMatchObject({
    code: "E_CONDA_PACKAGE",
    message: `hostile-1.0-0.tar.bz2 is refused: it would write outside the environment: ../../evil.txt (file://${path}/noarch/hostile-1.0-0.tar.bz2).`,
  });
  await isMissing(world.at("env"));
  expect((await readdir(world.at("cache"))).filter((name) => name === "hostile-1.0-0")).toEqual([]);
  expect(await leftoversIn(world.at("cache"))).toEqual([]);
});

test("post-link scripts are named but not run, unless it is asked for", async () => {
  const scripted = await channelOf("scripted", [
    ...smallPackages(),
    smallPackage("scripted", {
      files: [
        textFile(
          "bin/.scripted-post-link.sh",
          'echo "$PKG_NAME $PKG_VERSION" > "$PREFIX/said"; echo done > "$PREFIX/.messages.txt"\n',
        ),
      ],
    }),
  ]);
  const asked = { channels: [scripted], dependencies: ["python", "scripted"] };
  const said: string[] = [];
  const say = (message: string) => said.push(message);
  const log = { ...silentLog, warn: say, info: say };
  await world.create({ ...asked, log });
  expect(said).toContain("The post-link scripts of these packages were not run: scripted");
  await isMissing(world.at("env/said"));
  const prefix = world.at("second");
  await world.create({ ...asked, log, prefix, linkScripts: true });
  expect(await readFile(join(prefix, "said"), "utf8")).toBe("scripted 1.0\n");
  expect(said).toContain("scripted: done");
  await isMissing(join(prefix, ".messages.txt"));
});
