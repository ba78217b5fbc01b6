import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { expect, test, vi } from "vitest";

import { createDeflate, createZstd } from "../../../src/conda/pack/compress/block-compressor.ts";
import { chooseCompressor } from "../../../src/conda/pack/compress/choose-compressor.ts";
import type { Compressor } from "../../../src/conda/pack/compress/compressor.ts";
import { contentOfBytes } from "../../../src/conda/pack/content.ts";
import type { Entry, Group } from "../../../src/conda/pack/entry.ts";
import { hashTar } from "../../../src/conda/pack/hash-tar.ts";
import { PartFile } from "../../../src/conda/pack/part-file.ts";
import { openSegmentCache, type SegmentCache } from "../../../src/conda/pack/segment-cache.ts";
import { writeTar } from "../../../src/conda/pack/write-tar.ts";
import { decompressFrames } from "../../../src/conda/smoke/zstd-frames.ts";
import { silentLog } from "../../../src/step/log.ts";
import { hasProgram, listeningLog } from "../../conda/support/packs.ts";
import { temporaryFolder } from "../../conda/support/temporary-folder.ts";

vi.setConfig({ testTimeout: 60_000 });

const searchPath = process.env["PATH"] ?? "";

function group(name: string, ...contents: readonly Buffer[]): Group {
  const entries = contents.map((bytes, index): Entry => ({
    kind: "file",
    path: `${name}/${index}`,
    mode: 0o644,
    mtimeSeconds: 0,
    content: contentOfBytes(bytes),
  }));
  return { kind: "conda", name, version: "1", entries };
}

/** Text that compresses, of a size that is no multiple of anything. */
function prose(sizeBytes: number, seed: string): Buffer {
  const words =
    createHash("sha512")
      .update(seed)
      .digest("hex")
      .match(/.{1,5}/g) ?? [];
  let text = "";
  for (let index = 0; text.length < sizeBytes; index++) text += `${words[(index * index) % 25]} `;
  return Buffer.from(text.slice(0, sizeBytes));
}

const groups = [
  group("small", Buffer.from("x")),
  group("large", prose(3_500_001, "a"), randomBytes(1_200_000), prose(10, "b")),
  group("empty", Buffer.alloc(0)),
  group("exact", prose((1 << 20) - 512, "c")),
  group("last", prose(700_000, "d")),
];

async function write(
  some: readonly Group[],
  compressor: Compressor,
  cache?: SegmentCache,
): Promise<{ bytes: Buffer; sha256: string; tarSha256: string; cached: number; made: number }> {
  const target = join(await temporaryFolder(), "out");
  const part = await PartFile.create(target);
  try {
    const facts = await writeTar(some, part, { compressor, cache, log: silentLog });
    const sha256 = part.digest();
    await part.close();
    await part.publish();
    return { bytes: readFileSync(target), sha256, ...facts };
  } finally {
    await part.discard();
  }
}

test("the built-in deflate is one gzip member that says nothing of its making, the same for every number of threads", async () => {
  const one = await write(groups, createDeflate(4, 1));
  const four = await write(groups, createDeflate(4, 4));
  expect(four.sha256).toBe(one.sha256);
  expect(createHash("sha256").update(one.bytes).digest("hex")).toBe(one.sha256);
  expect(one.bytes.subarray(0, 10)).toStrictEqual(Buffer.from([31, 139, 8, 0, 0, 0, 0, 0, 0, 255]));
  const tar = gunzipSync(one.bytes);
  expect(createHash("sha256").update(tar).digest("hex")).toBe(one.tarSha256);
  expect(one.tarSha256).toBe(hashTar(groups).tarSha256);
});

test("a group's compressed bytes do not depend on its neighbours", async () => {
  const [small, large, ...rest] = groups;
  if (small === undefined || large === undefined) throw new TypeError("no groups");
  const all = await write(groups, createDeflate(4, 2));
  const alone = await write([large], createDeflate(4, 2));
  const end = (await write([], createDeflate(4, 2))).bytes.length - 10;
  // Head and the archive's end (zeros and trailer) apart, the group is found in both as it is.
  const segment = alone.bytes.subarray(10, alone.bytes.length - end);
  expect(segment.length).toBeGreaterThan(1_200_000);
  expect(all.bytes.indexOf(segment)).toBeGreaterThan(0);
  expect(rest).toHaveLength(3);
});

test("zstd frames are read back as one stream, the same for every number of threads", async () => {
  const one = await write(groups, createZstd(3, 1));
  const three = await write(groups, createZstd(3, 3));
  expect(three.sha256).toBe(one.sha256);
  const file = join(await temporaryFolder(), "x.tar.zst");
  writeFileSync(file, one.bytes);
  const tar = await buffer(decompressFrames(file));
  expect(createHash("sha256").update(tar).digest("hex")).toBe(one.tarSha256);
});

