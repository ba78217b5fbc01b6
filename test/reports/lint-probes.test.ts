import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readCobertura } from "../../src/reports/cobertura/read.ts";
import { readJunit } from "../../src/reports/junit/read.ts";
import { corpus, corpusMissing } from "./shared-data.ts";

interface Probe {
  id: string;
  format: string;
  rule: string | null;
  xml?: string;
  xml_base64?: string;
  project?: string;
  tree?: string[];
  reader: {
    error?: string;
    total?: number;
    success?: number;
    failed?: number;
    skipped?: number;
    note?: string;
  };
}

const folder = mkdtempSync(join(tmpdir(), "probes-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the probes are here", (context) => {
  if (corpusMissing !== undefined) context.skip(corpusMissing);
  expect([...probes("junit"), ...probes("cobertura")].length).toBeGreaterThan(100);
});

describe.skipIf(corpusMissing !== undefined)(
  "every probe of a JUnit rule gives its rule first",
  () => {
    test.each(probes("junit"))("$id: $rule", async (probe) => {
      const file = write(probe);
      const report = await readJunit(file, `${probe.id}.xml`, {
        retention: { failed: 10, skipped: 10 },
      });
      const [first] = report.findings;
      if (probe.rule === null) {
        expect(report.findings.filter(({ level }) => level === "E" || level === "L")).toEqual([]);
      } else {
        expect(first?.rule).toBe(probe.rule);
      }
    });
  },
);

describe.skipIf(corpusMissing !== undefined)(
  "every probe of a coverage rule gives its rule first",
  () => {
    test.each(probes("cobertura"))("$id: $rule", async (probe) => {
      const file = write(probe);
      const repository = { project: probe.project ?? "", tree: new Set(probe.tree) };
      const report = await readCobertura(file, `${probe.id}.xml`, { repository });
      if (probe.rule === null) {
        expect(report.findings.filter(({ level }) => level === "E" || level === "L")).toEqual([]);
      } else {
        expect(report.findings[0]?.rule).toBe(probe.rule);
      }
    });
  },
);

function probes(format: string): Probe[] {
  if (corpusMissing !== undefined) return [];
  const lines = readFileSync(join(corpus, "lint-probes.jsonl"), "utf8").trimEnd().split("\n");
  return lines.map((line): Probe => JSON.parse(line)).filter((probe) => probe.format === format);
}

function write(probe: Probe): string {
  const file = join(folder, `${probe.id}.xml`);
  writeFileSync(file, probe.xml ?? Buffer.from(probe.xml_base64 ?? "", "base64"));
  return file;
}
