import type { Job, Project, Token, User } from "../world/model.ts";
import { roles } from "./roles.ts";
import type { Role } from "./roles.ts";

/** Who asks: by which token, and for whom it acts. */
export interface Caller {
  readonly token: Token | undefined;
  readonly user: User | undefined;
  readonly job: Job | undefined;
}

export const anonymous: Caller = { token: undefined, user: undefined, job: undefined };

export function callerOf(token: Token): Caller {
  return { token, user: token.user, job: token.job };
}

/** A word for the request log: never the token's value. */
export function describeCaller(caller: Caller): string {
  if (caller.token === undefined) return "anonymous";
  if (caller.token.kind === "deploy") return `deploy:${caller.token.name}`;
  return `${caller.token.kind}:${caller.user?.username ?? ""}`;
}

/** The role a caller has in a project; that of a job's user, as long as the project admits the job. */
export function roleIn(caller: Caller, project: Project): Role {
  if (caller.user === undefined) return roles.none;
  if (caller.job !== undefined && !admitsJob(project, caller.job)) return roles.none;
  return project.members.get(caller.user.id) ?? roles.none;
}

/** Whether a job of another project may come in: only the projects on the allowlist. */
export function admitsJob(project: Project, job: Job): boolean {
  return (
    job.pipeline.projectId === project.id ||
    !project.jobTokenInbound ||
    project.allowlist.some((entry) => entry.projectId === job.pipeline.projectId)
  );
}

/** The fine-grained permissions a job of another project has here; `undefined` where nothing narrows them. */
export function jobPermissions(project: Project, job: Job): readonly string[] | undefined {
  if (job.pipeline.projectId === project.id) return undefined;
  return project.allowlist.find((entry) => entry.projectId === job.pipeline.projectId)?.permissions;
}
