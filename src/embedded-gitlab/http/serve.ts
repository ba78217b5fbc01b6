import { setTimeout as sleep } from "node:timers/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { findGitTarget, serveGit } from "../git/smart-http.ts";
import { serveWeb } from "../web/serve-web.ts";
import type { World } from "../world/world.ts";
import { Refusal, json } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { deliver } from "./deliver.ts";
import type { Faults } from "./faults.ts";
import type { FaultAction } from "./faults.ts";
import {
  breakRequest,
  holdLock,
  isBreaking,
  replaceAnswer,
  storageFailure,
} from "./apply-fault.ts";
import { openRequest } from "./request-context.ts";
import type { RequestContext } from "./request-context.ts";
import type { LoggedRequest } from "./request-log.ts";
import { serveApi } from "./serve-api.ts";
import { serveAdmin } from "../admin/serve-admin.ts";
import type { Admin } from "../admin/admin-types.ts";

export interface Serving {
  readonly world: World;
  readonly faults: Faults;
  readonly log: LoggedRequest[];
  readonly admin: Admin;
  /** Opens the admin endpoint to whoever knows it. */
  readonly adminSecret: string | undefined;
  readonly origin: () => string;
}

/** Answers one request, with whatever is to go wrong with it. */
export async function serve(
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const started = performance.now();
  const context = openRequest(request, response, serving.origin(), serving.world.now());
  const { entry } = context;
  response.setHeader("x-request-id", entry.id);
  if (context.path.startsWith("/-/embedded/")) {
    await deliver(response, await answered(() => serveAdmin(serving, context)), context.method);
    return;
  }
  serving.log.push(entry);
  const actions = serving.faults.strike(context.method, request.url ?? "");
  for (const action of actions) if (action.kind === "delay") await sleep(action.ms);
  const breaking = actions.find(isBreaking);
  if (breaking !== undefined) return breakRequest(context, breaking);
  const answer = await answerWithFaults(serving, context, actions);
  if (answer === undefined) return;
  response.setHeader("x-runtime", ((performance.now() - started) / 1000).toFixed(6));
  entry.status = answer.status;
  const cut = actions.find((action) => action.kind === "truncate");
  await deliver(response, answer, context.method, cut?.responseBytes);
}

/** `undefined` where no answer is to be given. */
async function answerWithFaults(
  serving: Serving,
  context: RequestContext,
  actions: readonly FaultAction[],
): Promise<Answer | undefined> {
  const failure = actions.find((action) => action.kind === "storage error");
  if (failure !== undefined) return storageFailure(context);
  const release = await holdLock(serving.world, context, actions);
  try {
    const answer = await answered(() => dispatch(serving, context));
    return replaceAnswer(context, actions, answer);
  } finally {
    await release();
  }
}

async function answered(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    return json({ message: "500 Internal Server Error", detail: String(error) }, 500);
  }
}

function dispatch(serving: Serving, context: RequestContext): Promise<Answer> {
  const { world } = serving;
  if (context.path.startsWith("/api/v4/")) return serveApi(world, context);
  const target = findGitTarget(context.path);
  if (target !== undefined) return serveGit({ ...context, world }, target);
  return serveWeb(world, context);
}
