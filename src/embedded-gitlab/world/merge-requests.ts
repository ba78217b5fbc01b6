import type { MergeRequest, Project, User } from "./model.ts";
import { nextIid } from "./world.ts";
import type { World } from "./world.ts";

export interface MergeRequestInit {
  readonly sourceBranch: string;
  readonly targetBranch: string;
  readonly title: string;
  readonly author: User;
  readonly description?: string | undefined;
  readonly labels?: readonly string[];
  readonly assigneeIds?: readonly number[];
  readonly reviewerIds?: readonly number[];
  readonly removeSourceBranch?: boolean;
  readonly squash?: boolean;
}

export function createMergeRequest(
  world: World,
  project: Project,
  init: MergeRequestInit,
): MergeRequest {
  const now = world.now();
  const mergeRequest: MergeRequest = {
    id: world.nextId("merge request"),
    iid: nextIid(project, "merge request"),
    sourceBranch: init.sourceBranch,
    targetBranch: init.targetBranch,
    title: init.title,
    description: init.description,
    author: init.author,
    createdAt: now,
    updatedAt: now,
    state: "opened",
    labels: [...(init.labels ?? [])],
    assigneeIds: [...(init.assigneeIds ?? [])],
    reviewerIds: [...(init.reviewerIds ?? [])],
    removeSourceBranch: init.removeSourceBranch ?? false,
    squash: init.squash ?? false,
    mergedAt: undefined,
    closedAt: undefined,
    mergeCommitSha: undefined,
    autoMerge: false,
    notes: [],
  };
  project.mergeRequests.push(mergeRequest);
  return mergeRequest;
}

/** The open merge request from one branch into another. */
export function findOpenMergeRequest(
  project: Project,
  sourceBranch: string,
  targetBranch?: string,
): MergeRequest | undefined {
  return project.mergeRequests.find(
    (one) =>
      one.state === "opened" &&
      one.sourceBranch === sourceBranch &&
      (targetBranch === undefined || one.targetBranch === targetBranch),
  );
}
