import { type Operation, requireOneVersion } from "../../src/version/index.ts";
import type { AutoContext, AutoDecision, AutoQuestion } from "../shared/auto-version.ts";
import { type OperationInputs, readOperation } from "./inputs.ts";

export interface Resolved {
  /** `undefined` where nothing is to be released. */
  readonly operation: Operation | undefined;
  /** What the commits decided, where they were asked. */
  readonly decision: AutoDecision | undefined;
}

/**
 * What the inputs ask for; with VERSION_BUMP=auto, what the commits since the last release do.
 *
 * @throws {StepError} E_VERSION_PLACES where the project holds several versions; of reading the commits.
 */
export async function resolveOperation(
  context: AutoContext & { readonly inputs: OperationInputs },
  question: AutoQuestion,
): Promise<Resolved> {
  await requireOneVersion(question.source);
  if (context.inputs.VERSION_BUMP !== "auto")
    return { operation: readOperation(context), decision: undefined };
  const { decideOperation } = await import("../shared/auto-version.ts");
  const decision = await decideOperation(context, question);
  return { operation: decision.operation, decision };
}
