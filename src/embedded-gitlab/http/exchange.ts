import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type { Caller } from "../access/caller.ts";
import type { Project } from "../world/model.ts";
import type { World } from "../world/world.ts";
import type { Parameters } from "./parameters.ts";

/** What a route knows of one request. */
export interface Exchange {
  readonly world: World;
  readonly request: IncomingMessage;
  readonly method: string;
  /** `http://127.0.0.1:8080`, without trailing slash. */
  readonly origin: string;
  /** Of the path, decoded. */
  readonly params: ReadonlyMap<string, string>;
  readonly query: URLSearchParams;
  readonly caller: Caller;
  /** The fine-grained permission that the route asks of job tokens. */
  readonly permission: string | undefined;
  /** A request log entry's note of who asked is made from the caller; this adds what a route found out. */
  readonly note: (facts: Readonly<Record<string, unknown>>) => void;
  /** Query and body, read once. */
  readonly parameters: () => Promise<Parameters>;
  /** The body as it comes, for routes that stream it. */
  readonly body: () => Readable;
}

/** A parameter of the path; empty where the pattern has none of this name. */
export function param(exchange: Exchange, name: string): string {
  return exchange.params.get(name) ?? "";
}

/** The address of a project's pages. */
export function webUrl(exchange: Pick<Exchange, "origin">, project: Project): string {
  return `${exchange.origin}/${project.path}`;
}

/** Where the REST API of a project is. */
export function apiUrl(exchange: Pick<Exchange, "origin">, project: Project): string {
  return `${exchange.origin}/api/v4/projects/${project.id}`;
}
