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
import type { StepContext, Values } from "../../src/step/index.ts";

type ServerContext = Pick<StepContext, "workFolder"> & {
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
    carrier: http === undefined ? undefined : carrierOver(http),
  });
}

/** Whatever goes wrong on this way, git then asks on its own, and tells what it is. */
function carrierOver(http: Http): Carrier {
  return async ({ url, headers, type, answerType, body }) => {
    const exchange: Exchange = {
      method: "POST",
      url,
      headers: { ...headers, accept: answerType },
      body: { type, size: body.length, open: () => pieces(body) },
    };
    try {
      const answer = await http.exchange(exchange);
      const isWanted = answer.status === 200 && answer.headers["content-type"] === answerType;
      return isWanted ? answer.body : undefined;
    } catch (error) {
      if (error instanceof TransportError) return undefined;
      throw error;
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
