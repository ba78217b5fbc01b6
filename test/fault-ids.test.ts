import { readFileSync } from "node:fs";
import { join } from "node:path";
import { globSync } from "tinyglobby";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** Where the rows of GitLab's own dotenv parser are numbered alike and mean something else. */
const dotenv = "test/step/outputs/dotenv.test.ts";

/** Faults of HTTP and uploads, and of releases, merge requests and jobs. */
const ids = [
  ...Array.from({ length: 24 }, (_, index) => `H${String(index + 1).padStart(2, "0")}`),
  ...Array.from({ length: 17 }, (_, index) => `R${String(index + 1).padStart(2, "0")}`),
];

const titled = globSync("test/**/*.test.ts", { cwd: root, ignore: ["test/fault-ids.test.ts"] })
  .flatMap((file) => {
    const lines = readFileSync(join(root, file), "utf8").split("\n");
    return file === dotenv ? lines.filter((line) => !/\bH\d\d\b/.test(line)) : lines;
  })
  // The title of a test or of its row: a line with the id at the beginning or within a text.
  .filter((line) => /^\s*(?:test|describe|title:|\[?["'`]|\{ title:)/.test(line))
  .join("\n");

test("every fault of the tables has a test that is named after it", () => {
  const named = (id: string) => new RegExp(String.raw`["'\`][^"'\`\n]*\b${id}\b`).test(titled);
  expect(ids.filter((id) => !named(id))).toEqual([]);
  // No id that never was: the check itself can fail.
  expect(named("H99")).toBe(false);
});
