import { roleIn } from "../access/caller.ts";
import { assertMay, assertUser, may, readableProject } from "../access/permissions.ts";
import { isEmptyRepository, listRefs } from "../git/refs.ts";
import { gitIn } from "../git/repository.ts";
import { json } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { apiUrl, webUrl } from "../http/exchange.ts";
import { page } from "../http/pagination.ts";
import type { Parameters } from "../http/parameters.ts";
import { badRequest } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import { featureLevels, visibilities } from "../world/model.ts";
import type { Project } from "../world/model.ts";
import { showTime } from "./user-entity.ts";

/** https://docs.gitlab.com/api/projects/ */
export const projectRoutes = [
  route("GET", "/projects", listProjects),
  route("GET", "/projects/:id", getProject),
  route("PUT", "/projects/:id", updateProject),
];

async function listProjects(exchange: Exchange): Promise<Answer> {
  const search = exchange.query.get("search") ?? "";
  const isMember = exchange.query.get("membership") === "true";
  const projects = [...exchange.world.projects.values()]
    .filter((project) => may(exchange.caller, project, "read_project"))
    .filter((project) => project.name.includes(search))
    .filter((project) => !isMember || roleIn(exchange.caller, project) > 0)
    .toReversed();
  return page(exchange, projects, (project) => showProject(exchange, project));
}

async function getProject(exchange: Exchange): Promise<Answer> {
  return json(await showProject(exchange, readableProject(exchange)));
}

async function updateProject(exchange: Exchange): Promise<Answer> {
  assertUser(exchange);
  const project = readableProject(exchange);
  assertMay(exchange, project, "admin_project");
  const parameters = await exchange.parameters();
  if (parameters.isEmpty(settable)) {
    throw badRequest(`${settable.join(", ")} are missing, at least one parameter must be provided`);
  }
  await setDefaultBranch(project, parameters);
  project.name = parameters.text("name") ?? project.name;
  project.description = parameters.text("description") ?? project.description;
  project.visibility = parameters.oneOf("visibility", visibilities) ?? project.visibility;
  const registry = parameters.oneOf("package_registry_access_level", featureLevels);
  project.registryAccess = registry ?? project.registryAccess;
  const releases = parameters.oneOf("releases_access_level", featureLevels);
  project.releasesAccess = releases ?? project.releasesAccess;
  const push = parameters.boolean("ci_push_repository_for_job_token_allowed");
  project.jobTokenPush = push ?? project.jobTokenPush;
  return json(await showProject(exchange, project));
}

const settable = [
  "default_branch",
  "name",
  "description",
  "visibility",
  "package_registry_access_level",
  "releases_access_level",
  "ci_push_repository_for_job_token_allowed",
];

async function setDefaultBranch(project: Project, parameters: Parameters): Promise<void> {
  const branch = parameters.text("default_branch");
  if (branch === undefined) return;
  const refs = await listRefs(project.repository, "refs/heads/");
  if (!refs.some((ref) => ref.name === `refs/heads/${branch}`)) {
    throw badRequest(`Could not change HEAD: branch '${branch}' does not exist`);
  }
  project.defaultBranch = branch;
  await gitIn(project.repository, ["symbolic-ref", "HEAD", `refs/heads/${branch}`]);
}

async function showProject(exchange: Exchange, project: Project) {
  const url = webUrl(exchange, project);
  const namespace = project.path.split("/").slice(0, -1).join("/");
  const name = project.path.split("/").at(-1) ?? project.path;
  const seesCode = may(exchange.caller, project, "read_code");
  const role = roleIn(exchange.caller, project);
  return {
    id: project.id,
    description: project.description ?? null,
    name: project.name,
    name_with_namespace: `${namespace.replaceAll("/", " / ")} / ${project.name}`,
    path: name,
    path_with_namespace: project.path,
    created_at: showTime(project.createdAt),
    ...(seesCode ? { default_branch: project.defaultBranch } : {}),
    tag_list: [],
    topics: [],
    ssh_url_to_repo: `git@${new URL(exchange.origin).hostname}:${project.path}.git`,
    http_url_to_repo: `${url}.git`,
    web_url: url,
    readme_url: null,
    forks_count: 0,
    avatar_url: null,
    star_count: 0,
    last_activity_at: showTime(project.createdAt),
    visibility: project.visibility,
    namespace: {
      id: project.id,
      name: namespace.split("/").at(-1) ?? namespace,
      path: namespace.split("/").at(-1) ?? namespace,
      kind: "group",
      full_path: namespace,
      parent_id: null,
      avatar_url: null,
      web_url: `${exchange.origin}/groups/${namespace}`,
    },
    _links: {
      self: apiUrl(exchange, project),
      merge_requests: `${apiUrl(exchange, project)}/merge_requests`,
      repo_branches: `${apiUrl(exchange, project)}/repository/branches`,
      members: `${apiUrl(exchange, project)}/members`,
    },
    packages_enabled: project.registryAccess !== "disabled",
    empty_repo: await isEmptyRepository(project.repository),
    archived: project.archived,
    creator_id: 1,
    merge_requests_enabled: true,
    jobs_enabled: true,
    issues_enabled: true,
    merge_method: "merge",
    package_registry_access_level: project.registryAccess,
    releases_access_level: project.releasesAccess,
    ci_job_token_scope_enabled: false,
    ci_push_repository_for_job_token_allowed: project.jobTokenPush,
    permissions: {
      project_access: role === 0 ? null : { access_level: role, notification_level: 3 },
      group_access: null,
    },
  };
}
