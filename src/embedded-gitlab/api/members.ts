import { assertMay, assertUser, readableProject } from "../access/permissions.ts";
import { isRole, type Role, roles } from "../access/roles.ts";
import { json } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { page } from "../http/pagination.ts";
import { invalidParameter, recordNotFound } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import type { Project, User } from "../world/model.ts";
import { showTime, showUser } from "./user-entity.ts";

const base = "/projects/:id/members";

/**
 * Groups are not modelled, so that all members are direct ones.
 *
 * https://docs.gitlab.com/api/members/, gitlabhq lib/api/members.rb
 */
export const memberRoutes = [
  route("GET", base, listMembers),
  route("GET", `${base}/all`, listMembers),
  route("GET", `${base}/all/:user_id`, getMember),
  route("GET", `${base}/:user_id`, getMember),
  route("PUT", `${base}/:user_id`, updateMember),
];

async function listMembers(exchange: Exchange): Promise<Answer> {
  const project = openProject(exchange);
  const query = exchange.query.get("query") ?? "";
  const found = [...project.members.keys()]
    .flatMap((id) => exchange.world.users.get(id) ?? [])
    .filter(({ username, name }) => username.includes(query) || name.includes(query));
  return page(exchange, found, (user) => showMember(exchange, project, user));
}

function getMember(exchange: Exchange): Answer {
  const project = openProject(exchange);
  return json(showMember(exchange, project, existing(exchange, project)));
}

async function updateMember(exchange: Exchange): Promise<Answer> {
  const project = openProject(exchange);
  assertMay(exchange, project, "admin_project");
  const user = existing(exchange, project);
  const parameters = await exchange.parameters();
  const level = parameters.requiredInteger("access_level");
  if (!isRole(level) || level === roles.none || level === roles.admin)
    throw invalidParameter("access_level does not have a valid value");
  project.members.set(user.id, level);
  if (parameters.has("expires_at"))
    project.memberExpiry.set(user.id, parameters.text("expires_at") ?? "");
  return json(showMember(exchange, project, user));
}

function openProject(exchange: Exchange): Project {
  assertUser(exchange);
  return readableProject(exchange);
}

function existing(exchange: Exchange, project: Project): User {
  const id = Number(param(exchange, "user_id"));
  const user = exchange.world.users.get(id);
  if (user === undefined || !project.members.has(id)) throw recordNotFound();
  return user;
}

function showMember(exchange: Exchange, project: Project, user: User) {
  const level: Role = project.members.get(user.id) ?? roles.none;
  const expiry = project.memberExpiry.get(user.id) ?? "";
  return {
    ...showUser(exchange, user),
    access_level: level,
    created_at: showTime(user.createdAt),
    expires_at: expiry === "" ? null : expiry,
    membership_state: "active",
  };
}
