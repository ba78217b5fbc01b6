import { rm } from "node:fs/promises";
import { assertMay, may, readableProject } from "../access/permissions.ts";
import type { RouteAccess } from "../access/authenticate.ts";
import { noContent, json } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import { queryParameters } from "../http/body.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { keysetPage, page } from "../http/pagination.ts";
import { forbidden, notFound } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import { servePackageFile } from "../packages/serve-file.ts";
import { isPackageProtected } from "../packages/registry.ts";
import { packageStatuses } from "../world/model.ts";
import type { Package, PackageFile, Project } from "../world/model.ts";
import { showPackage, showPackageFile } from "./package-entity.ts";
import { showPipelineBrief } from "./pipeline-entity.ts";

const read: RouteAccess = {
  jobToken: "read_packages",
  basic: true,
  deployToken: ["read_package_registry", "write_package_registry"],
};
const admin: RouteAccess = { jobToken: "admin_packages", basic: true };

/** https://docs.gitlab.com/api/packages/ */
export const packageRoutes = [
  route("GET", "/projects/:id/packages", listPackages, read),
  route("GET", "/projects/:id/packages/:package_id", getPackage, read),
  route("DELETE", "/projects/:id/packages/:package_id", deletePackage, admin),
  route("GET", "/projects/:id/packages/:package_id/pipelines", listPipelines, read),
  route("GET", "/projects/:id/packages/:package_id/package_files", listFiles, read),
  route("DELETE", "/projects/:id/packages/:package_id/package_files/:file_id", deleteFile, admin),
  route(
    "GET",
    "/projects/:id/packages/:package_id/package_files/:file_id/download",
    downloadPackageFile,
    read,
  ),
];

async function listPackages(exchange: Exchange): Promise<Answer> {
  const project = readableProject(exchange);
  assertMay(exchange, project, "read_package");
  const query = queryParameters(exchange.query);
  const orderBy =
    query.oneOf("order_by", ["created_at", "name", "version", "type"]) ?? "created_at";
  const direction = query.oneOf("sort", ["asc", "desc"]) ?? "asc";
  const name = query.text("package_name");
  const version = query.text("package_version");
  const type = query.text("package_type");
  const status = query.oneOf("status", packageStatuses);
  const found = project.packages
    .filter((one) => (status === undefined ? isListed(one) : one.status === status))
    .filter((one) => name === undefined || one.name.toLowerCase().includes(name.toLowerCase()))
    .filter((one) => version === undefined || one.version === version)
    .filter((one) => type === undefined || one.type === type)
    .toSorted((a, b) => comparePackages(a, b, orderBy));
  const packages = direction === "asc" ? found : found.toReversed();
  return page(exchange, packages, (one) => showPackage(exchange, project, one));
}

function getPackage(exchange: Exchange): Answer {
  const project = readableProject(exchange);
  assertMay(exchange, project, "read_package");
  return json(showPackage(exchange, project, existingPackage(exchange, project)));
}

async function deletePackage(exchange: Exchange): Promise<Answer> {
  const project = readableProject(exchange);
  assertMay(exchange, project, "destroy_package");
  const found = existingPackage(exchange, project);
  assertDeletable(exchange, project, found);
  project.packages = project.packages.filter((one) => one !== found);
  await Promise.all(found.files.map((file) => rm(file.path, { force: true })));
  return noContent;
}

async function listPipelines(exchange: Exchange): Promise<Answer> {
  const project = readableProject(exchange);
  assertMay(exchange, project, "read_package");
  const newestFirst = existingPackage(exchange, project).pipelines.toReversed();
  return keysetPage(
    exchange,
    newestFirst,
    (pipeline) => String(pipeline.id),
    (pipeline) => showPipelineBrief(exchange, project, pipeline),
  );
}

async function listFiles(exchange: Exchange): Promise<Answer> {
  const project = filesProject(exchange);
  const owner = existingPackage(exchange, project);
  const query = queryParameters(exchange.query);
  const orderBy = query.oneOf("order_by", ["id", "file_name", "created_at"]) ?? "id";
  const direction = query.oneOf("sort", ["asc", "desc"]) ?? "asc";
  const sorted = owner.files
    .filter((file) => file.status !== "pending_destruction")
    .toSorted((a, b) => compareFiles(a, b, orderBy));
  const files = direction === "asc" ? sorted : sorted.toReversed();
  return page(exchange, files, (file) => showPackageFile(exchange, project, owner, file));
}

function downloadPackageFile(exchange: Exchange): Answer {
  const project = readableProject(exchange);
  assertMay(exchange, project, "download_package");
  const owner = existingPackage(exchange, project);
  const file = owner.files.find((one) => String(one.id) === param(exchange, "file_id"));
  if (file === undefined || file.status === "pending_destruction") throw notFound();
  owner.lastDownloadedAt = exchange.world.now();
  return servePackageFile(exchange.world, file);
}

async function deleteFile(exchange: Exchange): Promise<Answer> {
  const project = readableProject(exchange);
  assertMay(exchange, project, "destroy_package");
  const owner = existingPackage(exchange, project);
  const file = owner.files.find((one) => String(one.id) === param(exchange, "file_id"));
  if (file === undefined || file.status === "pending_destruction") throw notFound();
  assertDeletable(exchange, project, owner);
  owner.files = owner.files.filter((one) => one !== file);
  await rm(file.path, { force: true });
  return noContent;
}

// Here GitLab tells a job token that it may not, where it tells everyone else that there is nothing.
function filesProject(exchange: Exchange): Project {
  const project = exchange.world.findProject(param(exchange, "id"));
  const { caller } = exchange;
  if (caller.job !== undefined && project !== undefined && !may(caller, project, "read_project")) {
    throw forbidden();
  }
  return readableProject(exchange);
}

function existingPackage(exchange: Exchange, project: Project): Package {
  const id = param(exchange, "package_id");
  const found = project.packages.find((one) => String(one.id) === id);
  if (found === undefined || found.status === "error") throw notFound();
  return found;
}

function assertDeletable(exchange: Exchange, project: Project, one: Package): void {
  if (isPackageProtected(exchange.caller, project, one.name, "delete")) {
    throw forbidden("Package is deletion protected.");
  }
}

function isListed(one: Package): boolean {
  return one.status === "default" || one.status === "deprecated" || one.status === "error";
}

function comparePackages(
  a: Package,
  b: Package,
  by: "created_at" | "name" | "version" | "type",
): number {
  switch (by) {
    case "created_at":
      return a.id - b.id;
    case "name":
      return compareTexts(a.name, b.name) || a.id - b.id;
    case "version":
      return compareTexts(a.version, b.version) || a.id - b.id;
    case "type":
      return a.id - b.id;
  }
}

function compareFiles(
  a: PackageFile,
  b: PackageFile,
  by: "id" | "file_name" | "created_at",
): number {
  if (by === "file_name") return compareTexts(a.name, b.name) || a.id - b.id;
  return a.id - b.id;
}

function compareTexts(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
