import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readJunit } from "../../src/reports/junit/read.ts";
import { corpus, corpusMissing, readTable, type Row } from "./shared-data.ts";

const counted = [
  "suites",
  "tests",
  "passed",
  "failures",
  "errors",
  "skipped",
  "flaky",
  "rerun",
  "suite_problems",
  "dup_keys",
  "no_classname",
  "bad_times",
] as const;

const shown = [
  "gitlab_error",
  "gitlab_total",
  "gitlab_success",
  "gitlab_failed",
  "gitlab_errored",
  "gitlab_skipped",
  "gitlab_lost",
  "gitlab_raw",
] as const;

describe("every report of the corpus has the counts of the oracle", () => {
  test("the corpus is here", (context) => {
    if (corpusMissing !== undefined) context.skip(corpusMissing);
    expect(readTable("junit.tsv").length).toBeGreaterThan(100);
  });

  test.each(readTable("junit.tsv").map((row) => ({ path: row.get("path") ?? "", row })))(
    "$path",
    async ({ path, row }) => {
      const report = await readJunit(join(corpus, path), path, {
        retention: { failed: 1000, skipped: 1000 },
      });
      expect(report.wellformed).toBe(row.get("wellformed"));
      expect(pick(report.gitlab, shown)).toEqual(wanted(row, shown));
      if (report.wellformed === "no") {
        expect(report.readable).toBe(false);
        expect(String(report.error?.casesBefore)).toBe(row.get("cases_before_error"));
        return;
      }
      expect(pick(report.counts, counted)).toEqual(wanted(row, counted));
      expect(report.root).toBe(row.get("root"));
      expect(report.counts.time.toFixed(3)).toBe(row.get("time"));
      expect(report.declared).toBe(row.get("declared"));
    },
  );
});

function pick(counts: object, names: readonly string[]): Map<string, string> {
  const facts = new Map(Object.entries(counts));
  return new Map(names.map((name) => [name, String(facts.get(name))]));
}

function wanted(row: Row, names: readonly string[]): Map<string, string> {
  return new Map(names.map((name) => [name, row.get(name) ?? ""]));
}