test("igzip makes members that gzip reads as one stream, the same every time", async (context) => {
  if (!hasProgram("igzip")) context.skip("igzip is not installed (Debian: isal)");
  const choose = (threads: number) =>
    chooseCompressor("tar.gz", { compressor: "igzip", threads, searchPath });
  const one = await write(groups, await choose(1));
  const two = await write(groups, await choose(3));
  expect(two.sha256).toBe(one.sha256);
  const tar = execFileSync("gzip", ["-dc"], { input: one.bytes, maxBuffer: 1 << 28 });
  expect(createHash("sha256").update(tar).digest("hex")).toBe(one.tarSha256);
});

test.for([
  {
    title: "auto without igzip",
    choice: "auto",
    path: "/nowhere",
    level: undefined,
    made: "builtin deflate, level 4",
  },
  {
    title: "auto with a level of deflate",
    choice: "auto",
    path: searchPath,
    level: 6,
    made: "builtin deflate, level 6",
  },
  {
    title: "builtin",
    choice: "builtin",
    path: searchPath,
    level: 9,
    made: "builtin deflate, level 9",
  },
] as const)("$title compresses with $made", async ({ choice, path, level, made }) => {
  const compressor = await chooseCompressor("tar.gz", {
    compressor: choice,
    threads: 1,
    searchPath: path,
    ...(level !== undefined && { level }),
  });
  expect(compressor.title).toBe(made);
  await compressor.close();
});

test("a compressor that is asked for and missing, or a level it does not know, is told", async () => {
  await expect(
    chooseCompressor("tar.gz", { compressor: "igzip", threads: 1, searchPath: "/nowhere" }),
  ).rejects.toThrow("PACK_COMPRESSOR is igzip, but no igzip is on PATH");
  await expect(
    chooseCompressor("tar.zst", { compressor: "auto", threads: 1, searchPath, level: 20 }),
  ).rejects.toThrow("PACK_LEVEL is 20; zstd knows levels 1 to 19");
});

test("igzip compresses only with levels that make the same bytes in every process", async () => {
  const folder = await fakeIgzip("");
  const choose = (level?: number, compressor: "auto" | "igzip" = "igzip") =>
    chooseCompressor("tar.gz", {
      compressor,
      threads: 1,
      searchPath: folder,
      ...(level !== undefined && { level }),
    });
  expect((await choose()).title).toBe("igzip 9.9.9, level 3");
  expect((await choose(0)).title).toBe("igzip 9.9.9, level 0");
  for (const level of [1, 2])
    await expect(choose(level)).rejects.toThrow(
      `PACK_LEVEL is ${level}; igzip knows levels 0 and 3`,
    );
  expect((await choose(2, "auto")).title).toBe("builtin deflate, level 2");
});

/** A stand-in for a helper that goes wrong: a real program of that name on PATH. */
async function fakeIgzip(script: string): Promise<string> {
  const folder = await temporaryFolder();
  writeFileSync(
    join(folder, "igzip"),
    `#!/bin/sh\n[ "$1" = --version ] && echo 9.9.9 && exit 0\n${script}\n`,
    { mode: 0o755 },
  );
  return folder;
}

test.for([
  {
    title: "ends with an error",
    script: "echo broken >&2; exit 3",
    message: "igzip failed: broken (exit code 3)",
  },
  { title: "is killed", script: "/bin/kill -9 $$", message: "igzip failed:  (exit code SIGKILL)" },
  {
    title: "loses data",
    script: "/bin/head -c 100 | /bin/gzip -nc; /bin/cat >/dev/null",
    message: "igzip compressed something else than it was given",
  },
  {
    title: "says nothing",
    script: "/bin/cat >/dev/null",
    message: "igzip compressed something else than it was given",
  },
])("a helper that $title stops the pack", async ({ script, message }) => {
  const compressor = await chooseCompressor("tar.gz", {
    compressor: "igzip",
    threads: 1,
    searchPath: await fakeIgzip(script),
  });
  await expect(write(groups, compressor)).rejects.toThrow(message);
});

const makers = [
  { name: "deflate", make: async () => createDeflate(4, 2) },
  { name: "zstd", make: async () => createZstd(3, 2) },
  {
    name: "igzip",
    make: () => chooseCompressor("tar.gz", { compressor: "igzip", threads: 2, searchPath }),
  },
];

test.for(makers)(
  "$name makes the same bytes without, with a cold and with a warm cache",
  async ({ name, make }, context) => {
    if (name === "igzip" && !hasProgram("igzip"))
      context.skip("igzip is not installed (Debian: isal)");
    const cache = openSegmentCache(await temporaryFolder(), silentLog);
    const without = await write(groups, await make());
    const cold = await write(groups, await make(), cache);
    const warm = await write(groups, await make(), cache);
    expect([cold.sha256, warm.sha256]).toStrictEqual([without.sha256, without.sha256]);
    expect([cold.tarSha256, warm.tarSha256]).toStrictEqual([without.tarSha256, without.tarSha256]);
    expect([cold, warm].map(({ cached, made }) => [cached, made])).toStrictEqual([
      [0, 5],
      [5, 0],
    ]);
  },
);

