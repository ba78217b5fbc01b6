import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { crc32, createGunzip, gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test, vi, type TestContext } from "vitest";

import { chooseCompressor } from "../../../src/conda/pack/compress/choose-compressor.ts";
import { combineCrc } from "../../../src/conda/pack/compress/combine-crc.ts";
import { deflate, zstd, type Compressor } from "../../../src/conda/pack/compress/compressor.ts";
import { openSlicePool } from "../../../src/conda/pack/compress/slice-pool.ts";
import { contentOfBytes } from "../../../src/conda/pack/content.ts";
import type { Entry, Group } from "../../../src/conda/pack/entry.ts";
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
  { cache, threads = 2 }: { cache?: SegmentCache; threads?: number } = {},
) {
  const target = join(await temporaryFolder(), "out");
  const fingerprintKey = cache?.fingerprintKey;
  const pool = openSlicePool(compressor, { threads, scratch: target, fingerprintKey });
  const part = await PartFile.create(target);
  try {
    const facts = await writeTar(some, part, {
      compressor,
      pool,
      cache,
      sizeBytes: 0,
      log: silentLog,
    });
    await part.close();
    await part.publish();
    const bytes = readFileSync(target);
    expect(facts.sha256).toBe(sha256Of(bytes));
    return { bytes, ...facts };
  } finally {
    await part.discard();
    await pool.close();
  }
}

/** The tar as others would write it: header, content, zeros. */
function isTarOf(tar: Buffer, some: readonly Group[]): boolean {
  const [first] = some[0]?.entries ?? [];
  if (first?.kind !== "file" || first.content.from !== "bytes") return false;
  return (
    tar.subarray(0, 100).toString("latin1").replaceAll("\0", "") === first.path &&
    tar.subarray(512, 512 + first.content.bytes.length).equals(first.content.bytes) &&
    tar.length % 10_240 === 0
  );
}

const sha256Of = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

test("the checksum of two pieces together is computed from those of the pieces", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.uint8Array({ maxLength: 3000 }), (a, b) => {
      expect(combineCrc(crc32(a), crc32(b), b.length)).toBe(crc32(b, crc32(a)));
    }),
  );
  const large = Buffer.alloc(5_000_001, "x");
  expect(combineCrc(crc32("y"), crc32(large), large.length)).toBe(crc32(large, crc32("y")));
});

test("the built-in deflate is one gzip member that says nothing of its making, the same for every number of threads", async () => {
  const one = await write(groups, deflate(4), { threads: 1 });
  const four = await write(groups, deflate(4), { threads: 4 });
  expect(four.sha256).toBe(one.sha256);
  expect(four.contentSha256).toBe(one.contentSha256);
  expect(sha256Of(one.bytes)).toBe(one.sha256);
  expect(one.bytes.subarray(0, 10)).toStrictEqual(Buffer.from([31, 139, 8, 0, 0, 0, 0, 0, 0, 255]));
  expect(isTarOf(gunzipSync(one.bytes), groups)).toBe(true);
});

test("a group's compressed bytes do not depend on its neighbours", async () => {
  const [small, large, ...rest] = groups;
  if (small === undefined || large === undefined) throw new TypeError("no groups");
  const all = await write(groups, deflate(4));
  const alone = await write([large], deflate(4));
  const end = (await write([], deflate(4))).bytes.length - 10;
  // Head and the archive's end (zeros and trailer) apart, the group is found in both as it is.
  const segment = alone.bytes.subarray(10, alone.bytes.length - end);
  expect(segment.length).toBeGreaterThan(1_200_000);
  expect(all.bytes.indexOf(segment)).toBeGreaterThan(0);
  expect(rest).toHaveLength(3);
});

test("zstd frames are read back as one stream, the same for every number of threads", async () => {
  const one = await write(groups, zstd(3), { threads: 1 });
  const three = await write(groups, zstd(3), { threads: 3 });
  expect(three.sha256).toBe(one.sha256);
  const file = join(await temporaryFolder(), "x.tar.zst");
  writeFileSync(file, one.bytes);
  const plain = gunzipSync((await write(groups, deflate(4))).bytes);
  expect((await buffer(decompressFrames(file))).equals(plain)).toBe(true);
});

/** An igzip that has no library beside it. */
async function loneIgzip(): Promise<string> {
  const folder = await temporaryFolder();
  copyFileSync(
    execFileSync("which", ["igzip"], { encoding: "utf8" }).trim(),
    join(folder, "igzip"),
  );
  return folder;
}

/** From Node.js 26 on, libraries can be called. */
const canCall = process.getBuiltinModule("node:ffi") !== undefined;

const fast = [
  { name: "igzip", by: "its library", tool: "igzip", folder: async () => searchPath },
  { name: "igzip", by: "its program", tool: "igzip", folder: loneIgzip },
  { name: "libdeflate", by: "its library", tool: "libdeflate-gzip", folder: async () => "" },
] as const;

