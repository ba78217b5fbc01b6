import { open } from "node:fs/promises";
import {
  compareCoverage,
  compareTests,
  type Comparison,
  type CoverageDifference,
} from "./baseline.ts";
import { type Coverage, mergeCoverage, type Places } from "./coverage.ts";
import { findFiles, type FoundFile } from "./find-files.ts";
import type { Objection } from "./gate.ts";
import type { JunitFile } from "./junit/model.ts";
import { readCoberturaFiles, readJunitFiles, type ReadSettings } from "./read-reports.ts";
import { unreadableLine } from "./show/words.ts";

/** How this run differs from the earlier one. */
export interface Baseline {
  comparison: Comparison | undefined;
  difference: CoverageDifference | undefined;
  objections: Objection[];
}

interface BaselineSettings {
  cwd: string;
  reportFolder: string;
  junit: readonly string[] | undefined;
  baseline: readonly string[] | undefined;
}

/** A baseline that is not there or not readable is told and stops nothing: the first run has none. */
export async function compareWithBaseline(
  settings: BaselineSettings,
  reading: ReadSettings,
  now: {
    junit: readonly JunitFile[];
    found: readonly FoundFile[];
    coverage: Coverage | undefined;
    places: Places;
  },
): Promise<Baseline> {
  const nothing: Baseline = { comparison: undefined, difference: undefined, objections: [] };
  if (settings.baseline === undefined) return nothing;
  const { files, missing } = await findFiles(
    settings.baseline,
    settings.cwd,
    settings.reportFolder,
  );
  const objections = missing.map(({ pattern }): Objection => ({
    gate: "BASELINE_REPORTS",
    reaction: "warn",
    sentence: `no file matches ${pattern}`,
  }));
  const kinds = await Promise.all(
    files.map(async (file) => ({ file, isCoverage: await isCobertura(file) })),
  );
  const found = kinds.filter(({ isCoverage }) => !isCoverage).map(({ file }) => file);
  const foundCoverage = kinds.filter(({ isCoverage }) => isCoverage).map(({ file }) => file);
  const junit = await readJunitFiles(found, reading);
  const cobertura = await readCoberturaFiles(foundCoverage, undefined, reading);
  for (const report of [...junit, ...cobertura])
    if (!report.readable)
      objections.push({
        gate: "BASELINE_REPORTS",
        reaction: "warn",
        sentence: unreadableLine(report),
      });
  const before = mergeCoverage(cobertura, now.places);
  return {
    comparison:
      found.length === 0 || settings.junit === undefined
        ? undefined
        : await compareTests({ files: junit, found }, { files: now.junit, found: now.found }),
    difference: now.coverage === undefined ? undefined : compareCoverage(before, now.coverage),
    objections,
  };
}

async function isCobertura({ file }: FoundFile): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    return /<(?:\w+:)?coverage[\s>]/.test(buffer.toString("latin1", 0, bytesRead));
  } finally {
    await handle.close();
  }
}
