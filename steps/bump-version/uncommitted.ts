import { makePrivateRepository, openCheckout, openGit, requireHead } from "../../src/git/index.ts";
import type { Effect } from "../../src/step/index.ts";
import { folderSource, planBump, requireOneVersion } from "../../src/version/index.ts";
import type { AutoQuestion } from "../shared/auto-version.ts";
import { readSurroundings } from "../shared/surroundings.ts";
import { editFiles, hookEffects, sweepEffects } from "./effects.ts";
import { readChangelog, readOperation, type BumpContext } from "./inputs.ts";
import { type Resolved, resolveOperation } from "./operation.ts";
import { tellDecision, tellPlan } from "./tell.ts";

/**
 * Edits the files of a folder as they are. There may be no git repository, and it is not looked for unless the commits
 * shall decide.
 */
export async function planUncommitted(
  context: BumpContext,
  folder: string,
): Promise<readonly Effect[]> {
  const around = readSurroundings(context);
  const source = folderSource(folder);
  const { operation, decision } = await resolveUncommitted(context, folder, { source, around });
  if (!tellDecision(context, decision) || operation === undefined) return [];
  const plan = await planBump({
    source,
    operation,
    around,
    changelog: readChangelog(context, around.now),
  });
  tellPlan(context, plan);
  if (plan.edits.length === 0) return [];
  const hooks = { folder, plan, isOver: () => Promise.resolve(false) };
  return [
    ...(await sweepEffects(folder, plan)),
    ...hookEffects(context, { ...hooks, stage: "setup" }),
    editFiles(folder, plan, plan.edits),
    ...hookEffects(context, { ...hooks, stage: "preCommit" }),
  ];
}

async function resolveUncommitted(
  context: BumpContext,
  folder: string,
  around: Pick<AutoQuestion, "source" | "around">,
): Promise<Resolved> {
  if (context.inputs.VERSION_BUMP !== "auto") {
    await requireOneVersion(around.source);
    return { operation: readOperation(context), decision: undefined };
  }
  const { environment, log, clock, signal } = context;
  const workFolder = await context.workFolder();
  const git = await openGit({ workFolder, environment, log, clock, signal });
  const checkout = await openCheckout(git, folder);
  const repository = await makePrivateRepository(git, checkout);
  return resolveOperation(context, {
    repository,
    checkout,
    base: requireHead(checkout),
    ...around,
  });
}
