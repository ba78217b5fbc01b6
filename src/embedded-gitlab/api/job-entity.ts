import type { Exchange } from "../http/exchange.ts";
import { webUrl } from "../http/exchange.ts";
import type { Job, Project } from "../world/model.ts";
import { showPipelineBrief } from "./pipeline-entity.ts";
import { showOptionalTime, showTime, showUser } from "./user-entity.ts";

export function showJob(exchange: Pick<Exchange, "origin">, project: Project, job: Job) {
  return {
    id: job.id,
    status: job.status,
    stage: job.stage,
    name: job.name,
    ref: job.pipeline.ref,
    tag: job.pipeline.tag,
    coverage: null,
    allow_failure: false,
    created_at: showTime(job.createdAt),
    started_at: showTime(job.createdAt),
    finished_at: showOptionalTime(job.finishedAt),
    erased_at: null,
    duration: 0,
    queued_duration: 0,
    user: showUser(exchange, job.user),
    commit: { id: job.pipeline.sha, short_id: job.pipeline.sha.slice(0, 8) },
    pipeline: showPipelineBrief(exchange, project, job.pipeline),
    failure_reason: null,
    web_url: `${webUrl(exchange, project)}/-/jobs/${job.id}`,
    project: { ci_job_token_scope_enabled: false },
    artifacts: [],
    runner: null,
    runner_manager: null,
    artifacts_expire_at: null,
    archived: false,
    tag_list: [],
  };
}
