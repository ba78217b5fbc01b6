import { createHash } from "node:crypto";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { forEachBounded } from "../../src/gitlab/bounded.ts";
import { digestOf, type LocalFile, readUnchanged } from "../../src/gitlab/local-file.ts";
import { selectFiles } from "../../src/gitlab/local-files.ts";
import { collect } from "../support/fault-server.ts";

const limit = 10_000_000;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "local-files-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: string | Uint8Array): void =>
  writeFileSync(join(folder, name), content);
const select = (...patterns: string[]) => selectFiles({ patterns, cwd: folder, limit });

async function one(name: string): Promise<LocalFile> {
  const [file] = await select(name);
  if (file === undefined) throw new Error("no file");
  return file;
}

test("a name is a name before it is a pattern", async () => {
  mkdirSync(join(folder, "dist[1]"));
  mkdirSync(join(folder, "dist1"));
  write("dist[1]/a.tgz", "x");
  write("dist1/a.tgz", "y");
  expect((await one("dist[1]/a.tgz")).path).toBe(join(folder, "dist[1]/a.tgz"));
});

test("an empty file is told with everything else, before GitLab refuses it", async () => {
  write("empty.tgz", "");
  write("a.tgz", "x");
  const refused = select("*.tgz", "missing.tgz");
  await expect(refused).rejects.toMatchObject({ code: "E_PACKAGE_FILES", exit: 2 });
  await expect(refused).rejects.toThrow(/"missing\.tgz"[^]*empty\.tgz is empty \(0 bytes\)/);
});

test("a folder is told as one, with what to write instead", async () => {
  mkdirSync(join(folder, "dd"));
  write("dd/a.tgz", "x");
  for (const name of ["dd", "dd/"])
    await expect(select(name)).rejects.toThrow(
      `${JSON.stringify(name)} is a folder: for the files in it write dd/*.`,
    );
  await expect(select("dd")).rejects.toMatchObject({ code: "E_PACKAGE_FILES", exit: 2 });
});

describe("a link", () => {
  beforeEach(() => {
    mkdirSync(join(folder, "out"));
    mkdirSync(join(folder, "elsewhere"));
    write("app-1.0.tgz", "x");
    write("elsewhere/b.tgz", "y");
  });
  const link = (name: string, target: string): void => symlinkSync(target, join(folder, name));

  test("to a file is a file under the link's name, by pattern as by name", async () => {
    link("out/app-latest.tgz", "../app-1.0.tgz");
    for (const pattern of ["out/*.tgz", "**/app-latest.*", "out/app-latest.tgz"])
      expect(await select(pattern)).toMatchObject([
        { name: "app-latest.tgz", path: join(folder, "out/app-latest.tgz"), size: 1 },
      ]);
    expect((await select("**/app-*")).map(({ name }) => name)).toEqual([
      "app-1.0.tgz",
      "app-latest.tgz",
    ]);
  });

  test("to a folder is walked only where the pattern names it", async () => {
    link("out/more", "../elsewhere");
    link("out/up", "..");
    await expect(select("out/**/*.tgz")).rejects.toThrow("No file is named");
    expect(await select("out/more/*.tgz")).toMatchObject([{ name: "b.tgz" }]);
  });

  test("that leads out of the working directory is taken by its name alone", async () => {
    const outside = mkdtempSync(join(tmpdir(), "outside-"));
    writeFileSync(join(outside, "c.tgz"), "z");
    link("out/c.tgz", join(outside, "c.tgz"));
    await expect(select("out/*.tgz")).rejects.toThrow(
      /out\/c\.tgz is a link that leads out of the working directory[^]*name it without a pattern/,
    );
    expect(await select("out/c.tgz")).toMatchObject([{ name: "c.tgz" }]);
    expect(await select(`${outside}/*.tgz`)).toMatchObject([{ name: "c.tgz" }]);
    rmSync(outside, { recursive: true });
  });

  test("to nothing is told as such, by pattern as by name", async () => {
    link("out/gone.tgz", "nowhere.tgz");
    write("out/a.tgz", "x");
    for (const pattern of ["out/gone.tgz", "out/*.tgz", `${folder}/out/*.tgz`])
      await expect(select(pattern)).rejects.toThrow(
        /out\/gone\.tgz"? is a link to nothing: nowhere\.tgz$/,
      );
    expect(await select("out/a.*")).toHaveLength(1);
  });
});

test("a file that two patterns mean is taken once", async () => {
  write("a.tgz", "x");
  expect(await select("a.tgz", "*.tgz", "./a.tgz")).toHaveLength(1);
});

test("what is read is the file, and the digest is told before its last piece", async () => {
  const content = Buffer.alloc(5_300_001, "abc");
  write("a.bin", content);
  const file = await one("a.bin");
  let digest = "";
  const read = await collect(readUnchanged(file, ({ sha256 }) => (digest = sha256)));
  expect(read.equals(content)).toBe(true);
  expect(digest).toBe(createHash("sha256").update(content).digest("hex"));
  expect(await digestOf(file)).toBe(digest);
});

const changes: readonly { title: string; change: (path: string) => void }[] = [
  { title: "grows", change: (path) => appendFileSync(path, "more") },
  { title: "shrinks", change: (path) => truncateSync(path, 2_400_000) },
  { title: "is written to in place", change: (path) => utimesSync(path, 1, 1) },
];
test.each(changes)(
  "H08 a file that $title while it is read never yields its last piece",
  async ({ change }) => {
    // Several pieces: a file of one has no moment in which it could change.
    write("a.bin", Buffer.alloc(4_000_000));
    const file = await one("a.bin");
    const read: Uint8Array[] = [];
    const reading = async (): Promise<void> => {
      for await (const chunk of readUnchanged(file, () => {})) {
        if (read.length === 0) change(file.path);
        read.push(chunk);
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: "E_PACKAGE_FILE_CHANGED", exit: 3 });
    expect(read.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(file.size);
  },
);

test("work is bounded, complete, and ends with the first failure", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(20),
      fc.integer({ min: 1, max: 8 }),
      fc.option(fc.nat(20)),
      async (count, bound, bad) => {
        let [running, most] = [0, 0];
        const done: number[] = [];
        const items = Array.from({ length: count }, (_, index) => index);
        const work = forEachBounded(items, bound, async (item) => {
          running += 1;
          most = Math.max(most, running);
          await Promise.resolve();
          running -= 1;
          if (item === bad) throw new RangeError("bad");
          done.push(item);
        });
        if (bad !== null && bad < count) await expect(work).rejects.toThrow("bad");
        else {
          await work;
          expect(done.toSorted((left, right) => left - right)).toEqual(items);
        }
        expect(most).toBeLessThanOrEqual(bound);
        expect(running).toBe(0);
      },
    ),
  );
});
