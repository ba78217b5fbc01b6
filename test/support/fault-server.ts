import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";

/** A complete answer. */
export interface PlainAnswer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
}

/** What the server does where no fault is scripted. It must read the request's body itself. */
export type App = (request: IncomingMessage) => Promise<PlainAnswer> | PlainAnswer;

/** One way to misbehave, on real sockets. */
export type Fault = (exchange: {
  request: IncomingMessage;
  response: ServerResponse;
  app: App;
}) => Promise<void> | void;

/** What the server saw of a request. */
export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
}

export interface FaultServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly api: string;
  readonly seen: readonly Seen[];
  /** The next request that fits meets this fault; scripted faults are used up in order. */
  next(fault: Fault, fits?: (seen: Seen) => boolean): void;
  /** Every request that fits meets this fault. */
  always(fault: Fault, fits?: (seen: Seen) => boolean): void;
  count(method: string, path?: RegExp): number;
  close(): Promise<void>;
}

interface Scripted {
  fault: Fault;
  fits: (seen: Seen) => boolean;
  forever: boolean;
}

/** Serves an application over real sockets, with faults scripted per request. */
export async function startFaultServer(
  app: App,
  tls?: { key: string; cert: string },
): Promise<FaultServer> {
  const seen: Seen[] = [];
  const scripted: Scripted[] = [];
  const listener: RequestListener = (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const one: Seen = {
      method: request.method ?? "",
      path: pathname,
      query: searchParams,
      headers: request.headers,
    };
    seen.push(one);
    const index = scripted.findIndex(({ fits }) => fits(one));
    const fault = scripted[index]?.fault ?? plain;
    if (scripted[index]?.forever === false) scripted.splice(index, 1);
    request.on("error", () => {});
    response.on("error", () => {});
    Promise.resolve(fault({ request, response, app })).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.keepAliveTimeout = 5000;
  server.requestTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `${tls === undefined ? "http" : "https"}://127.0.0.1:${portOf(server.address())}`;
  const script =
    (forever: boolean) =>
    (fault: Fault, fits: (seen: Seen) => boolean = () => true) => {
      scripted.push({ fault, fits, forever });
    };
  return {
    url,
    api: `${url}/api/v4`,
    seen,
    next: script(false),
    always: script(true),
    count: (method, path = /^/) =>
      seen.filter((one) => one.method === method && path.test(one.path)).length,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** No fault: the application's answer. */
export const plain: Fault = async ({ request, response, app }) => {
  answer(response, await app(request));
};

/** An answer in place of the application's, after the request's body was read. */
export const status =
  (code: number, body: unknown = { message: `${code}` }, headers = {}): Fault =>
  async ({ request, response }) => {
    await drain(request);
    answer(response, { status: code, headers, body: JSON.stringify(body) });
  };

/** Text of a declared type in place of the application's answer. */
export const textual =
  (code: number, type: string, body: string): Fault =>
  async ({ request, response }) => {
    await drain(request);
    answer(response, { status: code, headers: { "content-type": type }, body });
  };

/** Resets the connection after some bytes of the request's body; the application never sees it. */
export const resetAfter =
  (bytes: number): Fault =>
  async ({ request }) => {
    let read = 0;
    for await (const chunk of request) {
      read += chunk.length;
      if (read >= bytes) break;
    }
    request.socket.resetAndDestroy();
  };

/** Takes no byte of the body and gives no answer. */
export const neverRead: Fault = ({ request }) => {
  request.pause();
};

/** Takes the whole request and gives no answer. */
export const neverAnswer: Fault = ({ request }) => drain(request);

/** Takes the body up to some bytes, then nothing more happens. */
export const stallAfter =
  (bytes: number): Fault =>
  ({ request }) => {
    let read = 0;
    request.on("data", (chunk: Buffer) => {
      read += chunk.length;
      if (read >= bytes) request.pause();
    });
  };

/** Takes the body slowly but steadily, then behaves. */
export const readSlowly =
  (pauseMs: number): Fault =>
  async ({ request, response }) => {
    let size = 0;
    for await (const chunk of request) {
      size += chunk.length;
      await delay(pauseMs);
    }
    answer(response, { status: 201, body: JSON.stringify({ size }) });
  };

/** Sends a header line now and then, and never the end of them. */
export const dripHeaders =
  (pauseMs: number): Fault =>
  async ({ request }) => {
    await drain(request);
    const { socket } = request;
    socket.write("HTTP/1.1 200 OK\r\n");
    for (let index = 0; !socket.destroyed; index += 1) {
      socket.write(`x-drip-${index}: 1\r\n`);
      await delay(pauseMs);
    }
  };

/** Sends the body byte by byte and never ends it. */
export const dripBody =
  (pauseMs: number): Fault =>
  async ({ request, response }) => {
    await drain(request);
    response.writeHead(200, { "content-type": "application/json" });
    while (!response.destroyed) {
      response.write(" ");
      await delay(pauseMs);
    }
  };

/** Answers at once, while the body is still being sent, and closes. */
export const early =
  (code: number, body: unknown): Fault =>
  async ({ request, response }) => {
    const text = JSON.stringify(body);
    response.writeHead(code, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
      connection: "close",
    });
    response.end(text);
    await once(response, "finish");
    request.socket.destroySoon();
  };

/** Lets the application do its work, then loses its answer. */
export const storedThenReset: Fault = async ({ request, app }) => {
  await app(request);
  request.socket.resetAndDestroy();
};

/** Lets the application do its work, then answers as a proxy that gave up waiting. */
export const storedThen =
  (code: number): Fault =>
  async ({ request, response, app }) => {
    await app(request);
    answer(response, {
      status: code,
      headers: { "content-type": "text/html" },
      body: "<html><head><title>504 Gateway Time-out</title></head></html>",
    });
  };

/** Lets the application do its work, then cuts its answer in mid-body. */
export const storedThenCut: Fault = async ({ request, response, app }) => {
  const { status: code, body = "" } = await app(request);
  response.writeHead(code, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body) + 50,
  });
  response.write(body);
  await delay(5);
  request.socket.destroy();
};