function skipWithout(tool: string, name: string, context: TestContext): void {
  if (!hasProgram(tool)) context.skip(`${tool} is not installed (Debian: isal, libdeflate-tools)`);
  if (name.startsWith("libdeflate") && !canCall) context.skip("this Node.js calls no libraries");
}

test.for(fast)(
  "what $name makes by $by is read by gzip as one stream, and the same for every number of threads",
  async ({ name, tool, folder }, context) => {
    skipWithout(tool, name, context);
    const compressor = await chooseCompressor("tar.gz", {
      compressor: name,
      searchPath: await folder(),
    });
    const many = [...groups, group("huge", prose(9_000_001, "e"), randomBytes(5_000_000))];
    const one = await write(many, compressor, { threads: 1 });
    const two = await write(many, compressor, { threads: 3 });
    expect(two.sha256).toBe(one.sha256);
    const tar = execFileSync("gzip", ["-dc"], { input: one.bytes, maxBuffer: 1 << 28 });
    expect(tar.equals(gunzipSync((await write(many, deflate(1))).bytes))).toBe(true);
  },
);

test("what igzip's library makes is one gzip member, at every level", async (context) => {
  if (!hasProgram("igzip")) context.skip("igzip is not installed (Debian: isal)");
  if (!canCall) context.skip("this Node.js calls no libraries");
  const plain = gunzipSync((await write(groups, deflate(1))).bytes);
  for (const level of [0, 1, 2, 3]) {
    const compressor = await chooseCompressor("tar.gz", { compressor: "igzip", searchPath, level });
    const { bytes } = await write(groups, compressor);
    const member = createGunzip();
    member.end(bytes);
    expect((await buffer(member)).equals(plain)).toBe(true);
    expect(member.bytesWritten).toBe(bytes.length);
    expect(bytes.subarray(0, 10)).toStrictEqual(Buffer.from("1f8b08000000000000ff", "hex"));
  }
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
    searchPath: path,
    ...(level !== undefined && { level }),
  });
  expect(compressor.title).toBe(made);
});

test("a compressor that is asked for and missing, or a level it does not know, is told", async () => {
  await expect(
    chooseCompressor("tar.gz", { compressor: "igzip", searchPath: "/nowhere" }),
  ).rejects.toThrow("PACK_COMPRESSOR is igzip, but no igzip is on PATH");
  await expect(
    chooseCompressor("tar.zst", { compressor: "auto", searchPath, level: 20 }),
  ).rejects.toThrow("PACK_LEVEL is 20; zstd knows levels 1 to 19");
});

test("an igzip without its library compresses only with levels that make the same bytes in every process", async () => {
  const folder = await fakeIgzip("");
  const choose = (level?: number, compressor: "auto" | "igzip" = "igzip") =>
    chooseCompressor("tar.gz", {
      compressor,
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
  {
    title: "has no room to write to",
    script: "echo 'igzip: Error encountered while writing to file (null)' >&2; exit 252",
    message: "No space left: ",
  },
  { title: "is killed", script: "/bin/kill -9 $$", message: "igzip failed:  (exit code 137)" },
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
    searchPath: await fakeIgzip(script),
  });
  await expect(write(groups, compressor)).rejects.toThrow(message);
});

const makers = [
  { name: "deflate", tool: undefined, make: async () => deflate(4) },
  { name: "zstd", tool: undefined, make: async () => zstd(3) },
  ...fast.map(({ name, by, tool, folder }) => ({
    name: `${name} by ${by}`,
    tool,
    make: async () => chooseCompressor("tar.gz", { compressor: name, searchPath: await folder() }),
  })),
];

test.for(makers)(
  "$name makes the same bytes without, with a cold and with a warm cache",
  async ({ tool, name, make }, context) => {
    if (tool !== undefined) skipWithout(tool, name, context);
    const cache = await openSegmentCache(await temporaryFolder(), silentLog);
    const without = await write(groups, await make());
    const cold = await write(groups, await make(), { cache });
    const warm = await write(groups, await make(), { cache });
    expect([cold.sha256, warm.sha256]).toStrictEqual([without.sha256, without.sha256]);
    expect([cold.contentSha256, warm.contentSha256]).toStrictEqual([
      without.contentSha256,
      without.contentSha256,
    ]);
    expect([cold, warm].map(({ cached, made }) => [cached, made])).toStrictEqual([
      [0, 5],
      [5, 0],
    ]);
  },
);

test("only the group that changed is made again", async () => {
  const cache = await openSegmentCache(await temporaryFolder(), silentLog);
  await write(groups, deflate(4), { cache });
  const changed = groups.map((one) =>
    one.name === "last" ? group("last", prose(700_000, "other")) : one,
  );
  const again = await write(changed, deflate(4), { cache });
  expect(again).toMatchObject({ cached: 4, made: 1 });
  expect(again.sha256).toBe((await write(changed, deflate(4))).sha256);
});

function segmentsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".segment"))
    .map((name) => join(folder, name));
}

function flipBit(file: string, place: number): void {
  const bytes = readFileSync(file);
  const at = place < 0 ? bytes.length + place : place;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

test.for([
  { title: "cut short", damage: (file: string) => truncateSync(file, statSync(file).size - 1) },
  { title: "emptied", damage: (file: string) => truncateSync(file, 0) },
  { title: "changed in one bit", damage: (file: string) => flipBit(file, 5) },
  { title: "changed in what it says of itself", damage: (file: string) => flipBit(file, -50) },
])("a cached segment that was $title is noticed and made again", async ({ damage }) => {
  const folder = await temporaryFolder();
  const log = listeningLog();
  const cache = await openSegmentCache(folder, log);
  const cold = await write(groups, deflate(4), { cache });
  for (const file of segmentsIn(folder)) damage(file);
  const healed = await write(groups, deflate(4), { cache });
  expect(healed).toMatchObject({ sha256: cold.sha256, cached: 0, made: 5 });
  expect(log.warnings).toHaveLength(5);
  expect(log.warnings[0]).toContain("A segment in PACK_CACHE_DIR is damaged and is made again");
  expect(await write(groups, deflate(4), { cache })).toMatchObject({ cached: 5, made: 0 });
});

test("a cache whose key was damaged gets a new one, and its segments are made again", async () => {
  const folder = await temporaryFolder();
  const open = () => openSegmentCache(folder, silentLog);
  const cold = await write(groups, deflate(4), { cache: await open() });
  truncateSync(join(folder, "fingerprint.key"), 3);
  const again = await write(groups, deflate(4), { cache: await open() });
  expect(again).toMatchObject({ sha256: cold.sha256, cached: 0, made: 5 });
  expect(await write(groups, deflate(4), { cache: await open() })).toMatchObject({ cached: 5 });
});

test("nobody can tell from one cache under which name another one keeps a package", async () => {
  const names = async () => {
    const folder = await temporaryFolder();
    await write(groups, deflate(4), { cache: await openSegmentCache(folder, silentLog) });
    return new Set(segmentsIn(folder).map((file) => basename(file)));
  };
  const [first, second] = [await names(), await names()];
  expect(first.size).toBe(5);
  expect(first.isDisjointFrom(second)).toBe(true);
});

test("two packs at once share a cache without harm", async () => {
  const folder = await temporaryFolder();
  const packs = [1, 2, 3].map(async (threads) =>
    write(groups, deflate(4), { cache: await openSegmentCache(folder, silentLog), threads }),
  );
  const shas = (await Promise.all(packs)).map(({ sha256 }) => sha256);
  expect(new Set(shas).size).toBe(1);
  expect(
    readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.includes(".part"),
    ),
  ).toStrictEqual([]);
  expect(
    await write(groups, deflate(4), { cache: await openSegmentCache(folder, silentLog) }),
  ).toMatchObject({ cached: 5 });
});

test("a cache that cannot be written is a warning, not a failure", async () => {
  const folder = join(await temporaryFolder(), "file");
  writeFileSync(folder, "");
  const log = listeningLog();
  const made = await write(groups, deflate(4), {
    cache: await openSegmentCache(join(folder, "cache"), log),
  });
  expect(made.made).toBe(5);
  expect(log.warnings[0]).toBe("PACK_CACHE_DIR cannot be written (ENOTDIR)");
});

test("the cache is kept to its size, what was used last stays", async () => {
  const folder = await temporaryFolder();
  const cache = await openSegmentCache(folder, silentLog);
  await write(groups, deflate(4), { cache });
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
      file: join(folder, "gone"),
      sizeBytes: 5,
      splices: [],
      packedBytes: 5,
    },
  };
  mkdirSync(join(folder, "cache"));
  const some = [...groups, { ...group("broken"), entries: [gone] }];
  await expect(
    write(some, deflate(4), { cache: await openSegmentCache(join(folder, "cache"), silentLog) }),
  ).rejects.toThrow("ENOENT");
  const left = readdirSync(join(folder, "cache"), { recursive: true, encoding: "utf8" });
  expect(left.filter((name) => name.includes(".part"))).toStrictEqual([]);
});

test("a zstd file that is cut short, or is none, is told from a whole one", async () => {
  const file = join(await temporaryFolder(), "x.tar.zst");
  const whole = (await write(groups, zstd(3))).bytes;
  writeFileSync(file, whole.subarray(0, -1));
  await expect(buffer(decompressFrames(file))).rejects.toThrow("cut short");
  writeFileSync(file, Buffer.concat([whole, Buffer.from("more of something else")]));
  await expect(buffer(decompressFrames(file))).rejects.toThrow(
    `No Zstandard frame at byte ${whole.length}`,
  );
});
