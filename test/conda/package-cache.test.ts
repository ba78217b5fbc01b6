import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openPackageCache } from "../../src/conda/packages/package-cache.ts";

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-cache-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A home in which nobody can make a folder, as / is for an unknown user in a container. */
async function noHome(): Promise<string> {
  const file = join(await temporaryFolder(), "home");
  await writeFile(file, "");
  return file;
}

test("a user without a home that can be written to keeps packages for this run", async () => {
  const passing = join(await temporaryFolder(), "env.packages");
  const cache = await openPackageCache([], { HOME: await noHome() }, passing);
  expect(cache.folder).toBe(passing);
  expect((await stat(passing)).isDirectory()).toBe(true);
});

test("the user's own cache comes first", async () => {
  const home = await temporaryFolder();
  const cache = await openPackageCache([], { HOME: home }, join(home, "passing"));
  expect(cache.folder).toBe(join(home, ".cache/slipway/conda"));
});

test("a folder that somebody named and that cannot be written to is an error", async () => {
  const [home, passing] = [await noHome(), join(await temporaryFolder(), "passing")];
  const named = join(home, "packages");
  await expect(openPackageCache([named], { HOME: home }, passing)).rejects.toMatchObject({
    code: "E_CONDA_CACHE",
  });
});
