import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Caller } from "../access/caller.ts";
import type { World } from "../world/world.ts";

/** One request of the git protocol over HTTP. */
export interface GitExchange {
  readonly world: World;
  readonly origin: string;
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  readonly method: string;
  readonly body: () => Readable;
  readonly signal: AbortSignal;
  readonly sawCaller: (caller: Caller) => void;
  readonly note: (facts: Readonly<Record<string, unknown>>) => void;
}

/** The request's body, unpacked. */
export function openPlainBody(exchange: GitExchange): Readable {
  const body = exchange.body();
  if (exchange.request.headers["content-encoding"] !== "gzip") return body;
  const plain = createGunzip();
  body.on("error", (error) => plain.destroy(error));
  return body.pipe(plain);
}
