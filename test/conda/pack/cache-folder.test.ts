import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { makeFolder } from "../../../src/conda/make-folder.ts";
import { openSegmentCache } from "../../../src/conda/pack/segment-cache.ts";
import { ownerName } from "../../../src/step/leftovers.ts";
import { silentLog } from "../../../src/step/log.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("half a segment that a killed run left in the cache goes with the next trim", async () => {
  const folder = await temporaryFolder();
  const [machine = ""] = (await ownerName()).split("-");
  mkdirSync(join(folder, "ab"));
  const half = `abcd.segment.${machine}-${spawnSync("true").pid}-00000000.part`;
  for (const name of ["abcd.segment", half]) writeFileSync(join(folder, "ab", name), "x");
  await (await openSegmentCache(folder, silentLog)).trim(1000);
  expect(readdirSync(join(folder, "ab"))).toStrictEqual(["abcd.segment"]);
});

test("a folder where none can be made is an error, not an endless attempt", async () => {
  await expect(makeFolder("/proc/slipway/cache")).rejects.toThrow("ENOENT");
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  await expect(makeFolder(join(folder, "file/cache"))).rejects.toThrow("ENOTDIR");
  await makeFolder(join(folder, "a/b/c"));
  await makeFolder(join(folder, "a/b/c"));
  expect(readdirSync(join(folder, "a/b"))).toStrictEqual(["c"]);
});
