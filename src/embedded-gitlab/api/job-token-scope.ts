import { may } from "../access/permissions.ts";
import { json, noContent } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { apiUrl, param, webUrl } from "../http/exchange.ts";
import { page } from "../http/pagination.ts";
import { invalidParameter, notFound, unprocessable } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import { administered } from "./protected-branches.ts";

const base = "/projects/:id/job_token_scope";
const mostEntries = 200;

/** https://docs.gitlab.com/api/project_job_token_scopes/ */
export const jobTokenScopeRoutes = [
  route("GET", base, getScope),
  route("PATCH", base, updateScope),
  route("GET", `${base}/allowlist`, listAllowed),
  route("POST", `${base}/allowlist`, allow),
  route("DELETE", `${base}/allowlist/:target_id`, disallow),
];

function getScope(exchange: Exchange): Answer {
  const project = administered(exchange);
  return json({ inbound_enabled: project.jobTokenInbound, outbound_enabled: false });
}

async function updateScope(exchange: Exchange): Promise<Answer> {
  const project = administered(exchange);
  const enabled = (await exchange.parameters()).boolean("enabled");
  if (enabled === undefined) throw invalidParameter("enabled is missing");
  project.jobTokenInbound = enabled;
  return noContent;
}

async function listAllowed(exchange: Exchange): Promise<Answer> {
  const project = administered(exchange);
  const ids = [project.id, ...project.allowlist.map((entry) => entry.projectId)];
  const projects = ids.flatMap((id) => exchange.world.projects.get(id) ?? []);
  return page(exchange, projects, (one) => ({
    id: one.id,
    name: one.name,
    path: one.path.split("/").at(-1),
    path_with_namespace: one.path,
    http_url_to_repo: `${webUrl(exchange, one)}.git`,
    web_url: webUrl(exchange, one),
    _links: { self: apiUrl(exchange, one) },
  }));
}

async function allow(exchange: Exchange): Promise<Answer> {
  const project = administered(exchange);
  const id = (await exchange.parameters()).requiredInteger("target_project_id");
  const target = exchange.world.projects.get(id);
  if (target === undefined || !may(exchange.caller, target, "read_project")) {
    throw notFound("Project");
  }
  const isThere = project.allowlist.some((entry) => entry.projectId === id);
  if (isThere || id === project.id)
    throw unprocessable("Target project is already in the job token scope");
  if (project.allowlist.length >= mostEntries)
    throw unprocessable("The limit of 200 projects is reached");
  project.allowlist.push({ projectId: id, permissions: undefined });
  return json({ source_project_id: project.id, target_project_id: id }, 201);
}

function disallow(exchange: Exchange): Answer {
  const project = administered(exchange);
  const id = param(exchange, "target_id");
  if (!project.allowlist.some((entry) => String(entry.projectId) === id)) throw notFound();
  project.allowlist = project.allowlist.filter((entry) => String(entry.projectId) !== id);
  return noContent;
}
