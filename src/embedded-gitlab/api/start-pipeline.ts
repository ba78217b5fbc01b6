import { mayCreateTag, mayMergeBranch, tagRules, branchRules } from "../access/protection.ts";
import type { Caller } from "../access/caller.ts";
import { findRef } from "../git/refs.ts";
import type { Exchange } from "../http/exchange.ts";
import { refuse } from "../http/refusals.ts";
import type { Pipeline, Project, User, Variable } from "../world/model.ts";
import { createPipeline } from "../world/pipelines.ts";

export interface WantedPipeline {
  readonly ref: string;
  readonly variables: readonly Variable[];
  readonly source: Pipeline["source"];
  readonly user: User;
}

/** Records a pipeline of a branch or tag. @throws {Refusal} 400 where there is none, or it is protected from the user. */
export async function startPipeline(
  exchange: Pick<Exchange, "world" | "caller">,
  project: Project,
  { ref, variables, source, user }: WantedPipeline,
): Promise<Pipeline> {
  const short = ref.replace(/^refs\/(?:heads|tags)\//, "");
  const branch = ref.startsWith("refs/tags/")
    ? undefined
    : await findRef(project.repository, `refs/heads/${short}`);
  const tag =
    branch === undefined ? await findRef(project.repository, `refs/tags/${short}`) : undefined;
  const found = branch ?? tag;
  if (found === undefined) throw refuse(400, { base: ["Reference not found"] });
  const caller: Caller = { ...exchange.caller, user };
  if (!mayRunOn(caller, project, short, tag !== undefined)) {
    const kind = tag === undefined ? "branch" : "tag";
    const text = `You do not have sufficient permission to run a pipeline on '${short}'. Please select a different ${kind} or contact your administrator for assistance.`;
    throw refuse(400, { base: [text] });
  }
  return createPipeline(exchange.world, project, {
    sha: found.commit,
    ref: short,
    tag: tag !== undefined,
    source,
    user,
    variables,
  });
}

// A pipeline of a protected ref sees protected variables: who may not write the ref may not start it.
function mayRunOn(caller: Caller, project: Project, ref: string, isTag: boolean): boolean {
  if (isTag) return tagRules(project, ref).length === 0 || mayCreateTag(caller, project, ref);
  return branchRules(project, ref).length === 0 || mayMergeBranch(caller, project, ref);
}
