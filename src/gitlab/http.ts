import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { openRoutes, type RouteSettings } from "./routes.ts";
import { asTransportError, TransportError } from "./transport-error.ts";
import { startWatchdog, type Watchdog } from "./watchdog.ts";

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "DELETE";

/** What is sent with a request. It is opened anew for each attempt, so that every attempt sends the whole. */
export interface OutgoingBody {
  type: string;
  /** Bytes; always announced, never chunked. */
  size: number;
  /** Memory of a piece may be used anew when {@link heldPieces} more were taken. */
  open(): AsyncIterable<Uint8Array>;
}

/**
 * How many pieces of a body the door may hold at a time: one is written, and undici goes on only when the socket has
 * let go of it; one waits in the stream; one is on its way between the two. A fourth is for good measure.
 */
export const heldPieces = 4;

/** One request and its answer; redirects and retries are decided above. */
export interface Exchange {
  method: Method;
  url: URL;
  headers: Readonly<Record<string, string>>;
  body?: OutgoingBody;
  /** Sees the head of a 2xx answer before `receive` gets the first piece of its body. */
  begin?: (head: Pick<Answer, "status" | "headers">) => Promise<void> | void;
  /** Takes the body of a 2xx answer piece by piece; without it the body is kept, up to the cap. */
  receive?: (chunk: Uint8Array) => Promise<void> | void;
}

export interface Answer {
  status: number;
  /** Names in lower case; a repeated header is joined by commas. */
  headers: Readonly<Record<string, string>>;
  /** Empty where `receive` took it. */
  body: Buffer;
  /** Milliseconds until the headers were there. */
  ms: number;
}

/** The only door of this domain to the network. */
export interface Http {
  /** @throws {TransportError} where no complete answer came; or what the body or the signal threw. */
  exchange(exchange: Exchange): Promise<Answer>;
  close(): Promise<void>;
}

/** Times in milliseconds, sizes in bytes. */
export interface Limits {
  /** Until an address is connected, TLS included. */
  connect: number;
  /** From the end of the sent body to the headers of the answer: GitLab works on big files for minutes. */
  response: number;
  /** Without a byte sent or received in mid-body. */
  stall: number;
  /** Of an answer that is kept in memory (H19). */
  answerBytes: number;
}

export const defaultLimits: Limits = {
  connect: 20_000,
  response: 300_000,
  stall: 60_000,
  answerBytes: 16 * 1024 * 1024,
};

export interface HttpSettings extends Omit<RouteSettings, "connectMs"> {
  userAgent: string;
  limits?: Partial<Limits>;
  /** Ends whatever is under way. */
  signal: AbortSignal;
}

/** Opens the door. Nothing is loaded or connected before the first request. */
export function openHttp({ userAgent, signal, limits: given, ...route }: HttpSettings): Http {
  const limits = { ...defaultLimits, ...given };
  const routes = openRoutes({ ...route, connectMs: limits.connect });
  return {
    exchange: (exchange) => run(exchange, { limits, userAgent, signal, routes }),
    close: () => routes.close(),
  };
}

interface Means {
  limits: Limits;
  userAgent: string;
  signal: AbortSignal;
  routes: ReturnType<typeof openRoutes>;
}

async function run(exchange: Exchange, means: Means): Promise<Answer> {
  const { method, url, headers, body } = exchange;
  means.signal.throwIfAborted();
  const [{ request }, dispatcher] = await Promise.all([import("undici"), means.routes.to(url)]);
  const attempt = beginAttempt(means);
  const startMs = performance.now();
  try {
    attempt.dog.expect(
      "no connection and no answer came",
      means.limits.connect * 2 + means.limits.response,
    );
    const response = await request(url, {
      method,
      dispatcher,
      signal: attempt.abort.signal,
      headers: {
        "user-agent": means.userAgent,
        accept: "application/json",
        // No answer is unpacked, so that none can be a bomb (H19).
        "accept-encoding": "identity",
        ...headers,
        ...(body === undefined
          ? {}
          : { "content-type": body.type, "content-length": String(body.size) }),
      },
      body:
        body === undefined
          ? null
          : Readable.from(watched(body, attempt, means.limits), { highWaterMark: 1 }),
      // The watchdog has its own times: undici's would count the sending, too.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const ms = Math.round(performance.now() - startMs);
    const { statusCode: status } = response;
    const kept = await readBody(exchange, response, attempt.dog, means.limits);
    return { status, headers: plainHeaders(response.headers), body: kept, ms };
  } catch (error) {
    throw attempt.explain(error);
  } finally {
    attempt.end();
  }
}

interface Attempt {
  abort: AbortController;
  dog: Watchdog;
  /** What the source of the body threw: our own error, told from the network's. */
  sourceFailure: { error: unknown } | undefined;
  explain(error: unknown): unknown;
  end(): void;
}

function beginAttempt({ signal }: Means): Attempt {
  const abort = new AbortController();
  const onAbort = (): void => abort.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const dog = startWatchdog((sentence) =>
    abort.abort(new TransportError("stalled", true, sentence)),
  );
  return {
    abort,
    dog,
    sourceFailure: undefined,
    explain(error) {
      if (signal.aborted) return signal.reason;
      if (this.sourceFailure !== undefined) return this.sourceFailure.error;
      const { reason }: { reason: unknown } = abort.signal;
      return asTransportError(reason instanceof TransportError ? reason : error);
    },
    end() {
      dog.stop();
      signal.removeEventListener("abort", onAbort);
    },
  };
}

/** Lets the watchdog see the body leave, and tells a failing source from a failing network. */
async function* watched(
  body: OutgoingBody,
  attempt: Attempt,
  limits: Limits,
): AsyncGenerator<Uint8Array> {
  const { dog } = attempt;
  dog.expect("the server took no byte", limits.stall);
  try {
    for await (const chunk of body.open()) {
      yield chunk;
      dog.moved();
    }
  } catch (error) {
    attempt.sourceFailure = { error };
    throw error;
  }
  dog.expect("no answer came", limits.response);
}

async function readBody(
  { begin, receive, method }: Exchange,
  { body, statusCode, headers }: Dispatcher.ResponseData,
  dog: Watchdog,
  limits: Limits,
): Promise<Buffer> {
  const streams = receive !== undefined && statusCode >= 200 && statusCode < 300;
  // A kept answer is small: it has its time as a whole, so that drops of it do not keep us (H06).
  dog.expect("the answer did not end", streams ? limits.stall : limits.response);
  if (streams) await begin?.({ status: statusCode, headers: plainHeaders(headers) });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    if (streams) {
      dog.moved();
      await receive(chunk);
      continue;
    }
    size += chunk.length;
    if (size > limits.answerBytes)
      throw new TransportError(
        "oversized",
        method !== "GET",
        `the answer is larger than ${limits.answerBytes} bytes`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function plainHeaders(
  headers: Dispatcher.ResponseData["headers"],
): Readonly<Record<string, string>> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      plain[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return plain;
}
