import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { compareWithBaseline } from "./compare-baseline.ts";
import { lintJobKeywords } from "./ci-config.ts";
import type { CoberturaFile } from "./cobertura/model.ts";
import type { Repository } from "./cobertura/source-names.ts";
import { mergeCoverage, type Places } from "./coverage.ts";
import { reportError } from "./errors.ts";
import { findFiles, type FoundFile, type FoundFiles, mostFiles } from "./find-files.ts";
import { gatherEvidence } from "./evidence.ts";
import { judge, type Limits } from "./gate.ts";
import { lintJob } from "./job-lint.ts";
import { locationOf } from "./junit/location.ts";
import { type MergedRetry, mergeRetries } from "./junit/merge-retries.ts";
import type { JunitFile } from "./junit/model.ts";
import { compareFindings, FindingList } from "./lint/findings.ts";
import type { LintRuleId } from "./lint/rules.ts";
import { percentText } from "./percent.ts";
import { readCoberturaFiles, readJunitFiles, type ReadSettings } from "./read-reports.ts";
import { placesFor, repositoryPath } from "./repository-paths.ts";
import type { ShownCase, ShownFinding, View } from "./show/view.ts";
import { sumUp } from "./totals.ts";
import { findTwins } from "./twins.ts";

/** What is to be read, and how it is judged. */
export interface CheckSettings {
  cwd: string;
  reportFolder: string;
  /** Patterns; `undefined` where that kind of report is not wanted. */
  junit: readonly string[] | undefined;
  coverage: readonly string[] | undefined;
  baseline: readonly string[] | undefined;
  limits: Limits;
  mergeRetries: boolean;
  /** Rules that do not count. */
  ignored: ReadonlySet<LintRuleId>;
  /** Tracked files, or why they are not known. */
  repository: Repository | string;
  stripPrefix: string;
  pathPrefix: string;
  maxBytes: number;
  /** When the job began, in milliseconds of the epoch. */
  jobStartedMs: number | undefined;
  job: string | undefined;
  signal: AbortSignal;
  onRead?: (bytes: number) => void;
}

export interface Checked {
  view: View;
  /** The JUnit files, for repairs. */
  found: readonly FoundFile[];
}

/**
 * Reads all reports and looks at every gate. It changes nothing, and ends only for what is no matter of a report.
 *
 * @throws {StepError} E_REPORTS_TOO_MANY
 */
export async function checkReports(settings: CheckSettings): Promise<Checked> {
  const { cwd, signal, limits } = settings;
  const repository = typeof settings.repository === "string" ? undefined : settings.repository;
  const places = placesFor({ ...settings, repository });
  const reading: ReadSettings = {
    signal,
    maxBytes: settings.maxBytes,
    maxTestSeconds: limits.maxTestSeconds,
    keepTests: settings.baseline !== undefined,
    ...(settings.onRead === undefined ? {} : { onRead: settings.onRead }),
  };
  const foundJunit = await find(settings.junit, settings);
  const foundCoverage = await find(settings.coverage, settings);
  const read = await readJunitFiles(foundJunit.files, reading);
  const cobertura = await readCoberturaFiles(foundCoverage.files, repository, reading);
  const { junit, merged } = await maybeMerge(read, foundJunit.files, settings);
  const coverage = settings.coverage === undefined ? undefined : mergeCoverage(cobertura, places);
  const baseline = await compareWithBaseline(settings, reading, {
    junit,
    found: foundJunit.files,
    coverage,
    places,
  });
  const findings = await findingsOf(settings, { junit, cobertura, found: foundJunit.files });
  const totals = sumUp(junit);
  const evidence = gatherEvidence(settings, {
    totals,
    junit,
    cobertura,
    found: [foundJunit, foundCoverage],
    coverage,
    difference: baseline.difference,
    findings: findings.map(({ finding }) => finding),
  });
  const shown = shownCases(junit, places);
  const view: View = {
    totals,
    junit,
    cobertura,
    failed: shown.filter(({ detail }) => detail.outcome !== "passed"),
    flaky: shown.filter(({ detail }) => detail.outcome === "passed"),
    objections: [...judge(evidence, limits), ...baseline.objections],
    findings,
    remarks: remarksOf(settings, cobertura),
    coverage,
    comparison: baseline.comparison,
    difference: baseline.difference,
    merged,
    twins: await findTwins(foundJunit.files, read),
    wantsTests: settings.junit !== undefined,
  };
  signal.throwIfAborted();
  return { view, found: foundJunit.files };

  async function find(
    patterns: readonly string[] | undefined,
    { reportFolder }: CheckSettings,
  ): Promise<FoundFiles> {
    if (patterns === undefined) return { files: [], missing: [] };
    const found = await findFiles(patterns, cwd, reportFolder);
    if (found.files.length >= mostFiles)
      throw reportError(
        "E_REPORTS_TOO_MANY",
        `${patterns.join(", ")} match ${mostFiles} files or more.`,
      );
    return found;
  }
}

