import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writeGiantText, writeLargeReport } from "../support/large-reports.ts";

const folder = mkdtempSync(join(tmpdir(), "large-"));
afterAll(() => rmSync(folder, { recursive: true }));
const reader = resolve(import.meta.dirname, "../support/read-report.ts");

interface Read {
  tests: number;
  failures: number;
  dup_keys: number;
  findings: number;
  text: number;
  maxRssMb: number;
}

function read(file: string, ...options: string[]): Read {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...options, reader, file], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the reader ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

test("a million cases in 190 MB are read in 150 MB of memory, with their duplicates", () => {
  const file = join(folder, "million.xml");
  expect(writeLargeReport(file, { cases: 1_000_000, repeatEvery: 1000 })).toBeGreaterThan(
    170_000_000,
  );
  const { maxRssMb, ...counts } = read(file);
  expect(counts).toMatchObject({
    tests: 1_000_000,
    failures: 12_049,
    dup_keys: 1000,
    // Where the repeated case failed, the outcomes differ, and that is another rule.
    findings: 976,
  });
  expect(maxRssMb).toBeLessThan(150);
  expect(read(file, "--max-old-space-size=128").tests).toBe(1_000_000);
});

test("S10 400 MB of text in one element are read in the memory of an ordinary file, its two ends kept", () => {
  const file = join(folder, "giant.xml");
  expect(writeGiantText(file, 400_000_000)).toBeGreaterThan(400_000_000);
  const { maxRssMb, ...counts } = read(file);
  expect(counts).toMatchObject({ tests: 1, failures: 1 });
  expect(counts.text).toBeGreaterThan(60_000);
  expect(counts.text).toBeLessThan(70_000);
  expect(maxRssMb).toBeLessThan(120);
});

test("an ordinary file of 30 MB needs less than 120 MB", () => {
  const file = join(folder, "ordinary.xml");
  writeLargeReport(file, { cases: 3000, output: "a line of output\n".repeat(600) });
  const { maxRssMb, tests } = read(file);
  expect(tests).toBe(3000);
  expect(maxRssMb).toBeLessThan(120);
});
