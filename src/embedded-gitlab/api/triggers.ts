import { assertUser, may } from "../access/permissions.ts";
import { callerOf } from "../access/caller.ts";
import type { Caller } from "../access/caller.ts";
import { randomBytes } from "node:crypto";
import { json, noContent } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { page } from "../http/pagination.ts";
import { isRecord } from "../http/parameters.ts";
import type { Parameters } from "../http/parameters.ts";
import { notFound, refuse } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import type { Pipeline, Project, Trigger, User, Variable } from "../world/model.ts";
import { showPipeline } from "./pipeline-entity.ts";
import { administered } from "./protected-branches.ts";
import { startPipeline } from "./start-pipeline.ts";
import { showTime, showUser } from "./user-entity.ts";

const base = "/projects/:id";

/** https://docs.gitlab.com/api/pipeline_triggers/ */
export const triggerRoutes = [
  route("POST", `${base}/trigger/pipeline`, trigger, { anyScope: true }),
  route("POST", `${base}/ref/:ref/trigger/pipeline`, trigger, { anyScope: true }),
  route("GET", `${base}/triggers`, listTriggers),
  route("POST", `${base}/triggers`, createTrigger),
  route("DELETE", `${base}/triggers/:trigger_id`, deleteTrigger),
];

async function trigger(exchange: Exchange): Promise<Answer> {
  const parameters = await exchange.parameters();
  const ref = param(exchange, "ref") || parameters.requiredText("ref");
  const token = parameters.requiredText("token");
  const variables = readVariables(parameters);
  const project = exchange.world.findProject(param(exchange, "id"));
  if (project === undefined) throw notFound();
  const starter = findStarter(exchange, project, token);
  if (starter === undefined) throw notFound();
  const { user, caller, source } = starter;
  if (!may(caller, project, "create_pipeline")) throw notFound();
  const pipeline = await startPipeline({ world: exchange.world, caller }, project, {
    ref,
    variables,
    source,
    user,
  });
  return json(showPipeline(exchange, project, pipeline), 201);
}

interface Starter {
  readonly user: User;
  readonly caller: Caller;
  readonly source: Pipeline["source"];
}

// A trigger token of the project, or the token of a running job.
function findStarter(exchange: Exchange, project: Project, value: string): Starter | undefined {
  const trigger = project.triggers.find((one) => one.token === value);
  if (trigger !== undefined) {
    const caller = { token: undefined, job: undefined, user: trigger.owner };
    return { user: trigger.owner, caller, source: "trigger" };
  }
  const token = exchange.world.tokens.get(value);
  if (token?.kind !== "job" || token.user === undefined) return undefined;
  if (token.job?.status !== "running") return undefined;
  return { user: token.user, caller: callerOf(token), source: "pipeline" };
}

function readVariables(parameters: Parameters): Variable[] {
  const variables = parameters.raw("variables");
  if (variables === undefined || variables === null) return [];
  if (!isRecord(variables)) throw refuse(400, mapText);
  return Object.entries(variables).map(([key, value]) => {
    if (typeof value !== "string") throw refuse(400, mapText);
    return { key, value };
  });
}

const mapText = "variables needs to be a map of key-valued strings";

async function listTriggers(exchange: Exchange): Promise<Answer> {
  const project = administered(exchange);
  return page(exchange, project.triggers, (one) => showTrigger(exchange, one));
}

async function createTrigger(exchange: Exchange): Promise<Answer> {
  const owner = assertUser(exchange);
  const project = administered(exchange);
  const created: Trigger = {
    id: exchange.world.nextId("trigger"),
    description: (await exchange.parameters()).requiredText("description"),
    token: `glptt-${randomBytes(20).toString("hex")}`,
    owner,
    createdAt: exchange.world.now(),
  };
  project.triggers.push(created);
  return json(showTrigger(exchange, created), 201);
}

function deleteTrigger(exchange: Exchange): Answer {
  const project = administered(exchange);
  const id = param(exchange, "trigger_id");
  if (!project.triggers.some((one) => String(one.id) === id)) throw notFound("Trigger");
  project.triggers = project.triggers.filter((one) => String(one.id) !== id);
  return noContent;
}

function showTrigger(exchange: Exchange, one: Trigger) {
  return {
    id: one.id,
    description: one.description,
    created_at: showTime(one.createdAt),
    last_used: null,
    token: one.token,
    updated_at: showTime(one.createdAt),
    owner: showUser(exchange, one.owner),
  };
}
