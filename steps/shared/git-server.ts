import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Carrier,
  type Remote,
  remoteAt,
  type Repository,
  type Server,
  serverOf,
} from "../../src/git/index.ts";
import {
  authorityFiles,
  type Exchange,
  type GitLab,
  type gitlabInputs,
  type Http,
  readTrust,
  TransportError,
} from "../../src/gitlab/index.ts";
import type { Log, StepContext, Values } from "../../src/step/index.ts";

type ServerContext = Pick<StepContext, "workFolder" | "log"> & {
  readonly inputs: Pick<Values<typeof gitlabInputs>, "CI_SERVER_TLS_CA_FILE" | "EXTRA_CA_FILE">;
};

/** The repository at an address on the server, with the token that the API client uses, too. */
export async function connectGit(
  context: ServerContext,
  repository: Repository,
  address: string,
  { token, deadlineMs, http }: Pick<GitLab, "token" | "deadlineMs"> & Partial<Pick<GitLab, "http">>,
): Promise<Server> {
  const remote = await remoteOf(context, address, token);
  return serverOf(repository, remote, {
    deadlineMs,
    carrier: http === undefined ? undefined : carrierOver(http, context.log),
  });
}

/** Carries requests of git's protocol as the API's are carried: its routes and authorities, no redirects, no retries. */
export function carrierOver(http: Http, log: Log): Carrier {
  return async ({ url, headers, body, answerType }) => {
    const exchange: Exchange = {
      method: body === undefined ? "GET" : "POST",
      url,
      headers: { ...headers, accept: answerType },
    };
    if (body !== undefined)
      exchange.body = { type: body.type, size: body.bytes.length, open: () => pieces(body.bytes) };
    const asked = `${exchange.method} ${url.pathname}${url.search}`;
    try {
      const answer = await http.exchange(exchange);
      log.debug(`${asked} → ${answer.status} in ${answer.ms} ms`);
      const type = answer.headers["content-type"];
      if (answer.status === 200 && type === answerType) return { body: answer.body };
      return { problem: `it answers ${answer.status} (${type ?? "without a type"})` };
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      log.debug(`${asked}: ${error.message}`);
      return { problem: error.message };
    }
  };
}

async function* pieces(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}

async function remoteOf(
  context: ServerContext,
  address: string,
  token: GitLab["token"],
): Promise<Remote> {
  const url = address.replace(/(?:\.git)?\/?$/, ".git");
  const username = token.kind === "job" ? "gitlab-ci-token" : "oauth2";
  const credential = { username, password: token.secret };
  return remoteAt(url, { credential, caFile: await bundleFor(context) });
}

/** git takes one file in place of the system's authorities, so that it has to hold both. */
async function bundleFor(context: ServerContext): Promise<string | undefined> {
  const files = authorityFiles(context.inputs);
  if (files.length === 0) return undefined;
  const path = join(await context.workFolder(), "authorities.pem");
  await writeFile(path, `${(await readTrust(files)).join("\n")}\n`);
  return path;
}
