import type { Effect } from "../../src/step/index.ts";
import { folderSource, planBump } from "../../src/version/index.ts";
import { readSurroundings } from "../shared/surroundings.ts";
import { editFiles, hookEffects } from "./effects.ts";
import { readChangelog, readOperation, type BumpContext } from "./inputs.ts";
import { tellPlan } from "./tell.ts";

/** Edits the files of a folder as they are. There may be no git repository, and it is not looked for. */
export async function planUncommitted(
  context: BumpContext,
  folder: string,
): Promise<readonly Effect[]> {
  const around = readSurroundings(context);
  const plan = await planBump({
    source: folderSource(folder),
    operation: readOperation(context),
    around,
    changelog: readChangelog(context, around.now),
  });
  tellPlan(context, plan);
  if (plan.edits.length === 0) return [];
  const hooks = { folder, plan, isOver: false };
  return [
    ...hookEffects(context, { ...hooks, stage: "setup", edits: [] }),
    editFiles(folder, plan, plan.edits),
    ...hookEffects(context, { ...hooks, stage: "preCommit", edits: plan.edits }),
  ];
}
