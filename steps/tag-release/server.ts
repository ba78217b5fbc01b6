import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Remote,
  remoteAt,
  type Repository,
  type Server,
  serverOf,
} from "../../src/git/index.ts";
import { authorityFiles, type GitLab, readTrust } from "../../src/gitlab/index.ts";
import type { TagContext } from "./inputs.ts";

/** The repository on the server, with the token that the API client uses, too. */
export async function connectGit(
  context: TagContext,
  repository: Repository,
  { token, deadlineMs }: Pick<GitLab, "token" | "deadlineMs">,
): Promise<Server> {
  const remote = await remoteOf(context, token);
  return serverOf(repository, remote, { deadlineMs });
}

async function remoteOf(context: TagContext, token: GitLab["token"]): Promise<Remote> {
  const { inputs } = context;
  const url = inputs.REPOSITORY_URL.replace(/(?:\.git)?\/?$/, ".git");
  const username = token.kind === "job" ? "gitlab-ci-token" : "oauth2";
  const credential = { username, password: token.secret };
  return remoteAt(url, { credential, caFile: await bundleFor(context) });
}

/** git takes one file in place of the system's authorities, so that it has to hold both. */
async function bundleFor(context: TagContext): Promise<string | undefined> {
  const files = authorityFiles(context.inputs);
  if (files.length === 0) return undefined;
  const path = join(await context.workFolder(), "authorities.pem");
  await writeFile(path, `${(await readTrust(files)).join("\n")}\n`);
  return path;
}
