import { assertMay, assertUser, readableProject } from "../access/permissions.ts";
import { json } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import { queryParameters } from "../http/body.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { page } from "../http/pagination.ts";
import { invalidParameter, notFound } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import type { Job, Pipeline, Project } from "../world/model.ts";
import { showJob } from "./job-entity.ts";
import { showPipeline, showPipelineBrief } from "./pipeline-entity.ts";
import { startPipeline } from "./start-pipeline.ts";

const base = "/projects/:id/pipelines";

/** https://docs.gitlab.com/api/pipelines/ */
export const pipelineRoutes = [
  route("GET", base, listPipelines),
  route("POST", "/projects/:id/pipeline", createPipeline),
  route("GET", `${base}/latest`, getLatest),
  route("GET", `${base}/:pipeline_id`, getPipeline),
  route("GET", `${base}/:pipeline_id/variables`, listVariables),
  route("GET", `${base}/:pipeline_id/jobs`, listJobs),
  route("PUT", `${base}/:pipeline_id/metadata`, updateMetadata, { jobToken: "admin_pipelines" }),
  route("POST", `${base}/:pipeline_id/cancel`, cancelPipeline),
];

async function listPipelines(exchange: Exchange): Promise<Answer> {
  const project = pipelinesProject(exchange);
  const query = queryParameters(exchange.query);
  const wanted = ["sha", "ref", "source", "status"] as const;
  const direction = query.oneOf("sort", ["desc", "asc"]) ?? "desc";
  const scope = query.oneOf("scope", ["running", "pending", "finished", "branches", "tags"]);
  const found = project.pipelines
    .filter((one) => wanted.every((field) => (query.text(field) ?? one[field]) === one[field]))
    .filter((one) => isInScope(one, scope));
  const sorted = direction === "asc" ? found : found.toReversed();
  return page(exchange, sorted, (one) => showPipelineBrief(exchange, project, one));
}

async function createPipeline(exchange: Exchange): Promise<Answer> {
  const user = assertUser(exchange);
  const project = pipelinesProject(exchange);
  assertMay(exchange, project, "create_pipeline");
  const parameters = await exchange.parameters();
  const variables = (parameters.records("variables") ?? []).map((one) => ({
    key: one.requiredText("key"),
    value: one.text("value") ?? "",
  }));
  const pipeline = await startPipeline(exchange, project, {
    ref: parameters.requiredText("ref"),
    variables,
    source: "api",
    user,
  });
  return json(showPipeline(exchange, project, pipeline), 201);
}

function getLatest(exchange: Exchange): Answer {
  const project = pipelinesProject(exchange);
  const ref = exchange.query.get("ref") ?? project.defaultBranch;
  const pipeline = project.pipelines.findLast((one) => one.ref === ref);
  if (pipeline === undefined) throw notFound("Pipeline");
  return json(showPipeline(exchange, project, pipeline));
}

function getPipeline(exchange: Exchange): Answer {
  const project = pipelinesProject(exchange);
  return json(showPipeline(exchange, project, existing(exchange, project)));
}

function listVariables(exchange: Exchange): Answer {
  const project = pipelinesProject(exchange);
  const variables = existing(exchange, project).variables;
  return json(
    variables.map(({ key, value }) => ({ variable_type: "env_var", key, value, raw: false })),
  );
}

async function listJobs(exchange: Exchange): Promise<Answer> {
  const project = pipelinesProject(exchange);
  const pipeline = existing(exchange, project);
  const query = queryParameters(exchange.query);
  const scope = query.texts("scope");
  const all = [...exchange.world.jobs.values()].filter((job) => job.pipeline === pipeline);
  // A job that was retried has a later one of its name.
  const isLast = (job: Job): boolean => all.findLast(({ name }) => name === job.name) === job;
  const jobs = all
    .filter((job) => query.boolean("include_retried") === true || isLast(job))
    .filter((job) => scope === undefined || scope.includes(job.status))
    .toReversed();
  return page(exchange, jobs, (job) => showJob(exchange, project, job));
}

async function updateMetadata(exchange: Exchange): Promise<Answer> {
  const project = readableProject(exchange);
  assertMay(exchange, project, "create_pipeline");
  const pipeline = existing(exchange, project);
  pipeline.name = (await exchange.parameters()).requiredText("name");
  return json(showPipeline(exchange, project, pipeline));
}

function cancelPipeline(exchange: Exchange): Answer {
  const project = pipelinesProject(exchange);
  assertMay(exchange, project, "create_pipeline");
  const pipeline = existing(exchange, project);
  pipeline.status = "canceled";
  return json(showPipeline(exchange, project, pipeline));
}

function pipelinesProject(exchange: Exchange): Project {
  const project = readableProject(exchange);
  assertMay(exchange, project, "read_pipeline");
  return project;
}

function existing(exchange: Exchange, project: Project): Pipeline {
  const id = param(exchange, "pipeline_id");
  if (!/^\d+$/.test(id)) throw invalidParameter("pipeline_id is invalid");
  const found = project.pipelines.find((one) => String(one.id) === id);
  if (found === undefined) throw notFound("Pipeline");
  return found;
}

function isInScope(pipeline: Pipeline, scope: string | undefined): boolean {
  switch (scope) {
    case "tags":
      return pipeline.tag;
    case "branches":
      return !pipeline.tag;
    case "running":
    case "pending":
      return pipeline.status === scope;
    case "finished":
      return ["success", "failed", "canceled", "skipped"].includes(pipeline.status);
    default:
      return true;
  }
}