test("only the group that changed is made again", async () => {
  const cache = openSegmentCache(await temporaryFolder(), silentLog);
  await write(groups, createDeflate(4, 2), cache);
  const changed = groups.map((one) =>
    one.name === "last" ? group("last", prose(700_000, "other")) : one,
  );
  const again = await write(changed, createDeflate(4, 2), cache);
  expect(again).toMatchObject({ cached: 4, made: 1 });
  expect(again.sha256).toBe((await write(changed, createDeflate(4, 2))).sha256);
});

function segmentsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".segment"))
    .map((name) => join(folder, name));
}

test.for([
  { title: "cut short", damage: (file: string) => truncateSync(file, statSync(file).size - 1) },
  { title: "emptied", damage: (file: string) => truncateSync(file, 0) },
  {
    title: "changed in one bit",
    damage: (file: string) => {
      const bytes = readFileSync(file);
      bytes[5] = (bytes[5] ?? 0) ^ 1;
      writeFileSync(file, bytes);
    },
  },
])("a cached segment that was $title is noticed and made again", async ({ damage }) => {
  const folder = await temporaryFolder();
  const log = listeningLog();
  const cache = openSegmentCache(folder, log);
  const cold = await write(groups, createDeflate(4, 2), cache);
  for (const file of segmentsIn(folder)) damage(file);
  const healed = await write(groups, createDeflate(4, 2), cache);
  expect(healed).toMatchObject({ sha256: cold.sha256, cached: 0, made: 5 });
  expect(log.warnings).toHaveLength(5);
  expect(log.warnings[0]).toContain("A segment in PACK_CACHE_DIR is damaged and is made again");
  expect(await write(groups, createDeflate(4, 2), cache)).toMatchObject({ cached: 5, made: 0 });
});

test("two packs at once share a cache without harm", async () => {
  const folder = await temporaryFolder();
  const packs = [1, 2, 3].map((threads) =>
    write(groups, createDeflate(4, threads), openSegmentCache(folder, silentLog)),
  );
  const shas = (await Promise.all(packs)).map(({ sha256 }) => sha256);
  expect(new Set(shas).size).toBe(1);
  expect(
    readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.includes(".part"),
    ),
  ).toStrictEqual([]);
  expect(
    await write(groups, createDeflate(4, 1), openSegmentCache(folder, silentLog)),
  ).toMatchObject({ cached: 5 });
});

test("a cache that cannot be written is a warning, not a failure", async () => {
  const folder = join(await temporaryFolder(), "file");
  writeFileSync(folder, "");
  const log = listeningLog();
  const made = await write(
    groups,
    createDeflate(4, 1),
    openSegmentCache(join(folder, "cache"), log),
  );
  expect(made.made).toBe(5);
  expect(log.warnings[0]).toBe("PACK_CACHE_DIR cannot be written (ENOTDIR)");
});

test("the cache is kept to its size, what was used last stays", async () => {
  const folder = await temporaryFolder();
  const cache = openSegmentCache(folder, silentLog);
  await write(groups, createDeflate(4, 1), cache);
  await cache.trim(1_500_000);
  const sizes = segmentsIn(folder).map((file) => statSync(file).size);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(1_500_000);
  expect(sizes.length).toBeGreaterThan(0);
  await cache.trim(0);
  expect(segmentsIn(folder)).toStrictEqual([]);
});

test("a pack that fails leaves no half segment in the cache", async () => {
  const folder = await temporaryFolder();
  const gone: Entry = {
    kind: "file",
    path: "gone",
    mode: 0o644,
    mtimeSeconds: 0,
    content: {
      from: "disk",
      file: Buffer.from(join(folder, "gone")),
      sizeBytes: 5,
      splices: [],
      packedBytes: 5,
    },
  };
  mkdirSync(join(folder, "cache"));
  const some = [...groups, { ...group("broken"), entries: [gone] }];
  await expect(
    write(some, createDeflate(4, 2), openSegmentCache(join(folder, "cache"), silentLog)),
  ).rejects.toThrow("ENOENT");
  const left = readdirSync(join(folder, "cache"), { recursive: true, encoding: "utf8" });
  expect(left.filter((name) => name.includes(".part"))).toStrictEqual([]);
});

test("a zstd file that is cut short, or is none, is told from a whole one", async () => {
  const file = join(await temporaryFolder(), "x.tar.zst");
  const whole = (await write(groups, createZstd(3, 1))).bytes;
  writeFileSync(file, whole.subarray(0, -1));
  await expect(buffer(decompressFrames(file))).rejects.toThrow("cut short");
  writeFileSync(file, Buffer.concat([whole, Buffer.from("more of something else")]));
  await expect(buffer(decompressFrames(file))).rejects.toThrow(
    `No Zstandard frame at byte ${whole.length}`,
  );
});
