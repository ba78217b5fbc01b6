import { execFile, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { artifactWorld, sha256Of } from "../support/artifact-world.ts";
import { startStep } from "../support/step-process.ts";

const twoFolders = (url: string): string => `
caches:
  one: {type: folder, path: cache/one}
  two: {type: folder, path: cache/two}
default_caches: [one, two]
artifacts:
  job-1.0.conda.tgz: {id: "${url}", source: url}
`;

test("an artifact is downloaded once and published in every folder, readable for all, under its declared name", async () => {
  const world = await artifactWorld();
  const { url, sha256 } = world.serve("download");
  world.declare(twoFolders(url));
  const run = await world.run();
  expect(run.stderr).toBe("");
  expect(run.exitCode).toBe(0);
  expect(world.server.seen.map(({ path }) => path)).toEqual(
    expect.arrayContaining(["/download", "/download"]),
  );
  for (const cache of ["one", "two"]) {
    const file = join(world.folder, "cache", cache, "job-1.0.conda.tgz");
    expect(sha256Of(readFileSync(file))).toBe(sha256);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(readdirSync(join(world.folder, "cache", cache)).toSorted()).toEqual([
      ".job-1.0.conda.tgz.slipway-sha256",
      "job-1.0.conda.tgz",
    ]);
  }
  expect(run.outputs).toEqual({ SYNCED_ARTIFACT_COUNT: "1" });
});

test("a second run sends nothing, a third one only what was removed", async () => {
  const world = await artifactWorld();
  const { url, bytes } = world.serve("x.tgz");
  world.declare(twoFolders(url));
  await world.run();
  const again = await world.run();
  expect(again.exitCode).toBe(0);
  expect(again.stdout).toContain("already done");
  rmSync(join(world.folder, "cache/two/job-1.0.conda.tgz"));
  const third = await world.run();
  expect(third.exitCode).toBe(0);
  expect(third.stdout).toMatch(/published in the cache two/);
  expect(third.stdout).not.toMatch(/published in the cache one/);
  expect(readFileSync(join(world.folder, "cache/two/job-1.0.conda.tgz"))).toEqual(bytes);
});

test("other bytes and cut-off bytes under a published name are refused with both digests, and stay", async () => {
  const world = await artifactWorld();
  const { url, sha256, bytes } = world.serve("x.tgz");
  world.declare(twoFolders(url));
  const place = join(world.folder, "cache/one");
  mkdirSync(place, { recursive: true });
  const file = join(place, "job-1.0.conda.tgz");
  const other = Buffer.from(bytes).fill(7, 0, 10);
  writeFileSync(file, other);
  const run = await world.run();
  expect(run.exitCode).toBe(3);
  expect(run.stderr).toContain(sha256);
  expect(run.stderr).toContain(sha256Of(other));
  expect(readFileSync(file)).toEqual(other);

  writeFileSync(file, bytes.subarray(0, 1000));
  const cut = await world.run();
  expect(cut.exitCode).toBe(3);
  expect(cut.stderr).toContain("1000 bytes");
  expect(readFileSync(file).length).toBe(1000);
});

test("R17 one artifact that fails keeps no other from its caches; all failures are listed and the highest class wins", async () => {
  const world = await artifactWorld();
  const { url } = world.serve("good.tgz");
  world.declare(`
caches: {one: {type: folder, path: cache}}
default_caches: [one]
artifacts:
  absent.tgz: {id: "${world.server.url}/nowhere.tgz", source: url}
  good.tgz: {id: "${url}", source: url}
  broken.tgz: {id: "${world.server.url}/broken.tgz", source: url}
`);
  world.server.behave = ({ path }, response) => {
    if (path !== "/broken.tgz") return false;
    response.writeHead(503).end();
    return true;
  };
  const run = await world.run();
  expect(run.exitCode).toBe(4);
  expect(run.stderr).toContain("2 of 3 artifacts failed");
  expect(run.stderr).toContain("absent.tgz: E_SOURCE_MISSING");
  expect(run.stderr).toContain("broken.tgz: E_SOURCE_UNAVAILABLE");
  expect(readdirSync(join(world.folder, "cache"))).toContain("good.tgz");
});

test("status shows a table, changes nothing and ends with 1 where something is missing", async () => {
  const world = await artifactWorld();
  const { url } = world.serve("x.tgz");
  world.declare(twoFolders(url));
  const before = await world.run({ SYNC_MODE: "status" });
  expect(before.exitCode).toBe(1);
  expect(before.stdout).toMatch(/job-1\.0\.conda\.tgz +100 kB +the cache one \(.*\) +missing/);
  expect(readdirSync(world.folder)).not.toContain("cache");
  await world.run();
  const after = await world.run({ SYNC_MODE: "status" });
  expect(after.exitCode).toBe(0);
  expect(after.stdout).toMatch(/the cache two \(.*\) +there/);
});

test("status names all that differ and all that is missing", async () => {
  const world = await artifactWorld();
  const { url } = world.serve("x.tgz");
  const other = world.serve("y.tgz").url;
  world.declare(
    twoFolders(url).replace(
      "artifacts:\n",
      `artifacts:\n  other-1.0.tgz: {id: "${other}", source: url}\n`,
    ),
  );
  expect((await world.run()).exitCode).toBe(0);
  writeFileSync(join(world.folder, "cache/one/job-1.0.conda.tgz"), "part");
  rmSync(join(world.folder, "cache/two/job-1.0.conda.tgz"));
  rmSync(join(world.folder, "cache/two/other-1.0.tgz"));
  const { exitCode, stderr } = await world.run({ SYNC_MODE: "status" });
  expect(exitCode).toBe(3);
  expect(stderr).toContain("job-1.0.conda.tgz: E_ARTIFACT_DIFFERS");
  expect(stderr).toMatch(/- job-1\.0\.conda\.tgz: not in the cache two/);
  expect(stderr).toMatch(/- other-1\.0\.tgz: not in the cache two/);
});

test.each([
  { title: "another size", content: "part" },
  { title: "the same size", content: "x".repeat(100_000) },
])("the table says in which cache the file differs: $title", async ({ content }) => {
  const world = await artifactWorld();
  const { url } = world.serve("x.tgz");
  world.declare(twoFolders(url));
  expect((await world.run()).exitCode).toBe(0);
  writeFileSync(join(world.folder, "cache/two/job-1.0.conda.tgz"), content);
  const run = await world.run();
  expect(run.exitCode).toBe(3);
  expect(run.stdout).toMatch(/the cache one \(.*\) +there/);
  expect(run.stdout).toMatch(/the cache two \(.*\) +differs/);
});

test("a dry run says what would be sent where, and sends nothing", async () => {
  const world = await artifactWorld();
  const { url } = world.serve("x.tgz");
  world.declare(twoFolders(url));
  const run = await world.run({ DRY_RUN: "true" });
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toMatch(/would: send job-1\.0\.conda\.tgz to the cache one/);
  expect(readdirSync(world.folder)).not.toContain("cache");
});

test("H01 a download that breaks off goes on where it stopped", async () => {
  const world = await artifactWorld();
  const { url, sha256, bytes } = world.serve("x.tgz");
  world.declare(twoFolders(url));
  const etag = `"${sha256}"`;
  let cut = 0;
  world.server.behave = ({ path, range }, response, request) => {
    if (path !== "/x.tgz" || request.method !== "GET" || range !== undefined || cut > 0)
      return false;
    cut += 1;
    response.writeHead(200, { "content-length": bytes.length, etag });
    response.write(bytes.subarray(0, 40_000));
    // The piece must have arrived, else there is nothing to go on with.
    setTimeout(() => request.socket.destroy(), 100);
    return true;
  };
  const run = await world.run();
  expect(run.exitCode).toBe(0);
  expect(world.server.seen.map(({ range }) => range)).toContain("bytes=40000-");
  expect(sha256Of(readFileSync(join(world.folder, "cache/one/job-1.0.conda.tgz")))).toBe(sha256);
});

const executable = join(import.meta.dirname, "../../dist/bin/sync-artifacts");

test("the executable loads what it needs late without a word of Node's own", async (context) => {
  if (!existsSync(executable)) return context.skip("dist/bin is not built");
  const world = await artifactWorld();
  world.declare(`
caches: {s3: {type: s3, bucket: none, endpoint: "${world.server.url}"}}
default_caches: [s3]
artifacts: {x.tgz: {id: x.tgz, source: here}}
sources: {here: {type: file, path: ${JSON.stringify(world.served)}}}
`);
  world.serve("x.tgz");
  world.server.behave = (_seen, response) => {
    response.writeHead(400).end();
    return true;
  };
  const child = execFile(executable, {
    cwd: world.folder,
    env: {
      PATH: process.env["PATH"],
      ARTIFACT_FILES: "artifacts.yaml",
      SYNC_MODE: "status",
      AWS_ACCESS_KEY_ID: "key-of-the-test",
      AWS_SECRET_ACCESS_KEY: "secret-of-the-test",
    },
  });
  let said = "";
  child.stderr?.on("data", (text: string) => (said += text));
  await once(child, "close");
  expect(said).toContain("E_CACHE_REFUSED");
  expect(said).not.toContain("ExperimentalWarning");
});

test("H18 a folder whose disk is full is told as such, and keeps nothing of the file", async (context) => {
  const world = await artifactWorld();
  const cache = join(world.folder, "cache");
  mkdirSync(cache);
  const mount = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "slipway-test", cache]);
  if (mount.status !== 0) return context.skip("no file system can be mounted here");
  try {
    const { url } = world.serve("x.tgz", randomBytes(3_000_000));
    world.declare(`
caches: {full: {type: folder, path: cache}, roomy: {type: folder, path: roomy}}
default_caches: [full, roomy]
artifacts: {x.tgz: {id: "${url}", source: url}}
`);
    const run = await world.run();
    expect(run.stderr).toContain("E_CACHE_FULL");
    expect(run.exitCode).toBe(5);
    expect(readdirSync(cache)).toEqual([]);
    // The other cache has it all the same.
    expect(readdirSync(join(world.folder, "roomy"))).toContain("x.tgz");
  } finally {
    spawnSync("umount", [cache]);
  }
});

