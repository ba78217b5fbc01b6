import {
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Header } from "tar";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { tarUnpacker } from "../../src/conda/packages/tar-unpacker.ts";

let base: string;
let folder: string;
let count = 0;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "slipway-tar-"));
});

afterAll(() => rm(base, { recursive: true, force: true }));

beforeEach(async () => {
  count += 1;
  folder = join(base, `case-${count}`, "inside");
  await mkdir(folder, { recursive: true });
});

interface Member {
  readonly path: string;
  readonly type?: "File" | "Directory" | "SymbolicLink" | "Link" | "FIFO" | "CharacterDevice";
  readonly content?: string;
  readonly link?: string;
  readonly mode?: number;
}

/** Makes a tar by hand: no tool writes such archives. */
function tarOf(members: readonly Member[]): Buffer {
  const parts = members.flatMap(({ path, type = "File", content = "", link, mode = 0o644 }) => {
    const header = new Header({
      path,
      type,
      mode,
      size: Buffer.byteLength(content),
      mtime: new Date(1_600_000_000_000),
      ...(link === undefined ? {} : { linkpath: link }),
    });
    const block = Buffer.alloc(512);
    header.encode(block, 0);
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
    body.write(content);
    return [block, body];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

async function unpack(...members: readonly Member[]): Promise<void> {
  await tarUnpacker(folder).unpack([tarOf(members)]);
}

/** Everything that lies in the case's folder, outside of the one to unpack into. */
async function outside(): Promise<readonly string[]> {
  return (await readdir(join(folder, ".."))).filter((name) => name !== "inside");
}

const hostile: readonly { title: string; members: readonly Member[]; message: string }[] = [
  {
    title: "an absolute path",
    members: [{ path: "/tmp/evil" }],
    message: 'it would write outside its folder: "/tmp/evil"',
  },
  {
    title: "a way up",
    members: [{ path: "a/../../evil", content: "x" }],
    message: 'it would write outside its folder: "a/../../evil"',
  },
  {
    title: "a folder above",
    members: [{ path: "../evil/", type: "Directory" }],
    message: 'it would write outside its folder: "../evil/"',
  },
  {
    title: "a file through a link",
    members: [
      { path: "lib", type: "SymbolicLink", link: ".." },
      { path: "lib/evil", content: "x" },
    ],
    message: "it would write through lib, which is no folder in it",
  },
  {
    title: "a folder in place of a link",
    members: [
      { path: "lib", type: "SymbolicLink", link: ".." },
      { path: "lib", type: "Directory" },
    ],
    message: "it holds lib twice, of different kinds",
  },
  {
    title: "a file below a file",
    members: [{ path: "a", content: "x" }, { path: "a/b" }],
    message: "it would write through a, which is no folder in it",
  },
  {
    title: "a hard link to outside",
    members: [{ path: "a", type: "Link", link: "../evil" }],
    message: 'it would write outside its folder: "../evil"',
  },
  {
    title: "a hard link to an absolute path",
    members: [{ path: "a", type: "Link", link: "/etc/passwd" }],
    message: 'it would write outside its folder: "/etc/passwd"',
  },
  {
    title: "a hard link through a symbolic one",
    members: [
      { path: "up", type: "SymbolicLink", link: ".." },
      { path: "a", type: "Link", link: "up/evil" },
    ],
    message: "it would write through up, which is no folder in it",
  },
  {
    title: "a hard link to nothing",
    members: [{ path: "a", type: "Link", link: "b" }],
    message: "a in it is a link to b, which is no file in it",
  },
  {
    title: "the same path with other contents",
    members: [
      { path: "a", content: "one" },
      { path: "./a", content: "two" },
    ],
    message: "it holds a twice, with different contents",
  },
  {
    title: "a link in place of a file",
    members: [
      { path: "a", content: "one" },
      { path: "a", type: "SymbolicLink", link: "/etc/passwd" },
    ],
    message: "it holds a twice",
  },
  {
    title: "a pipe",
    members: [{ path: "pipe", type: "FIFO" }],
    message: "it holds pipe, which is neither file nor link (FIFO)",
  },
  {
    title: "a device",
    members: [{ path: "null", type: "CharacterDevice" }],
    message: "it holds null, which is neither file nor link (CharacterDevice)",
  },
];

test.each(hostile)(
  "an archive with $title is refused, and nothing is written outside",
  async ({ members, message }) => {
    await expect(unpack(...members)).rejects.toMatchObject({ name: "DamagedPackage", message });
    expect(await outside()).toEqual([]);
  },
);

test("an archive that is cut off is refused", async () => {
  const whole = tarOf([{ path: "a", content: "x".repeat(2000) }]);
  await expect(tarUnpacker(folder).unpack([whole.subarray(0, 1200)])).rejects.toMatchObject({
    name: "DamagedPackage",
  });
});

test("a damaged header is refused", async () => {
  const bytes = tarOf([
    { path: "a", content: "x" },
    { path: "b", content: "y" },
  ]);
  bytes[1024 + 4] = 0xff;
  await expect(tarUnpacker(folder).unpack([bytes])).rejects.toMatchObject({
    name: "DamagedPackage",
  });
});

test("what is harmless is unpacked with its modes, times and links, whatever the umask", async () => {
  const before = process.umask(0o077);
  try {
    await unpack(
      { path: "./bin/tool", content: "#!/bin/sh\n", mode: 0o4755 },
      { path: "share/read-only", content: "r", mode: 0o444 },
      { path: "share/again", type: "Link", link: "bin/tool" },
      { path: "share/link", type: "SymbolicLink", link: "../bin/tool" },
      { path: "share/dangling", type: "SymbolicLink", link: "/nowhere" },
      { path: "empty", type: "Directory" },
      { path: "share/read-only", content: "r", mode: 0o444 },
    );
  } finally {
    process.umask(before);
  }
  const tool = await stat(join(folder, "bin/tool"));
  expect((tool.mode & 0o7777).toString(8)).toBe("755");
  expect(tool.mtime).toEqual(new Date(1_600_000_000_000));
  expect((await stat(join(folder, "share/again"))).ino).toBe(tool.ino);
  expect(((await stat(join(folder, "share/read-only"))).mode & 0o777).toString(8)).toBe("444");
  expect(await readlink(join(folder, "share/link"))).toBe("../bin/tool");
  expect((await lstat(join(folder, "share/dangling"))).isSymbolicLink()).toBe(true);
  expect((await stat(join(folder, "empty"))).isDirectory()).toBe(true);
});

test("what lies in the folder beforehand is never followed", async () => {
  await writeFile(join(folder, "..", "victim"), "untouched");
  await symlink("../victim", join(folder, "a"));
  await expect(unpack({ path: "a", content: "x" })).rejects.toThrow(/EEXIST/);
  expect(await readFile(join(folder, "..", "victim"), "utf8")).toBe("untouched");
});
