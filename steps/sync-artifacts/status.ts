import { lookAtAll, syncError } from "../../src/artifacts/index.ts";
import type { Effect } from "../../src/step/index.ts";
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
  if (failure !== undefined) context.fail(failure);
  const missing = reports.filter(({ state }) => state === "missing");
  if (missing.length > 0)
    context.fail(
      syncError(
        "E_ARTIFACT_MISSING",
        `${missing.length} of ${reports.length} artifacts are not in all their caches:\n${missing
          .map(
            ({ name, caches }) =>
              `- ${name}: not in ${caches
                .filter(({ state }) => state === "missing")
                .map(({ title }) => title)
                .join(", ")}`,
          )
          .join("\n")}`,
      ),
    );
  return [];
}
