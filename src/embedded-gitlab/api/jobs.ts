import { assertMay, readableProject } from "../access/permissions.ts";
import { json } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { page } from "../http/pagination.ts";
import { notFound, unauthorized } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import type { Job, Project } from "../world/model.ts";
import { showJob } from "./job-entity.ts";

/** https://docs.gitlab.com/api/jobs/ */
export const jobRoutes = [
  route("GET", "/job", getOwnJob, { jobToken: "any" }),
  route("GET", "/projects/:id/jobs", listJobs),
  route("GET", "/projects/:id/jobs/:job_id", getJob),
];

function getOwnJob(exchange: Exchange): Answer {
  const { job, token } = exchange.caller;
  if (token === undefined) throw unauthorized();
  if (job === undefined) throw notFound();
  const project = exchange.world.projects.get(job.pipeline.projectId);
  if (project === undefined) throw notFound();
  return json(showJob(exchange, project, job));
}

async function listJobs(exchange: Exchange): Promise<Answer> {
  const project = jobsProject(exchange);
  const jobs = jobsOf(exchange, project).toReversed();
  return page(exchange, jobs, (job) => showJob(exchange, project, job));
}

function getJob(exchange: Exchange): Answer {
  const project = jobsProject(exchange);
  const id = param(exchange, "job_id");
  const job = jobsOf(exchange, project).find((one) => String(one.id) === id);
  if (job === undefined) throw notFound();
  return json(showJob(exchange, project, job));
}

function jobsProject(exchange: Exchange): Project {
  const project = readableProject(exchange);
  assertMay(exchange, project, "read_pipeline");
  return project;
}

function jobsOf(exchange: Exchange, project: Project): Job[] {
  return [...exchange.world.jobs.values()].filter((job) => job.pipeline.projectId === project.id);
}
