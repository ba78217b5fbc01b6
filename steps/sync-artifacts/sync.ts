import { type ArtifactReport, syncEffect } from "../../src/artifacts/index.ts";
import type { Effect } from "../../src/step/index.ts";
import type { SyncContext } from "./inputs.ts";
import { openAll, openMeans, readDeclared } from "./open.ts";
import { tellStates } from "./tell.ts";

/** Brings everything into its caches, and tells how each artifact stands, also when some failed. */
export async function planSync(context: SyncContext): Promise<readonly Effect[]> {
  const { artifacts } = await readDeclared(context);
  if (artifacts.length === 0) return [];
  const { inputs, dryRun } = context;
  const means = openMeans(context);
  const reports: ArtifactReport[] = [];
  const plan = {
    artifacts: openAll(context, artifacts, means),
    means,
    parallel: inputs.SYNC_PARALLEL,
    dryRun,
  };
  const effect = syncEffect(plan, reports);
  const tell = (): void => tellStates(context, reports);
  return [
    {
      ...effect,
      async isDone() {
        try {
          const done = await effect.isDone();
          // What is left to do is told when it is done.
          if (done !== false || dryRun) tell();
          return done;
        } catch (error) {
          tell();
          throw error;
        }
      },
      verify: () => effect.verify().finally(tell),
    },
  ];
}
