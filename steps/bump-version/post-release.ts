import { requireRefNames } from "../../src/git/index.ts";
import { StepError } from "../../src/step/index.ts";
import {
  overlaySource,
  planBump,
  Problems,
  tagName,
  type BumpPlan,
  type BumpRequest,
} from "../../src/version/index.ts";
import type { BumpContext } from "./inputs.ts";

/**
 * Tries what tag-release does next: the name of the tag, and the next development version. So what is wrong with them
 * shows before the first edit.
 */
export async function tryTagRelease(
  context: BumpContext,
  request: BumpRequest,
  plan: BumpPlan,
): Promise<void> {
  const problems = new Problems();
  problems.collect(() => tryTagName(context, plan));
  await problems.collectAsync(() => tryPostRelease(context, request, plan));
  problems.throwIfAny();
}

/** Without TAG_FORMAT, what is wrong with the configuration's own name is only warned of: perhaps no tag-release follows. */
function tryTagName({ inputs, log }: BumpContext, plan: BumpPlan): void {
  const format = inputs.TAG_FORMAT;
  try {
    requireRefNames([{ what: "The tag name", name: tagName(plan, format) }]);
  } catch (error) {
    if (!(error instanceof StepError) || format !== undefined) throw error;
    log.warn(`tag-release could not name the tag: ${error.message}`);
  }
}

/** Without POST_RELEASE_VERSION_BUMP, what is wrong is only warned of. */
async function tryPostRelease(
  { inputs, log }: BumpContext,
  { source, operation, around }: BumpRequest,
  plan: BumpPlan,
): Promise<void> {
  if (operation.kind !== "release" || plan.kind !== "edit") return;
  const part = inputs.POST_RELEASE_VERSION_BUMP;
  try {
    const { newVersion } = await planBump({
      source: overlaySource(source, plan.edits),
      operation: { kind: "post-release", part: part ?? "minor", like: plan.currentVersion },
      around,
    });
    log.debug(`After the release the version can become ${newVersion}`);
  } catch (error) {
    if (!(error instanceof StepError) || part !== undefined) throw error;
    log.warn(`tag-release could not open the next development version: ${error.message}`);
  }
}
