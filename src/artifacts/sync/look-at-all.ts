import { forEachBounded } from "../../gitlab/index.ts";
import type { StepError } from "../../step/errors.ts";
import type { Means } from "../transfer/means.ts";
import { observe, type OpenArtifact, refuseDifferent } from "./observe.ts";
import { type ArtifactReport, note, startReport } from "./report.ts";
import { type Failed, worstOf } from "./worst.ts";

/**
 * Looks at all artifacts and their caches without reading a file: what a cache vouches for is compared, what it does
 * not is only seen to be there.
 */
export async function lookAtAll(
  artifacts: readonly OpenArtifact[],
  { signal }: Means,
  parallel: number,
): Promise<{ reports: readonly ArtifactReport[]; failure: StepError | undefined }> {
  const looked = artifacts.map((one) => ({ one, report: startReport(one) }));
  const failures: Failed[] = [];
  await forEachBounded(looked, parallel, async ({ one, report }) => {
    try {
      const observed = await observe(one);
      note(report, observed);
      report.sha256 = observed.known.wanted.sha256 ?? observed.known.there[0]?.stored.sha256;
      refuseDifferent(one, observed.known);
      report.state = observed.known.absent.length === 0 ? "there" : "missing";
    } catch (error) {
      signal.throwIfAborted();
      failures.push({ name: one.artifact.name, error });
      report.state = "failed";
      report.error = error instanceof Error ? error.message : String(error);
    }
  });
  return {
    reports: looked.map(({ report }) => report),
    failure: worstOf(failures, artifacts.length),
  };
}
