import { json, Refusal } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { forbidden, notFound, unauthorized } from "../http/refusals.ts";
import type { Project } from "../world/model.ts";
import { jobPermissions, roleIn } from "./caller.ts";
import type { Caller } from "./caller.ts";
import { roles } from "./roles.ts";
import type { Role } from "./roles.ts";

/**
 * What may be done, and who may: the least role of a member, and whether a public project lets everyone.
 * https://docs.gitlab.com/user/permissions/
 */
const abilities = {
  read_project: { role: roles.guest, everyone: true },
  read_code: { role: roles.reporter, everyone: true },
  read_package: { role: roles.reporter, everyone: true },
  download_package: { role: roles.guest, everyone: true },
  create_package: { role: roles.developer, everyone: false },
  destroy_package: { role: roles.maintainer, everyone: false },
  read_release: { role: roles.guest, everyone: true },
  create_release: { role: roles.developer, everyone: false },
  push_code: { role: roles.developer, everyone: false },
  create_merge_request: { role: roles.developer, everyone: false },
  create_note: { role: roles.guest, everyone: true },
  read_pipeline: { role: roles.reporter, everyone: true },
  create_pipeline: { role: roles.developer, everyone: false },
  admin_project: { role: roles.maintainer, everyone: false },
} as const satisfies Record<string, { role: Role; everyone: boolean }>;

export type Ability = keyof typeof abilities;

const packageAbilities: ReadonlySet<Ability> = new Set([
  "read_package",
  "download_package",
  "create_package",
  "destroy_package",
]);

/** Whether a caller may do this in a project. */
export function may(caller: Caller, project: Project, ability: Ability): boolean {
  // A project without a registry lets nobody at packages, whatever the role: 403, as for a missing right (H12).
  if (packageAbilities.has(ability) && project.registryAccess === "disabled") return false;
  if (caller.token?.kind === "deploy") return deployTokenMay(caller, project, ability);
  const { role, everyone } = abilities[ability];
  if (everyone && isOpenTo(caller, project)) return true;
  if (ability === "download_package" && project.registryAccess === "public") return true;
  return roleIn(caller, project) >= role;
}

/** @throws {Refusal} 403 without the ability. */
export function assertMay(exchange: Exchange, project: Project, ability: Ability): void {
  if (!may(exchange.caller, project, ability)) throw forbidden();
}

/** @throws {Refusal} 401 for a caller without a user. */
export function assertUser(exchange: Exchange) {
  const { user } = exchange.caller;
  if (user === undefined) throw unauthorized();
  return user;
}

/**
 * The project of `:id`, if the caller may know of it.
 *
 * A project that one may not see is not there: 404, also for nobody; package routes say 401 to nobody.
 * @throws {Refusal} 301 where it moved, 404, 401, and 403 for a job token without the route's permission.
 */
export function readableProject(
  exchange: Exchange,
  { nobody = 404, ability = "read_project" }: { nobody?: 401 | 404; ability?: Ability } = {},
): Project {
  const id = param(exchange, "id");
  const project = exchange.world.findProject(id);
  if (project === undefined) throw missingProject(exchange, id, nobody);
  const { caller } = exchange;
  if (!may(caller, project, "read_project") && !may(caller, project, ability)) {
    throw nobody === 401 && caller.token === undefined ? unauthorized() : notFound("Project");
  }
  assertJobPermission(exchange, project);
  return project;
}

function missingProject(exchange: Exchange, id: string, nobody: 401 | 404): Refusal {
  const moved = exchange.world.findMovedProject(id);
  if (moved !== undefined && may(exchange.caller, moved, "read_project")) {
    const url = movedUrl(exchange, moved);
    const message = `This resource has been moved permanently to ${url}`;
    return new Refusal(json({ message }, 301, { location: url }));
  }
  return nobody === 401 && exchange.caller.token === undefined
    ? unauthorized()
    : notFound("Project");
}

function movedUrl(exchange: Exchange, project: Project): string {
  const url = exchange.request.url ?? "";
  return `${exchange.origin}${url.replace(/(\/projects\/)[^/?]+/, `$1${project.id}`)}`;
}

function assertJobPermission({ caller, permission }: Exchange, project: Project): void {
  if (caller.job === undefined) return;
  const allowed = jobPermissions(project, caller.job);
  if (allowed === undefined) return;
  if (permission === undefined || permission === "any") {
    throw forbidden("This action is unauthorized for CI/CD job tokens.");
  }
  const needed = permission.split(" ");
  if (needed.every((one) => allowed.includes(one) || allowed.includes(adminOf(one)))) return;
  const words = needed.length === 1 ? "permission is" : "permissions are";
  throw forbidden(
    `Insufficient permissions to access this resource in project ${project.path}. ` +
      `The following token ${words} required: ${needed.join(" and ")}.`,
  );
}

// Who may administer may read.
function adminOf(permission: string): string {
  return permission.replace(/^read_/, "admin_");
}

function isOpenTo(caller: Caller, project: Project): boolean {
  if (project.visibility === "public") return true;
  return project.visibility === "internal" && caller.user !== undefined;
}

function deployTokenMay(caller: Caller, project: Project, ability: Ability): boolean {
  if (isOpenTo(caller, project) && abilities[ability].everyone) return true;
  if (caller.token?.projectId !== project.id) return false;
  const scopes = caller.token.scopes;
  const writes = scopes.includes("write_package_registry");
  const reads = writes || scopes.includes("read_package_registry");
  switch (ability) {
    case "read_project":
      return true;
    case "download_package":
    case "read_package":
      return reads;
    case "create_package":
      return writes;
    case "read_code":
      return scopes.includes("read_repository");
    default:
      return false;
  }
}
