import type { Exchange } from "../http/exchange.ts";
import { webUrl } from "../http/exchange.ts";
import type { Pipeline, Project } from "../world/model.ts";
import { showTime, showUser } from "./user-entity.ts";

type Place = Pick<Exchange, "origin">;

/** A pipeline in a list. */
export function showPipelineBrief(place: Place, project: Project, pipeline: Pipeline) {
  return {
    id: pipeline.id,
    iid: pipeline.iid,
    project_id: project.id,
    sha: pipeline.sha,
    ref: pipeline.ref,
    status: pipeline.status,
    source: pipeline.source,
    created_at: showTime(pipeline.createdAt),
    updated_at: showTime(pipeline.createdAt),
    web_url: `${webUrl(place, project)}/-/pipelines/${pipeline.id}`,
    ...(pipeline.user === undefined ? {} : { user: showUser(place, pipeline.user) }),
  };
}

/** A pipeline alone. */
export function showPipeline(place: Place, project: Project, pipeline: Pipeline) {
  return {
    ...showPipelineBrief(place, project, pipeline),
    before_sha: pipeline.beforeSha,
    tag: pipeline.tag,
    name: pipeline.name ?? null,
    yaml_errors: null,
    started_at: null,
    finished_at: null,
    committed_at: null,
    duration: null,
    queued_duration: null,
    coverage: null,
    detailed_status: {
      icon: `status_${pipeline.status}`,
      text: pipeline.status,
      label: pipeline.status,
      group: pipeline.status,
      tooltip: pipeline.status,
      has_details: true,
      details_path: `/${project.path}/-/pipelines/${pipeline.id}`,
    },
  };
}
