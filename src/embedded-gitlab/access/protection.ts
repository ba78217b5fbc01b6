import type { AccessRule, Project, ProtectedBranch, ProtectedTag, User } from "../world/model.ts";
import { roleIn } from "./caller.ts";
import type { Caller } from "./caller.ts";
import { roles } from "./roles.ts";

/** Rules that apply to a branch; names may hold `*`. */
export function branchRules(project: Project, branch: string): ProtectedBranch[] {
  return project.protectedBranches.filter(({ name }) => matchesWildcard(name, branch));
}

/** Rules that apply to a tag. */
export function tagRules(project: Project, tag: string): ProtectedTag[] {
  return project.protectedTags.filter(({ name }) => matchesWildcard(name, tag));
}

/** What `can_push` says of a branch: for an unprotected one the role decides, else any rule that lets the caller. */
export function mayPushBranch(caller: Caller, project: Project, branch: string): boolean {
  return mayByRules(caller, project, branchRules(project, branch), (rule) => rule.pushAccess);
}

/** Whether a caller may merge into a branch; who may push may merge. */
export function mayMergeBranch(caller: Caller, project: Project, branch: string): boolean {
  return mayByRules(caller, project, branchRules(project, branch), (rule) => rule.mergeAccess);
}

/** Whether a caller may create a tag of this name. */
export function mayCreateTag(caller: Caller, project: Project, tag: string): boolean {
  return mayByRules(caller, project, tagRules(project, tag), (rule) => rule.createAccess);
}

/** Whether any rule lets history be rewritten. */
export function mayForcePush(project: Project, branch: string): boolean {
  return branchRules(project, branch).some((rule) => rule.allowForcePush);
}

/** `release/*` matches `release/1` and `release/a/b`. https://docs.gitlab.com/user/project/repository/branches/protected/ */
export function matchesWildcard(pattern: string, name: string): boolean {
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`, "s").test(name);
}

function mayByRules<Rule>(
  caller: Caller,
  project: Project,
  rules: readonly Rule[],
  accessOf: (rule: Rule) => readonly AccessRule[],
): boolean {
  const role = roleIn(caller, project);
  if (role < roles.developer || caller.user === undefined) return false;
  if (rules.length === 0) return true;
  const { user } = caller;
  return rules.some((rule) => accessOf(rule).some((access) => admits(access, role, user)));
}

function admits(access: AccessRule, role: number, user: User): boolean {
  if (access.userId !== undefined) return access.userId === user.id;
  return access.level !== roles.none && role >= access.level;
}
