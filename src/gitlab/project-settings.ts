import { find, type GitLab, get, json } from "./client.ts";
import { fieldsOf } from "./fields.ts";
import { listAll } from "./pages.ts";
import { projectPath } from "./project.ts";

const asMaintainer = "the role Maintainer and the scope read_api";

/** A CI/CD variable of a project; its value is never kept. */
export interface ProjectVariable {
  key: string;
  isFile: boolean;
  isProtected: boolean;
  isMasked: boolean;
  /** Of the environments that see it: `*` for all jobs. */
  environmentScope: string;
}

/** @see https://docs.gitlab.com/api/project_level_variables/ */
export async function listVariables(gitlab: GitLab): Promise<readonly ProjectVariable[]> {
  const call = {
    path: `${projectPath(gitlab)}/variables`,
    purpose: "read which CI/CD variables are set",
    needs: asMaintainer,
  };
  const variables = await listAll(gitlab, call, "CI/CD variables");
  return variables.map((fields) => ({
    key: fields.text("key"),
    isFile: fields.optionalText("variable_type") === "file",
    isProtected: fields.flag("protected") ?? false,
    isMasked: fields.flag("masked") ?? false,
    environmentScope: fields.optionalText("environment_scope") ?? "*",
  }));
}

export interface Membership {
  accessLevel: number;
  /** The day on which it ends, as `2026-01-31`; `undefined` for never. */
  expiresAt: string | undefined;
}

/** A user's membership, inherited ones too. @see https://docs.gitlab.com/api/members/ */
export async function findMembership(
  gitlab: GitLab,
  userId: number,
): Promise<Membership | undefined> {
  const value = await find(gitlab, {
    path: `${projectPath(gitlab)}/members/all/${userId}`,
    purpose: "read until when the token's user is a member",
    needs: "membership (Guest) and the scope read_api",
  });
  if (value === undefined) return undefined;
  const fields = fieldsOf(value, "a membership");
  return {
    accessLevel: fields.integer("access_level"),
    expiresAt: fields.optionalText("expires_at"),
  };
}

/** Which jobs may come in by their job token. */
export interface JobTokenScope {
  /** Whether only the projects on the list may. */
  isLimited: boolean;
  /** Paths of the projects on the list, the project itself included. */
  allowed: readonly string[];
}

/** @see https://docs.gitlab.com/api/project_job_token_scopes/ */
export async function readJobTokenScope(gitlab: GitLab): Promise<JobTokenScope> {
  const path = `${projectPath(gitlab)}/job_token_scope`;
  const call = { path, purpose: "read which projects' jobs may come in", needs: asMaintainer };
  const fields = fieldsOf(await get(gitlab, call), "the job token scope");
  const listed = await listAll(gitlab, { ...call, path: `${path}/allowlist` }, "projects");
  return {
    isLimited: fields.flag("inbound_enabled") ?? true,
    allowed: listed.map((project) => project.text("path_with_namespace")),
  };
}

export interface CurrentUser {
  username: string;
  /** Whether it is the bot behind a project or group access token. */
  isBot: boolean;
}

/** @see https://docs.gitlab.com/api/users/#get-the-current-user */
export async function readCurrentUser(gitlab: GitLab): Promise<CurrentUser> {
  const value = await get(gitlab, {
    path: "/user",
    purpose: "read whom the token acts for",
    needs: "the scope read_user or read_api",
  });
  const fields = fieldsOf(value, "the user");
  const username = fields.text("username");
  const isNamedBot = /^(?:project|group)_\d+_bot(?:_|$)/.test(username);
  return { username, isBot: fields.flag("bot") ?? isNamedBot };
}

/** Who may store packages under some name. */
export interface PackageProtection {
  /** A name or a pattern with `*`. */
  pattern: string;
  packageType: string;
  /** `maintainer`, `owner`, `admin`; `undefined`: not limited. */
  leastRoleToPush: string | undefined;
}

/** @see https://docs.gitlab.com/api/project_packages_protection_rules/ */
export async function listPackageProtection(gitlab: GitLab): Promise<readonly PackageProtection[]> {
  const call = {
    path: `${projectPath(gitlab)}/packages/protection/rules`,
    purpose: "read which packages are protected",
    needs: asMaintainer,
  };
  const rules = await listAll(gitlab, call, "package protection rules");
  return rules.map((fields) => ({
    pattern: fields.text("package_name_pattern"),
    packageType: fields.text("package_type"),
    leastRoleToPush: fields.optionalText("minimum_access_level_for_push"),
  }));
}

/**
 * The largest file that the generic registry takes, in bytes; 0 for no limit. Administrators alone may ask.
 *
 * @see https://docs.gitlab.com/api/plan_limits/
 */
export async function readGenericFileLimit(gitlab: GitLab): Promise<number | undefined> {
  const value = await get(gitlab, {
    path: "/application/plan_limits",
    purpose: "read the limits of the package registry",
    needs: "a token of an administrator with the scope read_api",
  });
  return fieldsOf(value, "the plan limits").optionalInteger("generic_packages_max_file_size");
}

/** What answers at the address of the API. */
export interface ServerFacts {
  /** `undefined` where the token may not ask, as job tokens may not. */
  version: string | undefined;
  /** Of its clock, when it answered. */
  date: Date | undefined;
}

/**
 * Asks who is there.
 *
 * @throws {StepError} where nothing answers, or what answers is no API of GitLab.
 * @see https://docs.gitlab.com/api/version/
 */
export async function readServer(gitlab: GitLab): Promise<ServerFacts> {
  const answered = await gitlab.read({
    method: "GET",
    path: "/version",
    purpose: "ask for the version of GitLab",
    needs: "any valid token",
  });
  const ms = Date.parse(answered.headers["date"] ?? "");
  const date = Number.isNaN(ms) ? undefined : new Date(ms);
  // Whom GitLab does not know is another check's matter: here it has answered.
  if (answered.status === 401 || answered.status === 403) return { version: undefined, date };
  const value = json(gitlab, answered);
  return { version: fieldsOf(value, "the version").optionalText("version"), date };
}
