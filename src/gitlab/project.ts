import { part } from "./call.ts";
import { find, type GitLab, get } from "./client.ts";
import { fieldsOf } from "./fields.ts";

/** Numbers that GitLab gives roles. @see https://docs.gitlab.com/api/access_requests/#valid-access-levels */
export const role = {
  none: 0,
  guest: 10,
  planner: 15,
  reporter: 20,
  developer: 30,
  maintainer: 40,
  owner: 50,
  admin: 60,
} as const;

/** The name of the highest role that a number reaches. */
export function roleName(level: number): string {
  const names = Object.entries(role).filter(([, number]) => number <= level);
  const name = names.at(-1)?.[0] ?? "none";
  return name === "none" ? "no role" : name[0]?.toUpperCase() + name.slice(1);
}

export interface Project {
  id: number;
  path: string;
  webUrl: string;
  defaultBranch: string | undefined;
  archived: boolean;
  /** The asking user's role; `undefined` where GitLab does not say (a job token, a public project). */
  accessLevel: number | undefined;
  /** `disabled`, `private` or `enabled`; `undefined` where it is not shown. */
  packagesAccess: string | undefined;
  /** Whether a job token may push; `undefined` where it is not shown. */
  jobTokenMayPush: boolean | undefined;
}

const needs = "membership (Guest) and the scope read_api";

/** `/projects/7` or `/projects/group%2Fdemo`. */
export function projectPath({ project }: Pick<GitLab, "project">): string {
  return `/projects/${part(project)}`;
}

/** Reads the client's project. @throws {StepError} E_NOT_FOUND, which may mean missing rights. */
export async function readProject(gitlab: GitLab): Promise<Project> {
  return asProject(await get(gitlab, projectCall(gitlab)), gitlab);
}

/** Reads the client's project; `undefined` where GitLab answers 404: so it does to most job tokens. */
export async function findProject(gitlab: GitLab): Promise<Project | undefined> {
  const found = await find(gitlab, projectCall(gitlab));
  return found === undefined ? undefined : asProject(found, gitlab);
}

function projectCall(gitlab: GitLab) {
  return { path: projectPath(gitlab), purpose: `read the project ${gitlab.project}`, needs };
}

function asProject(value: unknown, gitlab: GitLab): Project {
  const fields = fieldsOf(value, `the project ${gitlab.project}`);
  const permissions = fields.object("permissions");
  const levels = [permissions?.object("project_access"), permissions?.object("group_access")]
    .map((access) => access?.optionalInteger("access_level"))
    .filter((level) => level !== undefined);
  return {
    id: fields.integer("id"),
    path: fields.text("path_with_namespace"),
    webUrl: fields.text("web_url"),
    defaultBranch: fields.optionalText("default_branch"),
    archived: fields.flag("archived") ?? false,
    accessLevel: levels.length === 0 ? undefined : Math.max(...levels),
    packagesAccess: fields.optionalText("package_registry_access_level"),
    jobTokenMayPush: fields.flag("ci_push_repository_for_job_token_allowed"),
  };
}
