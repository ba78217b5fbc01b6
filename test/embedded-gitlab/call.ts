import { request } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import type { EmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";

export interface CallOptions {
  readonly method?: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly bytes?: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A token for `PRIVATE-TOKEN`. */
  readonly token?: string | undefined;
}

export interface CallAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body where it is JSON, else its text. */
  readonly body: unknown;
}

/** One request, its path sent byte for byte: nothing in it is made straight. */
export function call(
  gitlab: Pick<EmbeddedGitlab, "url">,
  path: string,
  { method = "GET", json, bytes, headers = {}, token }: CallOptions = {},
): Promise<CallAnswer> {
  const { hostname, port } = new URL(gitlab.url);
  const payload = json === undefined ? bytes : JSON.stringify(json);
  const sent = {
    ...(json === undefined ? {} : { "content-type": "application/json" }),
    ...(payload === undefined ? {} : { "content-length": String(Buffer.byteLength(payload)) }),
    ...(token === undefined ? {} : { "private-token": token }),
    ...headers,
  };
  const fullPath = path.startsWith("/api/") || path.startsWith("/-/") ? path : `/api/v4${path}`;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { hostname, port, path: fullPath, method, headers: sent, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          const { statusCode = 0, headers: received } = response;
          resolve({ status: statusCode, headers: received, text, body: parse(text) });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(payload);
  });
}

/** A field of an answer's body, wherever it is: `field(body, "commit", "id")`. */
export function field(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((at, key) => {
    if (typeof at !== "object" || at === null) return undefined;
    return Object.entries(at).find(([name]) => name === String(key))?.[1];
  }, value);
}

/** The same field of every item of a list. */
export function fields(value: unknown, ...path: readonly (string | number)[]): unknown[] {
  return Array.isArray(value) ? value.map((item: unknown) => field(item, ...path)) : [];
}

export function basic(user: string, password: string): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
