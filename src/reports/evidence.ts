import type { CoverageDifference } from "./baseline.ts";
import type { CoberturaFile } from "./cobertura/model.ts";
import type { Coverage } from "./coverage.ts";
import type { FoundFile, FoundFiles } from "./find-files.ts";
import type { Evidence } from "./gate.ts";
import type { JunitFile } from "./junit/model.ts";
import type { LintFinding } from "./lint/findings.ts";
import { unreadableLine } from "./show/words.ts";
import type { Totals } from "./totals.ts";
import { duration } from "./words.ts";

/** What was read, for the gates to look at. */
export interface Material {
  totals: Totals;
  junit: readonly JunitFile[];
  cobertura: readonly CoberturaFile[];
  found: readonly FoundFiles[];
  coverage: Coverage | undefined;
  difference: CoverageDifference | undefined;
  findings: readonly LintFinding[];
}

/** Everything a gate looks at, each matter in the words it is told with. */
export function gatherEvidence(
  wanted: {
    junit: readonly string[] | undefined;
    coverage: readonly string[] | undefined;
    jobStartedMs: number | undefined;
  },
  { totals, junit, cobertura, found, coverage, difference, findings }: Material,
): Evidence {
  return {
    wantsTests: wanted.junit !== undefined,
    wantsCoverage: wanted.coverage !== undefined,
    totals,
    missing: found.flatMap(({ missing }) => missing),
    unreadable: [...junit, ...cobertura].filter(({ readable }) => !readable).map(unreadableLine),
    emptyFiles: junit
      .filter((file) => file.readable && file.wellformed !== "empty" && file.counts.tests === 0)
      .map(({ path }) => path),
    blankFiles: [...junit, ...cobertura]
      .filter(({ readable, wellformed }) => readable && wellformed === "empty")
      .map(({ path }) => path),
    unmeasuredFiles: cobertura
      .filter((file) => file.readable && file.wellformed === "yes" && file.counts.lines_valid === 0)
      .map(({ path }) => path),
    stale: stalePaths(
      found.flatMap(({ files }) => files),
      wanted.jobStartedMs,
    ),
    mismatches: mismatchLines(junit),
    slowest: slowestLines(junit),
    coverage,
    difference,
    findings: findings.filter(({ level }) => level === "E" || level === "L"),
  };
}

function stalePaths(files: readonly FoundFile[], startedMs: number | undefined): string[] {
  if (startedMs === undefined || Number.isNaN(startedMs)) return [];
  // File systems keep times in steps, and clocks of runner and server differ a little.
  const slackMs = 2000;
  return files
    .filter(({ modifiedMs, refusal }) => refusal === undefined && modifiedMs < startedMs - slackMs)
    .map(({ path }) => path);
}

function mismatchLines(files: readonly JunitFile[]): string[] {
  return files.flatMap(({ path, mismatches, readable }) => {
    const crash = mismatches.find(
      ({ attribute, declared, found }) => attribute === "tests" && Number(declared) > found,
    );
    const shown = crash ?? mismatches[0];
    if (!readable || shown === undefined) return [];
    const more = mismatches.length > 1 ? `, and ${mismatches.length - 1} more numbers differ` : "";
    const why = crash === undefined ? "" : "; the run probably crashed";
    return [
      `${path}:${shown.line}: ${shown.suite} declares ${shown.attribute}="${shown.declared}", ${shown.found} are present${why}${more}`,
    ];
  });
}

function slowestLines(files: readonly JunitFile[]): string[] {
  return files
    .flatMap(({ slowest }) => slowest)
    .toSorted((one, other) => other.seconds - one.seconds)
    .slice(0, 20)
    .map(({ name, seconds }) => `${name} (${duration(seconds)})`);
}
