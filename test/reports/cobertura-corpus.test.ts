import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readCobertura } from "../../src/reports/cobertura/read.ts";
import { corpus, corpusMissing, readTable } from "./shared-data.ts";

const counted = [
  "packages",
  "classes",
  "files",
  "lines_valid",
  "lines_covered",
  "branches_valid",
  "branches_covered",
  "sources",
] as const;

describe("every coverage report of the corpus has the counts of the oracle", () => {
  test("the corpus is here", (context) => {
    if (corpusMissing !== undefined) context.skip(corpusMissing);
    expect(readTable("cobertura.tsv").length).toBeGreaterThan(50);
  });

  test.each(readTable("cobertura.tsv").map((row) => ({ path: row.get("path") ?? "", row })))(
    "$path",
    async ({ path, row }) => {
      const report = await readCobertura(join(corpus, path), path);
      expect(report.wellformed).toBe(row.get("wellformed"));
      for (const name of counted)
        expect(`${name} ${report.counts[name]}`).toBe(`${name} ${row.get(name)}`);
      expect(report.counts.line_rate?.toFixed(4) ?? "").toBe(row.get("line_rate"));
      expect(report.attributes).toEqual({
        line_rate: row.get("attr_line_rate"),
        lines: row.get("attr_lines"),
        branches: row.get("attr_branches"),
      });
      expect(report.agrees).toBe(row.get("agrees"));
      expect(report.gitlab_error).toBe(row.get("gitlab_error"));
      if (report.gitlab_error !== "") return;
      for (const name of ["gitlab_files", "gitlab_lines", "gitlab_covered"] as const)
        expect(`${name} ${report.counts[name]}`).toBe(`${name} ${row.get(name)}`);
    },
  );
});
