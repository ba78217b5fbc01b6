import type { Caller } from "../access/caller.ts";
import type { Project } from "../world/model.ts";
import { createMergeRequest, findOpenMergeRequest } from "../world/merge-requests.ts";
import { createPipeline } from "../world/pipelines.ts";
import type { World } from "../world/world.ts";
import { readCommits } from "./commits.ts";
import { parsePushOptions } from "./push-options.ts";
import type { PushOptions } from "./push-options.ts";
import { branchOf, isDeletion, tagOf } from "./push-request.ts";
import type { RefCommand } from "./push-request.ts";
import { findRef, isAncestor, resolveCommit } from "./refs.ts";
import { gitIn, zeroId } from "./repository.ts";

/** What a push leaves behind besides its refs. @returns the lines that the client prints as `remote: …`. */
export async function afterPush(
  { world, origin }: { readonly world: World; readonly origin: string },
  caller: Caller,
  project: Project,
  landed: readonly RefCommand[],
  options: readonly string[],
): Promise<string> {
  const wanted = parsePushOptions(options);
  await adoptFirstBranch(project, landed);
  await recordPipelines(world, caller, project, landed, wanted);
  for (const command of landed) {
    const branch = branchOf(command.ref);
    if (branch === undefined || isDeletion(command)) continue;
    openMergeRequest(world, caller, project, branch, wanted);
    await markMerged(world, project, branch, command);
  }
  return landed.map((command) => mergeRequestLines(origin, project, command)).join("");
}

/** Records what a changed branch or tag starts; a job token's push starts nothing (G24). */
export async function recordPipelines(
  world: World,
  caller: Caller,
  project: Project,
  landed: readonly RefCommand[],
  { skipsPipelines, variables }: Pick<PushOptions, "skipsPipelines" | "variables">,
): Promise<void> {
  if (caller.job !== undefined) return;
  for (const command of landed.slice(0, world.pushPipelineLimit)) {
    const ref = branchOf(command.ref) ?? tagOf(command.ref);
    if (ref === undefined || isDeletion(command)) continue;
    const sha = await resolveCommit(project.repository, command.after);
    if (sha === undefined) continue;
    const [commit] = await readCommits(project.repository, [sha]);
    const skipped = skipsPipelines || /\[(?:skip ci|ci skip)\]/i.test(commit?.message ?? "");
    createPipeline(world, project, {
      sha,
      beforeSha: command.before,
      ref,
      tag: tagOf(command.ref) !== undefined,
      source: "push",
      user: caller.user,
      variables,
      status: skipped ? "skipped" : "pending",
    });
  }
}

// The first branch of an empty repository becomes the default one, whatever the default was to be.
async function adoptFirstBranch(project: Project, landed: readonly RefCommand[]): Promise<void> {
  const branches = landed.flatMap(({ ref }) => branchOf(ref) ?? []);
  const [first] = branches;
  if (first === undefined || branches.includes(project.defaultBranch)) return;
  if ((await findRef(project.repository, `refs/heads/${project.defaultBranch}`)) !== undefined)
    return;
  project.defaultBranch = first;
  await gitIn(project.repository, ["symbolic-ref", "HEAD", `refs/heads/${first}`]);
}

// A merge request whose commits have come into its target by a push is merged.
async function markMerged(
  world: World,
  project: Project,
  branch: string,
  { before, after }: RefCommand,
): Promise<void> {
  const open = project.mergeRequests.filter(
    (one) => one.state === "opened" && one.targetBranch === branch && before !== zeroId,
  );
  for (const one of open) {
    const source = await findRef(project.repository, `refs/heads/${one.sourceBranch}`);
    if (source === undefined) continue;
    if (await isAncestor(project.repository, source.commit, before)) continue;
    if (!(await isAncestor(project.repository, source.commit, after))) continue;
    one.state = "merged";
    one.mergedAt = world.now();
    one.updatedAt = world.now();
  }
}

function openMergeRequest(
  world: World,
  { user }: Caller,
  project: Project,
  branch: string,
  { mergeRequest }: PushOptions,
): void {
  const first = (key: string): string | undefined => mergeRequest.get(key)?.[0];
  if (!mergeRequest.has("create") || user === undefined) return;
  const target = first("target") ?? project.defaultBranch;
  if (branch === target || findOpenMergeRequest(project, branch, target) !== undefined) return;
  const title = first("title") ?? branch;
  createMergeRequest(world, project, {
    sourceBranch: branch,
    targetBranch: target,
    title: mergeRequest.has("draft") ? `Draft: ${title}` : title,
    description: first("description"),
    author: user,
    labels: mergeRequest.get("label") ?? [],
    removeSourceBranch: mergeRequest.has("remove_source_branch"),
    squash: mergeRequest.has("squash"),
  });
}

function mergeRequestLines(origin: string, project: Project, command: RefCommand): string {
  const branch = branchOf(command.ref);
  if (branch === undefined || branch === project.defaultBranch || isDeletion(command)) return "";
  const open = findOpenMergeRequest(project, branch);
  const base = `${origin}/${project.path}/-/merge_requests`;
  const [words, url] =
    open === undefined
      ? [
          `To create a merge request for ${branch}, visit:`,
          `${base}/new?merge_request%5Bsource_branch%5D=${encodeURIComponent(branch)}`,
        ]
      : [`View merge request for ${branch}:`, `${base}/${open.iid}`];
  return `\n${words}\n  ${url}\n\n`;
}
