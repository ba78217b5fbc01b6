import { spawn } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { git, temporaryFolder } from "./repositories.ts";

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  /** Below the project: `info/refs`, `git-receive-pack`. */
  readonly path: string;
  readonly service: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly headers: IncomingMessage["headers"];
}

/** What goes wrong with one request: another answer, or a cut connection before or after git did its work. */
export type Fault =
  | { status: number; headers?: Record<string, string>; body?: string }
  | "cut-before"
  | "cut-after";

/** A real bare repository behind git's own http-backend, with faults that a test scripts. */
export interface GitServer {
  /** Of the project, as one clones it. */
  readonly url: string;
  readonly origin: string;
  /** The bare repository. */
  readonly root: string;
  readonly seen: Seen[];
  /** Looked at for every request; may be set at any time. */
  fault: ((request: Seen, count: number) => Fault | undefined) | undefined;
  /** A hook of the bare repository, as a shell script. */
  hook(name: string, script: string): Promise<void>;
  /** Plain git in the bare repository. */
  git(...args: readonly string[]): string;
}

/** Serves a bare clone of a repository until the test ends. */
export async function serveRepository(
  source: string,
  { folder = "group/demo.git" }: { folder?: string } = {},
): Promise<GitServer> {
  const parent = await temporaryFolder();
  const root = join(parent, folder);
  await mkdir(dirname(root), { recursive: true });
  git(parent, ["clone", "-q", "--bare", source, root]);
  git(root, ["config", "http.receivepack", "true"]);

  const http = createServer((request, response) => {
    void answer(request, response, served, parent, folder);
  });
  await new Promise<void>((ready) => {
    http.listen(0, "127.0.0.1", ready);
  });
  onTestFinished(
    () =>
      new Promise<void>((closed) => {
        http.closeAllConnections();
        http.close(() => closed());
      }),
  );
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const origin = `http://127.0.0.1:${address.port}`;
  const served: GitServer = {
    url: `${origin}/${folder}`,
    origin,
    root,
    seen: [],
    fault: undefined,
    async hook(name, script) {
      await writeFile(join(root, "hooks", name), `#!/bin/sh\n${script}\n`);
      await chmod(join(root, "hooks", name), 0o755);
    },
    git: (...args) => git(root, args),
  };
  return served;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  server: GitServer,
  parent: string,
  folder: string,
): Promise<void> {
  const url = new URL(request.url ?? "/", server.origin);
  const [user, password] = credentials(request.headers.authorization);
  const path = url.pathname.replace(`/${folder}/`, "");
  const seen: Seen = {
    method: request.method ?? "",
    path,
    service: url.searchParams.get("service") ?? path,
    user,
    password,
    headers: request.headers,
  };
  server.seen.push(seen);
  const fault = server.fault?.(seen, server.seen.length);
  if (fault === "cut-before") {
    cut(response);
  } else if (fault === "cut-after") {
    await runBackend(request, url, parent);
    cut(response);
  } else if (fault !== undefined) {
    request.resume();
    response.writeHead(fault.status, fault.headers).end(fault.body ?? "");
  } else if (user === undefined) {
    request.resume();
    response
      .writeHead(401, { "www-authenticate": 'Basic realm="GitLab"' })
      .end("HTTP Basic: Access denied.");
  } else {
    relay(await runBackend(request, url, parent), response);
  }
}

/** Some of the answer has to come: without any, curl would silently send the request again. */
function cut(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/x-git-receive-pack-result" });
  response.write("00", () => response.socket?.destroy());
}

function credentials(header: string | undefined): [string | undefined, string | undefined] {
  const text = Buffer.from(header?.replace(/^Basic /, "") ?? "", "base64").toString();
  const colon = text.indexOf(":");
  return colon < 0 ? [undefined, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}

/** git's CGI program, with the request's body on its stdin. @returns all it printed. */
async function runBackend(request: IncomingMessage, url: URL, parent: string): Promise<Buffer> {
  const { headers } = request;
  const child = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env["PATH"],
      HOME: "/nonexistent",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_PROJECT_ROOT: parent,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_PROTOCOL: String(headers["git-protocol"] ?? ""),
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: headers["content-type"] ?? "",
      ...(headers["content-length"] === undefined
        ? {}
        : { CONTENT_LENGTH: headers["content-length"] }),
      HTTP_CONTENT_ENCODING: headers["content-encoding"] ?? "",
      REMOTE_USER: "someone",
      REMOTE_ADDR: "127.0.0.1",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => {});
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  await new Promise((closed) => {
    child.once("close", closed);
  });
  return Buffer.concat(chunks);
}

function relay(output: Buffer, response: ServerResponse): void {
  const end = output.indexOf("\r\n\r\n");
  const lines = output.subarray(0, end).toString().split("\r\n");
  let status = 200;
  for (const line of lines) {
    const [name = "", value = ""] = line.split(/: (.*)/s);
    if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.writeHead(status).end(output.subarray(end + 4));
}
