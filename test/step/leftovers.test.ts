import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";

import { ownerName, sweepLeftovers } from "../../src/step/leftovers.ts";
import { runStep } from "../../src/step/index.ts";
import { stepWith, temporaryFolder } from "./support/steps.ts";

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

test("the work folder of a run that was killed goes with the next run that needs one", async () => {
  const cwd = await temporaryFolder();
  const [machine = ""] = (await ownerName()).split("-");
  mkdirSync(join(cwd, `slipway-${machine}-${goneProcess()}-00000000/env/deep`), {
    recursive: true,
  });
  mkdirSync(join(cwd, "slipway-of-somebody-else"));
  let seen: string[] = [];
  const step = stepWith({
    inputs: {},
    outputs: {},
    plan: async ({ workFolder }) => {
      seen = [basename(await workFolder()), ...readdirSync(cwd)];
      return [];
    },
  });
  const env = { TMPDIR: cwd, SLIPWAY_REPORT_DIR: "report" };
  expect((await runStep(step, { env, cwd })).exitCode).toBe(0);
  expect(seen.toSorted()).toEqual(
    [seen[0], seen[0], "report", "slipway-of-somebody-else"].toSorted(),
  );
  expect(readdirSync(cwd).toSorted()).toEqual(["report", "slipway-of-somebody-else"]);
});