async function maybeMerge(
  read: readonly JunitFile[],
  found: readonly FoundFile[],
  settings: CheckSettings,
): Promise<{ junit: JunitFile[]; merged: MergedRetry[] }> {
  if (!settings.mergeRetries) return { junit: [...read], merged: [] };
  const files = new Map(found.map(({ path, file }) => [path, file]));
  const junit: JunitFile[] = [];
  const merged: MergedRetry[] = [];
  for (const report of read) {
    const file = files.get(report.path) ?? "";
    const result = await mergeRetries(report, file, { signal: settings.signal });
    junit.push(result.file);
    merged.push(...result.merged);
  }
  return { junit, merged };
}

async function findingsOf(
  settings: CheckSettings,
  {
    junit,
    cobertura,
    found,
  }: { junit: JunitFile[]; cobertura: CoberturaFile[]; found: FoundFile[] },
): Promise<ShownFinding[]> {
  for (const report of junit) lintAttachments(report, settings.cwd);
  const job = [
    ...(await lintJob(junit, found)),
    ...(await lintJobKeywords(settings.cwd, settings.job, settings.coverage !== undefined)),
  ];
  const all: ShownFinding[] = [
    ...job.map((finding) => ({ path: "", finding })),
    ...[...junit, ...cobertura].flatMap(({ path, findings }) =>
      findings.map((finding) => ({ path, finding })),
    ),
  ];
  return all
    .filter(({ finding }) => !settings.ignored.has(finding.rule))
    .toSorted((one, other) => compareFindings(one.finding, other.finding));
}

/** Attachments that are not there (GJ45); that they are in `artifacts:paths` cannot be seen from here. */
function lintAttachments(report: JunitFile, cwd: string): void {
  const missing = new FindingList();
  for (const { attachments, reportLine, reportColumn } of report.cases) {
    const [first] = attachments;
    if (first === undefined || existsSync(resolve(cwd, first))) continue;
    missing.add("GJ45", reportLine, reportColumn, () => `attachment ${first} is not there`);
  }
  report.findings.push(...missing.sorted());
}

function shownCases(files: readonly JunitFile[], places: Places): ShownCase[] {
  const known = new Map<string, string | undefined>();
  const toRepository = (path: string): string | undefined => {
    if (!known.has(path)) known.set(path, repositoryPath(path, places));
    return known.get(path);
  };
  return files.flatMap(({ path, cases }) =>
    cases.map((detail) => ({ report: path, detail, location: locationOf(detail, toRepository) })),
  );
}

function remarksOf(
  { repository, coverage }: CheckSettings,
  cobertura: readonly CoberturaFile[],
): string[] {
  const remarks: string[] = [];
  if (coverage !== undefined && typeof repository === "string")
    remarks.push(
      `Not checked: whether GitLab finds the files of the coverage reports (GC10 to GC16), because ${repository}.`,
    );
  for (const { path, agrees, attributes, counts } of cobertura) {
    if (agrees !== "no") continue;
    const lines = percentText({ covered: counts.lines_covered, valid: counts.lines_valid });
    remarks.push(
      `${path} says line-rate="${attributes.line_rate}", but ${lines}% of the lines in it are covered. The lines count.`,
    );
  }
  return remarks;
}
