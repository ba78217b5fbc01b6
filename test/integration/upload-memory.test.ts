import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startCommand } from "../support/step-process.ts";
import { startTinyRegistry } from "../support/tiny-registry.ts";

const mebibyte = 1024 ** 2;
/** The most that GitLab takes as it is delivered. */
const size = 5 * 1024 ** 3;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "upload-memory-"));
  // Sparse: it takes no room on the disk but is sent and hashed in full.
  writeFileSync(join(folder, "large.bin"), "");
  truncateSync(join(folder, "large.bin"), size);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a file of 5 GiB is uploaded within 150 MiB of memory, is read once, and tells how far it is", async (ctx) => {
  if (process.platform !== "linux") return ctx.skip("the peak of memory is read from /proc");
  const registry = await startTinyRegistry();
  const { ended } = startCommand("upload-package", {
    cwd: folder,
    env: {
      CI_API_V4_URL: registry.api,
      CI_PROJECT_ID: "7",
      CI_PROJECT_NAME: "demo",
      CI_JOB_TOKEN: "job-secret-1",
      PACKAGE_FILES: "large.bin",
      PACKAGE_VERSION: "1.0",
    },
  });
  const { code, stderr, stdout, peakBytes, readBytes } = await ended;
  await registry.close();
  process.stdout.write(
    `Peak resident set for ${size} bytes: ${Math.round(peakBytes / mebibyte)} MiB\n`,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(digestOfZeros(size));
  expect(stdout).toMatch(/Uploading large\.bin .*\b50 %/);
  expect(readBytes).toBeGreaterThan(size * 0.9);
  expect(readBytes).toBeLessThan(size * 1.1);
  expect(peakBytes).toBeGreaterThan(0);
  expect(peakBytes).toBeLessThan(150 * mebibyte);
});

function digestOfZeros(bytes: number): string {
  const hash = createHash("sha256");
  const zeros = Buffer.alloc(mebibyte);
  for (let left = bytes; left > 0; left -= zeros.length)
    hash.update(zeros.subarray(0, Math.min(left, zeros.length)));
  return hash.digest("hex");
}