test("what a killed run left of the artifact a day ago is removed; what is young or another's stays", async () => {
  const world = await artifactWorld();
  const { url } = world.serve("x.tgz");
  world.declare(twoFolders(url));
  const place = join(world.folder, "cache/one");
  mkdirSync(place, { recursive: true });
  const old = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
  for (const [name, time] of [
    [".job-1.0.conda.tgz.0a1b2c3d.slipway-part", old],
    [".job-1.0.conda.tgz.4e5f6a7b.slipway-part", new Date()],
    [".other.tgz.0a1b2c3d.slipway-part", old],
  ] as const) {
    writeFileSync(join(place, name), "half");
    utimesSync(join(place, name), time, time);
  }
  expect((await world.run()).exitCode).toBe(0);
  expect(
    readdirSync(place)
      .filter((name) => name.endsWith("-part"))
      .toSorted(),
  ).toEqual([".job-1.0.conda.tgz.4e5f6a7b.slipway-part", ".other.tgz.0a1b2c3d.slipway-part"]);
});

test("memory stays flat for a file of any size", async () => {
  const world = await artifactWorld();
  const size = 200 * 1024 * 1024;
  const file = join(world.served, "large.tgz");
  writeFileSync(file, "");
  truncateSync(file, size);
  world.declare(`
caches: {one: {type: folder, path: one}}
default_caches: [one]
sources: {built: {type: file, path: ${JSON.stringify(world.served)}}}
artifacts: {large.tgz: {id: large.tgz, source: built}}
`);
  const { code, peakBytes } = await startStep("sync-artifacts", {
    cwd: world.folder,
    env: { ARTIFACT_FILES: "artifacts.yaml" },
  }).ended;
  expect(code).toBe(0);
  expect(statSync(join(world.folder, "one/large.tgz")).size).toBe(size);
  expect(peakBytes).toBeLessThan(150 * 1024 * 1024);
});
