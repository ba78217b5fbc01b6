import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  stat,
  symlink,
  writeFile,
  rm,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../support/repositories.ts";
import { holdsEdits, writeEdits } from "../../src/version/edit/write-files.ts";
import { overlaySource } from "../../src/version/file-source.ts";
import { folderSource } from "../../src/version/folder-source.ts";
import { findFiles, matchesGlob } from "../../src/version/glob.ts";
import { memorySource } from "./memory-source.ts";
import { askPython, noPython } from "./python.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-version-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test("what git keeps in .git is no file of the project: by its path, through a link, by a glob", async () => {
  await mkdir(join(folder, ".git"));
  await mkdir(join(folder, ".hidden"));
  await writeFile(join(folder, ".git", "config"), "x");
  await writeFile(join(folder, ".hidden", "config"), "x");
  await symlink(".git", join(folder, "link"));
  const disk = folderSource(folder);
  for (const path of [".git/config", "a/../.GIT/config", "link/config"])
    await expect(disk.read(path)).rejects.toMatchObject({
      code: "E_VERSION_FILE",
      message: expect.stringContaining("inside a .git folder"),
    });
  await expect(memorySource({ a: "x" }).read("sub/.git/config")).rejects.toThrow("git's own");
  expect(await findFiles(disk, ".*/config")).toEqual([".hidden/config"]);
});

test("a folder and a tree show the same files, through links, and refuse the same paths", async () => {
  await mkdir(join(folder, "a b"));
  await writeFile(join(folder, "a b", "ü.txt"), "x");
  await symlink("a b", join(folder, "link"));
  await symlink("../outside", join(folder, "out"));
  await symlink("gone", join(folder, "dangling"));
  const tree = memorySource({
    "a b/ü.txt": "x",
    link: "-> a b",
    out: "-> ../outside",
    dangling: "-> gone",
  });
  for (const source of [folderSource(folder), tree]) {
    expect(await source.read("link/ü.txt")).toEqual({ path: "a b/ü.txt", bytes: Buffer.from("x") });
    expect(await source.read("./link/../a b/ü.txt")).toMatchObject({ path: "a b/ü.txt" });
    expect(await source.read("dangling")).toBeUndefined();
    expect(await source.read("a b")).toBeUndefined();
    expect(await source.read("gone/x")).toBeUndefined();
    expect(await source.list("link")).toEqual([{ name: "ü.txt", kind: "file" }]);
    expect(await source.list("nowhere")).toEqual([]);
    await expect(source.read("../x")).rejects.toMatchObject({ code: "E_VERSION_FILE" });
    await expect(source.read("/x")).rejects.toMatchObject({ code: "E_VERSION_FILE" });
  }
  await expect(tree.read("out")).rejects.toMatchObject({ code: "E_VERSION_FILE" });
});

test("a link to an existing file outside is refused", async () => {
  const outside = await temporaryFolder();
  await writeFile(join(outside, "f"), "x");
  await symlink(outside, join(folder, "out"));
  await expect(folderSource(folder).read("out/f")).rejects.toThrow(
    "leaves the project folder through a link",
  );
});

test("an overlay shows what the world will be", async () => {
  const source = overlaySource(memorySource({ a: "1", b: "-> a" }), [
    { path: "a", after: Buffer.from("2") },
  ]);
  expect((await source.read("b"))?.bytes.toString()).toBe("2");
});

test("edits keep the mode, go through a link to its file, and leave nothing beside it", async () => {
  await mkdir(join(folder, "sub"));
  await writeFile(join(folder, "sub", "f"), "old");
  await chmod(join(folder, "sub", "f"), 0o751);
  const edits = [{ path: "sub/f", before: Buffer.from("old"), after: Buffer.from("new") }];
  expect(await holdsEdits(folder, edits)).toBe(false);
  await writeEdits(folder, edits);
  expect(await holdsEdits(folder, edits)).toBe(true);
  expect((await stat(join(folder, "sub", "f"))).mode & 0o7777).toBe(0o751);
  expect(await readdir(join(folder, "sub"))).toEqual(["f"]);
});

test("when one file cannot be written, those before it are put back", async () => {
  await writeFile(join(folder, "a"), "old");
  const edits = ["a", "gone/b"].map((path) => ({
    path,
    before: Buffer.from("old"),
    after: Buffer.from("new"),
  }));
  await expect(writeEdits(folder, edits)).rejects.toMatchObject({
    code: "E_VERSION_WRITE",
    exit: 5,
  });
  expect(await readFile(join(folder, "a"), "utf8")).toBe("old");
});

const names = ["a", "b.txt", ".h", "x y", "[a]", "b"];
const globs = [
  "*",
  "**",
  "*/*",
  "**/*.txt",
  "**/b",
  "a/**",
  "a/**/b",
  ".*",
  "[ab]*",
  "[!a]",
  "?",
  "*.txt",
  "a/b",
  "./a",
  "[[]a]",
  "**/.h",
  "x y/*",
  "**/**/b",
];

test("finds what Python's glob finds", async ({ skip }) => {
  const paths = fc.sample(fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }), {
    numRuns: 40,
    seed: 3,
  });
  for (const parts of paths)
    try {
      await mkdir(join(folder, ...parts.slice(0, -1)), { recursive: true });
      await writeFile(join(folder, ...parts), "");
    } catch {
      // A file where another path wants a folder: one of the two is enough.
    }
  const script = `
import glob, json, os, sys
folder, globs = json.load(sys.stdin)
os.chdir(folder)
print(json.dumps([sorted(set(os.path.normpath(f) for f in glob.glob(g, recursive=True) if os.path.isfile(f))) for g in globs]))`;
  const theirs = askPython(script, [folder, globs]);
  if (theirs === undefined) return skip(noPython);
  const ours = await Promise.all(globs.map((glob) => findFiles(folderSource(folder), glob)));
  expect(ours).toEqual(theirs);
});

test("alternatives of bump-my-version's globs", async () => {
  const source = memorySource({ "a.md": "", "b.txt": "", "c.py": "" });
  expect(await findFiles(source, "*.md|*.py", { alternatives: true })).toEqual(["a.md", "c.py"]);
  expect(await findFiles(source, "*.@(md|txt)", { alternatives: true })).toEqual(["a.md", "b.txt"]);
  expect(matchesGlob("x/y/b.txt", "**/*.txt")).toBe(true);
  expect(matchesGlob("x/y/b.txt", "*.txt")).toBe(false);
});
