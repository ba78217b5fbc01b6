import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findGitTarget } from "../git/smart-http.ts";
import type { World } from "../world/world.ts";
import { json } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { deliver } from "./deliver.ts";
import type { FaultAction } from "./faults.ts";
import type { RequestContext } from "./request-context.ts";

export type BreakingFault = Extract<
  FaultAction,
  { kind: "drop" | "stall" | "status" | "reset" | "stop reading" }
>;

/** Whether the request is not served at all. */
export function isBreaking(action: FaultAction): action is BreakingFault {
  switch (action.kind) {
    case "drop":
    case "stall":
    case "status":
      return action.when === "before";
    case "reset":
    case "stop reading":
      return true;
    default:
      return false;
  }
}

/** Ends, or never ends, a request that is not served. */
export async function breakRequest(context: RequestContext, fault: BreakingFault): Promise<void> {
  switch (fault.kind) {
    case "drop":
      context.request.socket.destroy();
      return;
    case "stall":
      context.request.resume();
      return;
    case "status":
      await sendStatus(context, fault);
      return;
    case "reset":
      await receiveBytes(context, fault.requestBytes);
      context.request.socket.resetAndDestroy();
      return;
    case "stop reading":
      await receiveBytes(context, fault.requestBytes);
      context.body().pause();
  }
}

/** What becomes of the answer of a request that was served; `undefined`: none is given. */
export function replaceAnswer(
  context: RequestContext,
  actions: readonly FaultAction[],
  answer: Answer,
): Answer | undefined {
  for (const action of actions) {
    if (action.kind === "drop") {
      context.request.socket.destroy();
      return undefined;
    }
    if (action.kind === "stall") return undefined;
    if (action.kind === "status") return statusAnswer(action);
  }
  return answer;
}

/** The object storage does not take the file: the body is read, nothing is kept. */
export async function storageFailure(context: RequestContext): Promise<Answer> {
  await receiveBytes(context, Number.POSITIVE_INFINITY);
  return json({ message: "403 Forbidden" }, 403);
}

/** Holds the locks of refs as another git process would, and returns what lets go of them. */
export async function holdLock(
  world: World,
  context: RequestContext,
  actions: readonly FaultAction[],
): Promise<() => Promise<void>> {
  const target = findGitTarget(context.path);
  const folder =
    target === undefined ? undefined : world.findProject(target.projectPath)?.repository.folder;
  const locks = actions.flatMap((action) =>
    action.kind === "lock ref" && folder !== undefined ? [join(folder, `${action.ref}.lock`)] : [],
  );
  await Promise.all(locks.map((lock) => writeFile(lock, "")));
  return async () => {
    await Promise.all(locks.map((lock) => rm(lock, { force: true })));
  };
}

type StatusFault = Extract<FaultAction, { kind: "status" }>;

async function sendStatus(context: RequestContext, fault: StatusFault): Promise<void> {
  const { response, method, entry } = context;
  if (fault.early !== true) await receiveBytes(context, Number.POSITIVE_INFINITY);
  else response.setHeader("connection", "close");
  entry.status = fault.status;
  await deliver(response, statusAnswer(fault), method);
}

function statusAnswer({ status, body, headers = {} }: StatusFault): Answer {
  if (body === undefined) return { ...json({ message: String(status) }, status), headers };
  const isJson = /^\s*[[{"]/.test(body);
  const type = isJson ? "application/json" : "text/plain; charset=utf-8";
  return {
    status,
    headers: { "content-type": type, ...headers },
    body: { kind: "text", value: body },
  };
}

/** Reads so many bytes of the body, or all where there are less. */
function receiveBytes(context: RequestContext, bytes: number): Promise<void> {
  const { entry } = context;
  const body = context.body();
  return new Promise((resolve) => {
    const check = (): void => {
      if (entry.receivedBytes < bytes) return;
      body.off("data", check);
      body.pause();
      resolve();
    };
    body.on("end", () => resolve());
    body.on("error", () => resolve());
    body.on("data", check);
    check();
  });
}
