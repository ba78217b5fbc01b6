import { type ArtifactReport, lookAtAll, syncError } from "../../src/artifacts/index.ts";
import { combineErrors, type Effect, type StepError } from "../../src/step/index.ts";
import type { SyncContext } from "./inputs.ts";
import { openAll, openMeans, readDeclared } from "./open.ts";
import { tellStates } from "./tell.ts";

/** Shows what each cache has. Reads no file, changes nothing. */
export async function showStatus(context: SyncContext): Promise<readonly Effect[]> {
  const { artifacts } = await readDeclared(context);
  const means = openMeans(context);
  const { reports, failure } = await lookAtAll(
    openAll(context, artifacts, means),
    means,
    context.inputs.SYNC_PARALLEL,
  );
  tellStates(context, reports);
  const problems = [failure, missingOf(reports)].filter((one) => one !== undefined);
  const [first, ...others] = problems;
  if (first !== undefined) context.fail(combineErrors([first, ...others]));
  return [];
}

/** Also what differs elsewhere, or could not be asked for elsewhere, may be missing in a cache. */
function missingOf(reports: readonly ArtifactReport[]): StepError | undefined {
  const missing = reports.flatMap(({ name, caches }) => {
    const titles = caches.filter(({ state }) => state === "missing").map(({ title }) => title);
    return titles.length === 0 ? [] : [`- ${name}: not in ${titles.join(", ")}`];
  });
  if (missing.length === 0) return undefined;
  return syncError(
    "E_ARTIFACT_MISSING",
    `${missing.length} of ${reports.length} artifacts are not in all their caches:\n${missing.join("\n")}`,
  );
}
