import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What a test sees of a request. */
export interface Seen {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

/** Answers a request in its own way; `false` leaves it to the server. */
export type Behaviour = (
  seen: Seen,
  response: ServerResponse,
  request: IncomingMessage,
) => boolean | Promise<boolean>;

export interface FileServer {
  /** Without trailing slash. */
  readonly url: string;
  readonly seen: Seen[];
  /** Asked before the files are. */
  behave: Behaviour;
  close(): Promise<void>;
}

/** Serves a folder over real HTTP, with ETags and ranges as static servers do. */
export async function serveFiles(folder: string): Promise<FileServer> {
  const server = createServer((request, response) => {
    const seen: Seen = {
      path: decodeURIComponent((request.url ?? "/").split("?")[0] ?? "/"),
      authorization: request.headers.authorization,
      range: request.headers.range,
      ifNoneMatch: request.headers["if-none-match"],
    };
    files.seen.push(seen);
    void (async () => {
      if (!(await files.behave(seen, response, request))) await answer(folder, seen, response);
    })();
  });
  await new Promise<void>((listening) => {
    server.listen(0, "127.0.0.1", listening);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const files: FileServer = {
    url: `http://127.0.0.1:${port}`,
    seen: [],
    behave: () => false,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => {
        server.close(closed);
      });
    },
  };
  return files;
}

async function answer(folder: string, seen: Seen, response: ServerResponse): Promise<void> {
  const content = await readFile(join(folder, seen.path)).catch(() => undefined);
  if (content === undefined) return void response.writeHead(404).end("not here");
  const etag = `"${createHash("sha256").update(content).digest("hex")}"`;
  if (seen.ifNoneMatch === etag) return void response.writeHead(304).end();
  const from = Number(/^bytes=(\d+)-$/.exec(seen.range ?? "")?.[1] ?? 0);
  if (from > 0 && from >= content.length) return void response.writeHead(416).end();
  const body = content.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, { etag, "content-length": body.length }).end(body);
}
