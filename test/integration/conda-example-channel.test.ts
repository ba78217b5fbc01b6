import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeExampleChannel, type ExampleChannel } from "../../src/conda/index.ts";
import { fieldsIn, isFields, numberIn, parseFields, textIn } from "../../src/conda/json-fields.ts";
import { silentLog } from "../../src/step/log.ts";

let folder: string;
let channel: ExampleChannel;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-channel-"));
  channel = await make();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("every package of the repodata is there with its size and digest", async () => {
  const seen: string[] = [];
  for (const subdir of await readdir(channel.folder)) {
    const text = await readFile(join(channel.folder, subdir, "repodata.json"), "utf8");
    for (const section of ["packages", "packages.conda"]) {
      for (const [name, record] of Object.entries(fieldsIn(parseFields(text) ?? {}, section))) {
        const bytes = await readFile(join(channel.folder, subdir, name));
        const fields = isFields(record) ? record : {};
        expect(createHash("sha256").update(bytes).digest("hex")).toBe(textIn(fields, "sha256"));
        expect(bytes.length).toBe(numberIn(fields, "size"));
        seen.push(name.replace(/-[^-]+-[^-]+$/, ""));
      }
    }
  }
  expect(seen.toSorted()).toEqual(channel.packages);
  expect(channel.packages).toEqual(expect.arrayContaining(["pip", "python", "tzdata"]));
});

test("a channel that was made before is taken as it is", async () => {
  expect(await make()).toEqual(channel);
});

test("two processes that make it at once end with the same whole channel and leave nothing else", async () => {
  const cache = await mkdtemp(join(folder, "twice-"));
  const both = await Promise.all([make(cache), make(cache)]);
  expect(both[0]).toEqual(both[1]);
  expect(await readdir(cache)).toHaveLength(1);
  // The same machine makes the same bytes.
  const index = (made: ExampleChannel) => readFile(join(made.folder, "noarch/repodata.json"));
  expect(await index(both[0])).toEqual(await index(channel));
});

test("a machine without python3 is told so", async () => {
  const making = makeExampleChannel({ env: { PATH: folder }, log: silentLog, cache: folder });
  await expect(making).rejects.toMatchObject({
    code: "E_EXAMPLE_PYTHON",
    message: "There is no python3 on PATH.",
  });
});

function make(cache = folder): Promise<ExampleChannel> {
  return makeExampleChannel({ env: process.env, log: silentLog, cache });
}
