import { timingSafeEqual } from "node:crypto";
import { json, noContent } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import { readParameters } from "../http/body.ts";
import type { RequestContext } from "../http/request-context.ts";
import type { Admin } from "./admin-types.ts";
import { adminCommands } from "./admin-commands.ts";

/**
 * The admin functions over HTTP: `POST /-/embedded/<function>` with a JSON object.
 *
 * There is none without a secret given at the start, and nothing to find for who does not send it.
 */
export async function serveAdmin(
  { admin, adminSecret }: { readonly admin: Admin; readonly adminSecret: string | undefined },
  context: RequestContext,
): Promise<Answer> {
  const given = context.request.headers["embedded-admin-secret"];
  if (adminSecret === undefined || !isSame(String(given), adminSecret)) {
    return json({ error: "404 Not Found" }, 404);
  }
  const command = adminCommands.get(context.path.slice("/-/embedded/".length));
  if (command === undefined || context.method !== "POST") {
    return json({ error: "404 Not Found", commands: [...adminCommands.keys()] }, 404);
  }
  const parameters = await readParameters(context.body(), context.request.headers, context.query);
  try {
    const result: unknown = await command(admin, parameters);
    return result === undefined ? noContent : json(result);
  } catch (error) {
    if (error instanceof RangeError) return json({ error: error.message }, 400);
    throw error;
  }
}

function isSame(given: string, expected: string): boolean {
  const left = Buffer.from(given);
  const right = Buffer.from(expected);
  return left.length === right.length && timingSafeEqual(left, right);
}
