import { assertMay, assertUser, readableProject } from "../access/permissions.ts";
import { json } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { isRecord } from "../http/parameters.ts";
import { invalidParameter, notFound, unprocessable } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import { findRelease } from "../releases/find-release.ts";
import type { Project } from "../world/model.ts";

/** https://docs.gitlab.com/api/projects/ and the CI/CD catalog. */
export const catalogRoutes = [
  route("POST", "/projects/:id/catalog/publish", publish, { jobToken: "any" }),
];

async function publish(exchange: Exchange): Promise<Answer> {
  assertUser(exchange);
  const project = readableProject(exchange);
  assertMay(exchange, project, "create_release");
  const parameters = await exchange.parameters();
  const version = parameters.requiredText("version");
  if (!isRecord(parameters.raw("metadata"))) throw invalidParameter("metadata is missing");
  if (findRelease(project, version) === undefined) throw notFound("Release");
  assertCatalog(project);
  publishVersion(project, version);
  return json({ catalog_url: `${exchange.origin}/explore/catalog/${project.path}` }, 201);
}

/** @throws {Refusal} 422 where the project is no catalog project. */
export function assertCatalog(project: Project): void {
  if (!project.catalog) throw unprocessable("Project is not a catalog resource");
}

/** Lists a version in the catalog. */
export function publishVersion(project: Project, version: string): void {
  if (!project.catalogVersions.includes(version)) project.catalogVersions.push(version);
}
