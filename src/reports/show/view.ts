import type { Comparison, CoverageDifference } from "../baseline.ts";
import type { CoberturaFile } from "../cobertura/model.ts";
import type { Coverage } from "../coverage.ts";
import type { Objection } from "../gate.ts";
import type { Location } from "../junit/location.ts";
import type { MergedRetry } from "../junit/merge-retries.ts";
import type { CaseDetail, JunitFile } from "../junit/model.ts";
import type { LintFinding } from "../lint/findings.ts";
import type { Totals } from "../totals.ts";

/** A test case to be shown, with the file it came from and where it stands. */
export interface ShownCase {
  report: string;
  detail: CaseDetail;
  location: Location | undefined;
}

/** A finding with the file it is about; empty for the job as a whole. */
export interface ShownFinding {
  path: string;
  finding: LintFinding;
}

/** Everything that is known after reading and judging: the one source of log, pages, note and data. */
export interface View {
  totals: Totals;
  junit: readonly JunitFile[];
  cobertura: readonly CoberturaFile[];
  failed: readonly ShownCase[];
  flaky: readonly ShownCase[];
  objections: readonly Objection[];
  findings: readonly ShownFinding[];
  /** What could not be checked, and other remarks, each a sentence. */
  remarks: readonly string[];
  coverage: Coverage | undefined;
  comparison: Comparison | undefined;
  difference: CoverageDifference | undefined;
  merged: readonly MergedRetry[];
  /** Two files with the same bytes. */
  twins: readonly (readonly [string, string])[];
  wantsTests: boolean;
}
