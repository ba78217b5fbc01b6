import { may } from "../access/permissions.ts";
import type { Exchange } from "../http/exchange.ts";
import { apiUrl } from "../http/exchange.ts";
import type { Package, PackageFile, Pipeline, Project } from "../world/model.ts";
import { showPipelineBrief } from "./pipeline-entity.ts";
import { showOptionalTime, showTime } from "./user-entity.ts";

export function showPackage(exchange: Exchange, project: Project, one: Package) {
  const pipelines = shownPipelines(exchange, project, one.pipelines);
  const deletePath = may(exchange.caller, project, "destroy_package")
    ? { delete_api_path: `${apiUrl(exchange, project)}/packages/${one.id}` }
    : {};
  return {
    id: one.id,
    name: one.name,
    version: one.version,
    package_type: one.type,
    status: one.status,
    _links: { web_path: `/${project.path}/-/packages/${one.id}`, ...deletePath },
    created_at: showTime(one.createdAt),
    last_downloaded_at: showOptionalTime(one.lastDownloadedAt),
    tags: [],
    ...(pipelines.length > 0 ? { pipeline: pipelines.at(-1), pipelines } : { pipelines }),
    versions: [],
  };
}

export function showPackageFile(
  exchange: Exchange,
  project: Project,
  owner: Package,
  file: PackageFile,
) {
  const pipelines = file.pipeline === undefined ? [] : [file.pipeline];
  return {
    id: file.id,
    package_id: owner.id,
    created_at: showTime(file.createdAt),
    updated_at: showTime(file.createdAt),
    size: file.sizeBytes,
    file_store: 1,
    file_md5: file.md5,
    file_sha1: file.sha1,
    file_sha256: file.sha256,
    file_name: file.name,
    status: file.status,
    pipelines: shownPipelines(exchange, project, pipelines),
  };
}

function shownPipelines(exchange: Exchange, project: Project, pipelines: readonly Pipeline[]) {
  return pipelines.map((pipeline) => showPipelineBrief(exchange, project, pipeline));
}
