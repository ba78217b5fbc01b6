import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { makeFolder } from "../../../src/conda/make-folder.ts";
import { ownerName, sweepLeftovers } from "../../../src/conda/pack/leftovers.ts";
import { openSegmentCache } from "../../../src/conda/pack/segment-cache.ts";
import { silentLog } from "../../../src/step/log.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** The number of a process that has been, and is no more. */
function goneProcess(): number {
  return spawnSync("true").pid;
}

test("what a killed run left is removed, what others work on stays", async () => {
  const folder = await temporaryFolder();
  const mine = await ownerName();
  const [machine = ""] = mine.split("-");
  const left = `${machine}-${goneProcess()}-00000000`;
  const stay = [
    `x.tgz.${mine}.part`,
    `x.tgz.0badcafe-1-00000000.part`,
    `y.tgz.${left}.part`,
    "x.tgz.part",
    "x.tgz",
  ];
  for (const name of [...stay, `x.tgz.${left}.part`]) writeFileSync(join(folder, name), "");
  mkdirSync(join(folder, `x.tgz.${left}.part.old/deep`), { recursive: true });
  await sweepLeftovers(folder, "x.tgz.");
  expect(readdirSync(folder).toSorted()).toStrictEqual(stay.toSorted());
});

test("what another machine left is removed after a day", async () => {
  const folder = await temporaryFolder();
  const place = join(folder, "x.tgz.0badcafe-1-00000000.part");
  writeFileSync(place, "");
  const yesterday = new Date(Date.now() - 25 * 3600 * 1000);
  utimesSync(place, yesterday, yesterday);
  await sweepLeftovers(folder, "x.tgz.");
  expect(readdirSync(folder)).toStrictEqual([]);
});

test("half a segment that a killed run left in the cache goes with the next trim", async () => {
  const folder = await temporaryFolder();
  const [machine = ""] = (await ownerName()).split("-");
  mkdirSync(join(folder, "ab"));
  const half = `abcd.segment.${machine}-${goneProcess()}-00000000.part`;
  for (const name of ["abcd.segment", half]) writeFileSync(join(folder, "ab", name), "x");
  await openSegmentCache(folder, silentLog).trim(1000);
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
