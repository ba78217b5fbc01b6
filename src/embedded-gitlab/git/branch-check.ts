import { roleIn } from "../access/caller.ts";
import type { Caller } from "../access/caller.ts";
import { branchRules, mayForcePush, mayMergeBranch, mayPushBranch } from "../access/protection.ts";
import { roles } from "../access/roles.ts";
import type { Project } from "../world/model.ts";
import { isCreation, isDeletion } from "./push-request.ts";
import type { RefCommand } from "./push-request.ts";
import { branchTexts, noDefaultBranchText } from "./refusal-texts.ts";

/** What a check asks of the repository, as it will be with the objects that are pushed. */
export interface PushedHistory {
  readonly isEmpty: boolean;
  isFastForward(command: RefCommand): Promise<boolean>;
  /** Whether a protected branch already holds the commit. */
  isInProtectedBranch(commit: string): Promise<boolean>;
}

/** Why a caller may not do this to a branch, in GitLab's words and order (Gitlab::Checks::BranchCheck). */
export async function refuseBranch(
  caller: Caller,
  project: Project,
  branch: string,
  command: RefCommand,
  history: PushedHistory,
  membersUrl: string,
): Promise<string | undefined> {
  if (isDeletion(command) && branch === project.defaultBranch) return branchTexts.deleteDefault;
  if (!isDeletion(command) && /^[0-9a-f]{40}$/i.test(branch)) return branchTexts.hexadecimal;
  if (history.isEmpty) {
    if (roleIn(caller, project) >= roles.maintainer || !hasProtectedDefault(project))
      return undefined;
    return noDefaultBranchText(project.defaultBranch, project.path, membersUrl);
  }
  if (branchRules(project, branch).length === 0) return undefined;
  if (isCreation(command)) return refuseCreation(caller, project, branch, command, history);
  if (isDeletion(command)) {
    return roleIn(caller, project) >= roles.maintainer
      ? branchTexts.deleteOnWeb
      : branchTexts.delete;
  }
  if (!mayForcePush(project, branch) && !(await history.isFastForward(command))) {
    return branchTexts.forcePush;
  }
  return mayPushBranch(caller, project, branch) ? undefined : branchTexts.push;
}

async function refuseCreation(
  caller: Caller,
  project: Project,
  branch: string,
  command: RefCommand,
  history: PushedHistory,
): Promise<string | undefined> {
  if (mayPushBranch(caller, project, branch)) return undefined;
  if (!mayMergeBranch(caller, project, branch)) return branchTexts.create;
  return (await history.isInProtectedBranch(command.after))
    ? branchTexts.createOnWeb
    : branchTexts.createBase;
}

function hasProtectedDefault(project: Project): boolean {
  return branchRules(project, project.defaultBranch).length > 0;
}
