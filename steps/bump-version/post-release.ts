import { StepError } from "../../src/step/index.ts";
import {
  overlaySource,
  planBump,
  type BumpPlan,
  type BumpRequest,
} from "../../src/version/index.ts";
import type { BumpContext } from "./inputs.ts";

/**
 * Tries the bump that tag-release makes next, so that what is wrong with it shows before the first edit. Without
 * POST_RELEASE_VERSION_BUMP it is only warned of: perhaps no tag-release follows.
 */
export async function tryPostRelease(
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
