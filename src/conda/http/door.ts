import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { trustedAuthorities } from "../certificates.ts";
import { condaError } from "../errors.ts";
import { variable, type Environment } from "../environment.ts";
import { answerEmpty } from "./empty-body.ts";

/** The answer to one GET. Whoever gets it reads the body or destroys it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

/** Lets go of an answer that nobody reads; a body that is destroyed complains otherwise. */
export function discard({ body }: Answer): void {
  body.on("error", () => {}).destroy();
}

/** The one way of this domain to the network, and to channels that are folders. */
export interface Door {
  /** One GET: no redirect is followed, nothing is tried again. `file:` addresses are answered from the disk. */
  get(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

export interface DoorOptions {
  readonly env: Environment;
  /** `ssl_verify` of conda's configuration: `false`, or the path of a CA bundle. */
  readonly verify?: boolean | string;
  /** `proxy_servers` of conda's configuration, where the environment names none. */
  readonly proxies?: { readonly http?: string; readonly https?: string };
}

const timeouts = { connectMs: 30_000, headersMs: 60_000, bodyMs: 60_000 } as const;

/** Opens the door with the proxies and certificate authorities of the environment. */
export async function openDoor({ env, verify = true, proxies = {} }: DoorOptions): Promise<Door> {
  const { EnvHttpProxyAgent, request } = await import("undici");
  const either = (name: string) => variable(env, name) ?? variable(env, name.toLowerCase());
  const httpProxy = proxyAddress("HTTP_PROXY", either("HTTP_PROXY") ?? proxies.http);
  const httpsProxy = proxyAddress("HTTPS_PROXY", either("HTTPS_PROXY") ?? proxies.https);
  const bundles = typeof verify === "string" ? [verify] : [];
  const tls = {
    ca: [...(await trustedAuthorities(env, bundles))],
    rejectUnauthorized: verify !== false,
  };
  const agent = new EnvHttpProxyAgent({
    // Empty texts keep undici from looking into the process's environment by itself.
    httpProxy,
    httpsProxy,
    noProxy: either("NO_PROXY") ?? "",
    connect: { ...tls, timeout: timeouts.connectMs },
    requestTls: tls,
    proxyTls: tls,
    headersTimeout: timeouts.headersMs,
    bodyTimeout: timeouts.bodyMs,
    connections: 16,
  });
  return {
    async get(url, headers, signal) {
      if (url.protocol === "file:") return fromDisk(url);
      const answer = await request(url, { method: "GET", headers, signal, dispatcher: agent });
      return { status: answer.statusCode, headers: answer.headers, body: answer.body };
    },
    close: () => agent.destroy(),
  };
}

/** As curl reads it: without a scheme it is spoken to in HTTP. The value may hold a password, so it is not shown. */
function proxyAddress(name: string, value = ""): string {
  if (value === "") return "";
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const { protocol = "", pathname } = URL.parse(address) ?? {};
  if (/^https?:$/.test(protocol) && pathname === "/") return address;
  throw condaError("E_CONDA_PROXY", `The proxy in ${name} is no address of http or https.`);
}

async function fromDisk(url: URL): Promise<Answer> {
  const path = fileURLToPath(url);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) return { status: 404, headers: {}, body: answerEmpty() };
  return {
    status: 200,
    headers: {
      "content-length": String(found.size),
      etag: `"${found.size}-${found.mtimeMs}-${found.ino}"`,
    },
    body: createReadStream(path),
  };
}
