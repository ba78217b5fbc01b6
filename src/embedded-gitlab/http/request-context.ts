import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Transform } from "node:stream";
import type { Readable } from "node:stream";
import type { Caller } from "../access/caller.ts";
import { describeCaller } from "../access/caller.ts";
import { readCredentials } from "../access/credentials.ts";
import { maskPath } from "./request-log.ts";
import type { LoggedRequest } from "./request-log.ts";

/** One request as every part of the server sees it: taken apart once, logged, its body counted. */
export interface RequestContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  /** As it came, without the query; not decoded and not made straight. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly origin: string;
  readonly entry: LoggedRequest;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  readonly body: () => Readable;
  readonly sawCaller: (caller: Caller) => void;
  readonly note: (facts: Readonly<Record<string, unknown>>) => void;
}

export function openRequest(
  request: IncomingMessage,
  response: ServerResponse,
  origin: string,
  now: Date,
): RequestContext {
  const url = request.url ?? "/";
  const [path = "/", ...search] = url.split("?");
  const query = new URLSearchParams(search.join("?"));
  const method = request.method ?? "GET";
  const [credential] = readCredentials(request, query);
  const entry: LoggedRequest = {
    id: requestId(),
    at: now,
    method,
    path: maskPath(url),
    identity: "anonymous",
    carrier: credential?.carrier ?? "",
    status: 0,
    receivedBytes: 0,
    facts: {},
  };
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  let body: Readable | undefined;
  return {
    request,
    response,
    method,
    path,
    query,
    origin,
    entry,
    signal: gone.signal,
    body: () => (body ??= countBody(request, entry)),
    sawCaller: (caller) => {
      entry.identity = describeCaller(caller);
    },
    note: (facts) => Object.assign(entry.facts, facts),
  };
}

function countBody(request: IncomingMessage, entry: LoggedRequest): Readable {
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      entry.receivedBytes += chunk.length;
      done(null, chunk);
    },
  });
  // A client that goes away must not look like one whose body came to its end.
  request.on("aborted", () => counter.destroy(new Error("The client went away")));
  request.on("error", (error) => counter.destroy(error));
  return request.pipe(counter);
}

// As GitLab's: 26 characters of Crockford's base 32.
function requestId(): string {
  const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  return `01${[...randomBytes(24)].map((byte) => letters[byte % 32] ?? "0").join("")}`;
}
