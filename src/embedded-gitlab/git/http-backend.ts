import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { Readable } from "node:stream";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Answer } from "../http/answer.ts";
import type { Repository } from "./repository.ts";
import { gitEnvironment } from "./run-git.ts";

/** A request for `git http-backend`. https://git-scm.com/docs/git-http-backend */
export interface BackendRequest {
  readonly method: string;
  /** Below the repository: `/info/refs`, `/git-upload-pack`. */
  readonly path: string;
  readonly query: string;
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  /** The client's `Git-Protocol`: version 2 and what it adds. */
  readonly gitProtocol?: string | undefined;
  readonly user: string;
  readonly body: AsyncIterable<unknown>;
  readonly signal: AbortSignal;
}

type Backend = ChildProcessByStdio<Writable, Readable, Readable>;

/** Hands a request to git and streams its answer. */
export async function askBackend(repository: Repository, request: BackendRequest): Promise<Answer> {
  const child = startBackend(repository, request);
  // git may have its answer before it has read all; then the pipe breaks, and that is fine.
  void pipeline(request.body, child.stdin).catch(() => child.stdin.destroy());
  child.stderr.resume();
  return readCgiAnswer(child);
}

function startBackend(repository: Repository, request: BackendRequest): Backend {
  const child = spawn(repository.host.backend, {
    env: { ...gitEnvironment(repository.host), ...cgiVariables(repository, request) },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const stop = (): void => void child.kill("SIGTERM");
  request.signal.addEventListener("abort", stop, { once: true });
  child.on("close", () => request.signal.removeEventListener("abort", stop));
  return child;
}

function cgiVariables(repository: Repository, request: BackendRequest): Record<string, string> {
  const variables: Record<string, string | undefined> = {
    GIT_PROJECT_ROOT: repository.folder,
    GIT_HTTP_EXPORT_ALL: "1",
    GATEWAY_INTERFACE: "CGI/1.1",
    SERVER_PROTOCOL: "HTTP/1.1",
    REQUEST_METHOD: request.method,
    PATH_INFO: request.path,
    QUERY_STRING: request.query,
    REMOTE_USER: request.user,
    REMOTE_ADDR: "127.0.0.1",
    CONTENT_TYPE: request.contentType,
    HTTP_CONTENT_ENCODING: request.contentEncoding,
    GIT_PROTOCOL: request.gitProtocol,
  };
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

async function readCgiAnswer(child: Backend): Promise<Answer> {
  const failed = new Promise<never>((_resolve, reject) => child.on("error", reject));
  const chunks = child.stdout[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  for (;;) {
    const { done, value } = await Promise.race([chunks.next(), failed]);
    if (done === true || !Buffer.isBuffer(value)) {
      return { status: 500, body: { kind: "text", value: "git http-backend gave no answer\n" } };
    }
    head = Buffer.concat([head, value]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) continue;
    const first = head.subarray(end + 4);
    return toAnswer(head.toString("latin1", 0, end), first, chunks);
  }
}

function toAnswer(head: string, first: Buffer, rest: AsyncIterable<unknown>): Answer {
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of head.split("\r\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "status") status = Number.parseInt(value, 10);
    else headers[name] = value;
  }
  const joined = Readable.from(concat(first, rest), { objectMode: false });
  return { status, headers, body: { kind: "stream", value: joined } };
}

async function* concat(first: Buffer, rest: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  if (first.length > 0) yield first;
  yield* rest;
}
