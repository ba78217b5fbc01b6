import type { FoundFile } from "./find-files.ts";
import { holds } from "./junit/key-summary.ts";
import type { JunitFile } from "./junit/model.ts";
import { namesOfKeys } from "./junit/repeats.ts";
import type { LintFinding } from "./lint/findings.ts";
import { FindingList } from "./lint/findings.ts";
import { count } from "./words.ts";

/** GitLab's limit for the reports of a job together, uncompressed. */
const mostJobBytes = 100 * 1024 * 1024;
/** Above it GitLab leaves the history of failures out. */
const mostFailedWithHistory = 200;
const mostNamed = 100;

/** What concerns the reports of the job together: GitLab reads them all into one suite. */
export async function lintJob(
  files: readonly JunitFile[],
  found: readonly FoundFile[],
): Promise<LintFinding[]> {
  const findings = new FindingList();
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > mostJobBytes)
    findings.add(
      "GJ05",
      0,
      0,
      () => `${(bytes / 1024 / 1024).toFixed(1)} MiB in ${count(files.length, "file")}`,
    );
  const failed = files.reduce((sum, { counts }) => sum + counts.failures + counts.errors, 0);
  if (failed > mostFailedWithHistory) findings.add("GJ50", 0, 0, () => `${failed} failed tests`);
  await lintAcrossFiles(files, found, findings);
  return findings.sorted();
}

/** Keys that several files hold (GJ22). Only then are these files read again, for the names. */
async function lintAcrossFiles(
  files: readonly JunitFile[],
  found: readonly FoundFile[],
  findings: FindingList,
): Promise<void> {
  const shared = sharedHashes(files);
  if (shared.length === 0) return;
  const wanted = shared.subarray(0, mostNamed);
  const holders = new Map<string, string[]>();
  const places = new Map(found.map(({ path, file }) => [path, file]));
  for (const report of files) {
    const file = places.get(report.path);
    if (file === undefined || !report.gitlabKeys.some((hash) => holds(wanted, hash))) continue;
    for (const name of await namesOfKeys(file, wanted))
      holders.set(name, [...(holders.get(name) ?? []), report.path]);
  }
  for (const [name, paths] of holders) {
    if (paths.length < 2) continue;
    const more = paths.length > 3 ? ` and ${paths.length - 3} more` : "";
    findings.add("GJ22", 0, 0, () => `${name} is in ${paths.slice(0, 3).join(", ")}${more}`);
  }
  const unnamed = shared.length - wanted.length;
  if (unnamed > 0) findings.add("GJ22", 0, 0, () => `${unnamed} more names are in several files`);
}

/** Hashes that more than one file holds, sorted. Each file holds each of its own once. */
function sharedHashes(files: readonly JunitFile[]): Float64Array {
  const parts = files.map(({ gitlabKeys }) => gitlabKeys).filter(({ length }) => length > 0);
  if (parts.length < 2) return new Float64Array();
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  const sorted = all.toSorted();
  const shared = new Set<number>();
  for (let index = 1; index < sorted.length; index += 1)
    if (sorted[index] === sorted[index - 1]) shared.add(sorted[index] ?? 0);
  return Float64Array.from(shared);
}