/** An answer of many bytes, packed small if the client allows it. */
export const bomb =
  (bytes: number): Fault =>
  async ({ request, response }) => {
    await drain(request);
    response.writeHead(200, { "content-type": "application/json" });
    const chunk = Buffer.alloc(64 * 1024, " ");
    for (let sent = 0; sent < bytes && !response.destroyed; sent += chunk.length)
      await new Promise((resolve) => {
        response.write(chunk, resolve);
      });
    response.end();
  };

export const redirect =
  (code: number, location: string): Fault =>
  async ({ request, response }) => {
    await drain(request);
    answer(response, { status: code, headers: { location }, body: "moved" });
  };

/**
 * An application that passes everything on to another server: a proxy that faults can be scripted on.
 *
 * @param alter changes a piece of a request's body; it may also take its time.
 */
export function passOnTo(
  upstream: string,
  alter: (chunk: Buffer, request: IncomingMessage) => Promise<Buffer> | Buffer = (chunk) => chunk,
): App {
  return async (request) => {
    const target = new URL(request.url ?? "/", upstream);
    const outgoing = httpRequest(target, { method: request.method, headers: request.headers });
    const altered = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of request) yield await alter(chunk, request);
    };
    Readable.from(altered())
      .on("error", () => outgoing.destroy())
      .pipe(outgoing);
    const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.on("response", resolve).on("error", reject);
    });
    const body = await collect(incoming);
    const { "content-length": length, "transfer-encoding": _coding, ...headers } = incoming.headers;
    // The answer to HEAD tells of a body that does not come.
    const told =
      request.method === "HEAD" && length !== undefined ? { "content-length": length } : {};
    return {
      status: incoming.statusCode ?? 502,
      headers: Object.fromEntries(
        Object.entries({ ...headers, ...told }).map(([name, value]) => [name, String(value)]),
      ),
      body,
    };
  };
}

/** Reads a body to its end and keeps it. */
export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Reads a body to its end and keeps its size and digest. */
export async function digest(
  stream: AsyncIterable<Uint8Array>,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest("hex") };
}

async function drain(request: IncomingMessage): Promise<void> {
  for await (const chunk of request) if (chunk === undefined) return;
}

function answer(
  response: ServerResponse,
  { status: code, headers = {}, body = "" }: PlainAnswer,
): void {
  if (response.destroyed) return;
  response.writeHead(code, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-request-id": "request-1",
    ...headers,
  });
  response.end(body);
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== "object" || address === null) throw new Error("The server has no port");
  return address.port;
}
