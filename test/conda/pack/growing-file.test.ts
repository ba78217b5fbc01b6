import { createHash } from "node:crypto";
import { appendFileSync, closeSync, openSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { GrowingFile } from "../../../src/conda/pack/compress/growing-file.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function openFile() {
  const file = join(await temporaryFolder(), "file");
  appendFileSync(file, "one");
  return { file, descriptor: openSync(file, "r") };
}

test("a file that grows has the hash of all of it, and of each length on the way", async () => {
  const { file, descriptor } = await openFile();
  const growing = new GrowingFile();
  const sha256Of = (text: string) => createHash("sha256").update(text).digest("hex");
  expect(growing.hash(descriptor, 2)).toBe(sha256Of("on"));
  expect(growing.hash(descriptor, 3)).toBe(sha256Of("one"));
  appendFileSync(file, "two");
  expect(growing.hash(descriptor, 6)).toBe(sha256Of("onetwo"));
  closeSync(descriptor);
});

test("a file that somebody cuts short has no hash, and not that of its rest", async () => {
  const { file, descriptor } = await openFile();
  const growing = new GrowingFile();
  growing.hash(descriptor, 1);
  truncateSync(file, 2);
  expect(() => growing.hash(descriptor, 3)).toThrow("The pack was cut short");
  closeSync(descriptor);
});
