import { assertAlive } from "../access/authenticate.ts";
import { admitsJob, anonymous, callerOf, jobPermissions, roleIn } from "../access/caller.ts";
import type { Caller } from "../access/caller.ts";
import { readCredentials } from "../access/credentials.ts";
import { may } from "../access/permissions.ts";
import { roles } from "../access/roles.ts";
import { Refusal, text } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Job, Project } from "../world/model.ts";
import { accessTexts } from "./refusal-texts.ts";

export type GitService = "git-upload-pack" | "git-receive-pack";

/**
 * Who speaks git, by Basic. Every password but a token is wrong; the user name counts for job and deploy tokens.
 *
 * @throws {Refusal} 401 for a token that is unknown, expired, revoked, or of a job that ended.
 */
export function authenticateGit(exchange: Pick<Exchange, "world" | "request" | "query">): Caller {
  const credential = readCredentials(exchange.request, new URLSearchParams()).find(
    ({ carrier }) => carrier === "basic",
  );
  if (credential === undefined) return anonymous;
  const token = exchange.world.tokens.get(credential.value);
  if (token === undefined) throw denied();
  if (token.kind === "job" && credential.username !== "gitlab-ci-token") throw denied();
  if (token.kind === "deploy" && credential.username !== token.name) throw denied();
  try {
    assertAlive(token, exchange.world.now());
  } catch {
    throw denied();
  }
  token.lastUsedAt = exchange.world.now();
  return callerOf(token);
}

/** @throws {Refusal} in the order and words of Gitlab::GitAccess. */
export function assertGitAccess(
  caller: Caller,
  project: Project | undefined,
  service: GitService,
  sourceOf: (job: Job) => string,
): asserts project is Project {
  if (caller.job !== undefined && project !== undefined && !admitsJob(project, caller.job)) {
    const source = sourceOf(caller.job);
    throw forbiddenText(
      `Authentication by CI/CD job token not allowed from ${source} to ${project.path}.`,
    );
  }
  if (project === undefined || !may(caller, project, "read_project")) {
    throw caller.token === undefined ? denied() : new Refusal(text(accessTexts.notFound, 404));
  }
  if (service === "git-upload-pack") assertDownload(caller, project);
  else assertUpload(caller, project);
}

export function denied(): Refusal {
  return new Refusal(text(accessTexts.denied, 401, { "www-authenticate": 'Basic realm="GitLab"' }));
}

function assertDownload(caller: Caller, project: Project): void {
  if (!mayTokenDownload(caller)) throw forbiddenText(accessTexts.download);
  const permissions = caller.job === undefined ? undefined : jobPermissions(project, caller.job);
  if (permissions?.some((name) => name.endsWith("_repositories")) === false) {
    throw forbiddenText(
      `Insufficient permissions to pull from the repository of project ${project.path}.`,
    );
  }
  if (!may(caller, project, "read_code")) throw forbiddenText(accessTexts.downloadProject);
}

function assertUpload(caller: Caller, project: Project): void {
  if (caller.token === undefined) throw denied();
  if (!mayTokenUpload(caller, project)) throw forbiddenText(accessTexts.upload);
  if (project.readOnly) throw forbiddenText(accessTexts.readOnly);
  if (project.archived) throw forbiddenText(accessTexts.archived);
  if (roleIn(caller, project) < roles.developer) throw forbiddenText(accessTexts.pushProject);
}

function mayTokenDownload({ token }: Caller): boolean {
  if (token === undefined || token.kind === "job") return true;
  return ["api", "read_repository", "write_repository"].some((scope) =>
    token.scopes.includes(scope),
  );
}

// A job token pushes to its own project only, and only where the project lets it.
function mayTokenUpload({ token, job }: Caller, project: Project): boolean {
  if (job !== undefined) return project.jobTokenPush && job.pipeline.projectId === project.id;
  if (token === undefined || token.kind === "deploy") return false;
  return token.scopes.includes("api") || token.scopes.includes("write_repository");
}

function forbiddenText(reason: string): Refusal {
  return new Refusal(text(reason, 403));
}
