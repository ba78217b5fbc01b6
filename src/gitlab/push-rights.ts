import { StepError } from "../step/errors.ts";
import type { GitLab } from "./client.ts";
import { gitlabError } from "./errors.ts";
import { findProject, type Project, role, roleName } from "./project.ts";
import { findBranch, findTag, listProtectedTags, matchesPattern } from "./refs.ts";
import { mayCreateTag, type TagCreatorCandidate } from "./tag-rights.ts";
import { readTokenSelf, type TokenSelf } from "./token-self.ts";

/** What GitLab says of a push before it is tried; each a sentence with its cure. */
export interface PushRights {
  /** GitLab would refuse the push: exit 3. */
  refused: readonly string[];
  /** The project or the token is not set up for it: exit 2. */
  wrong: readonly string[];
  /** The token may not read it; it does not stop the run. */
  notProvable: readonly string[];
}

export interface PushQuestion {
  /** The branch to push, without `refs/heads/`. */
  branch: string;
  /** The tag to make. */
  tag: string;
}

/**
 * Reads, for the client's token, everything that decides whether it may push a branch and make a tag: scopes, expiry,
 * role, `can_push` of the branch, protection of the tag. All findings are gathered; none is left for the next run.
 *
 * `git push --dry-run` proves nothing: it runs none of the server's checks.
 *
 * @throws {StepError} only where GitLab cannot be asked at all (network, HTML, 5xx).
 */
export async function readPushRights(gitlab: GitLab, question: PushQuestion): Promise<PushRights> {
  const refused: string[] = [];
  const wrong: string[] = [];
  const notProvable: string[] = [];
  const findings = { refused, wrong, notProvable };

  const self = await askToken(gitlab, findings);
  if (self === "refused") return findings;
  const project = await ask(() => findProject(gitlab), "the project's settings", findings);
  if (project === undefined && gitlab.token.kind === "private" && notProvable.length === 0) {
    refused.push(
      `The token in ${gitlab.token.variable} does not see the project ${gitlab.project}: it is of another project, or its user is no member. Use an access token of this project.`,
    );
    return findings;
  }
  judgeProject(gitlab, project, findings);
  await judgeBranch(gitlab, question.branch, findings);
  await judgeTag(gitlab, question.tag, { self, project }, findings);
  return findings;
}

/**
 * The one error for all that stands in the way, or `undefined`.
 *
 * @returns exit 3 if any of it is a refusal, else 2.
 */
export function pushRightsError(
  { refused, wrong }: PushRights,
  { branch, tag }: PushQuestion,
): StepError | undefined {
  const all = [...refused, ...wrong];
  if (all.length === 0) return undefined;
  return gitlabError(
    refused.length > 0 ? "E_PUSH_REFUSED" : "E_PUSH_SETUP",
    `${branch} and ${tag} cannot be pushed:\n${all.map((finding) => `- ${finding}`).join("\n")}`,
  );
}

interface Findings {
  refused: string[];
  wrong: string[];
  notProvable: string[];
}

async function askToken(
  gitlab: GitLab,
  findings: Findings,
): Promise<TokenSelf | "refused" | undefined> {
  const { variable, kind } = gitlab.token;
  if (kind === "job") return undefined;
  let self: TokenSelf;
  try {
    self = await readTokenSelf(gitlab);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    if (error.code === "E_TOKEN_REFUSED") {
      findings.refused.push(`${error.message} ${error.hint ?? ""}`.trim());
      return "refused";
    }
    if (!isAboutRights(error)) throw error;
    findings.notProvable.push(`What the token in ${variable} may do: ${error.message}`);
    return undefined;
  }
  judgeToken(self, variable, gitlab.clock.now(), findings);
  return self;
}

function judgeToken(
  { scopes, active, revoked, expiresAt }: TokenSelf,
  variable: string,
  now: Date,
  { refused }: Findings,
): void {
  const today = now.toISOString().slice(0, 10);
  if (revoked) refused.push(`The token in ${variable} was revoked. Make a new one.`);
  else if (expiresAt !== undefined && expiresAt <= today)
    refused.push(`The token in ${variable} expired on ${expiresAt}. Make a new one.`);
  else if (!active) refused.push(`The token in ${variable} is not active. Make a new one.`);
  if (!scopes.includes("api") && !scopes.includes("write_repository"))
    refused.push(
      `The token in ${variable} has the scopes ${scopes.join(", ") || "(none)"}; a push needs write_repository, and read_api lets the rights be read before it.`,
    );
}

function judgeProject(
  { token, project: name }: GitLab,
  project: Project | undefined,
  { refused, wrong, notProvable }: Findings,
): void {
  if (project === undefined) {
    if (token.kind === "job")
      notProvable.push(
        `A job token cannot read whether job tokens may push to the project ${name}; the push will show it.`,
      );
    return;
  }
  const { path, archived, accessLevel, jobTokenMayPush } = project;
  if (archived) refused.push(`The project ${path} is archived; nothing can be pushed to it.`);
  if (accessLevel !== undefined && accessLevel < role.developer)
    refused.push(
      `The user of the token in ${token.variable} is ${roleName(accessLevel)} in ${path}; a push needs Developer, to a protected branch mostly Maintainer.`,
    );
  if (token.kind !== "job") return;
  if (jobTokenMayPush === false)
    wrong.push(
      `A job token may not push to ${path}. Switch it on (Settings, CI/CD, Job token permissions, Allow Git push requests to the repository), or give a project access token with write_repository in CI_PROJECT_PASSWORD.`,
    );
  else if (jobTokenMayPush === undefined)
    notProvable.push(
      `GitLab does not say whether job tokens may push to the project ${name}; the push will show it.`,
    );
}

async function judgeBranch(gitlab: GitLab, branch: string, findings: Findings): Promise<void> {
  const found = await ask(
    async () => (await findBranch(gitlab, branch)) ?? "absent",
    `whether the branch ${branch} may be pushed`,
    findings,
  );
  if (found === undefined) return;
  if (found === "absent" && gitlab.token.kind === "job") {
    // GitLab shows a single branch to few job tokens; whether it is there, the push finds out.
    findings.notProvable.push(
      `A job token cannot read whether the branch ${branch} may be pushed; the push will show it.`,
    );
  } else if (found === "absent") {
    findings.wrong.push(
      `There is no branch ${branch}, or the token in ${gitlab.token.variable} may not see it.`,
    );
  } else if (found.canPush === undefined) {
    findings.notProvable.push(`Whether the branch ${branch} may be pushed: GitLab does not say.`);
  } else if (!found.canPush) {
    findings.refused.push(
      found.isProtected
        ? `The branch ${branch} is protected, and the user of the token in ${gitlab.token.variable} may not push to it. Allow it (Settings, Repository, Protected branches, Allowed to push and merge).`
        : `The user of the token in ${gitlab.token.variable} may not push to ${branch}. Give it the role Developer.`,
    );
  }
}

async function judgeTag(
  gitlab: GitLab,
  tag: string,
  holder: TagCreatorCandidate,
  findings: Findings,
): Promise<void> {
  const topic = `whether the tag ${tag} is protected`;
  const rules = await ask(() => listProtectedTags(gitlab), topic, findings);
  if (rules === undefined) return;
  const matching = rules.filter(({ pattern }) => matchesPattern(pattern, tag));
  if (matching.length === 0) return;
  // A tag that is there already is not made again; tag-release compares it.
  if ((await ask(() => findTag(gitlab, tag), topic, findings)) !== undefined) return;
  const verdict = mayCreateTag(matching, holder);
  const patterns = matching.map(({ pattern }) => pattern).join(", ");
  if (verdict === "no")
    findings.refused.push(
      `The tag ${tag} is protected (${patterns}), and the user of the token in ${gitlab.token.variable} may not make it. Allow it (Settings, Repository, Protected tags, Allowed to create).`,
    );
  if (verdict === "unknown")
    findings.notProvable.push(
      `The tag ${tag} is protected (${patterns}); whether the user of the token in ${gitlab.token.variable} may make it is not shown.`,
    );
}

/** What the token may not read is not provable; that GitLab cannot be asked at all is an error. */
async function ask<Result>(
  question: () => Promise<Result>,
  topic: string,
  { notProvable }: Findings,
): Promise<Result | undefined> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof StepError) || !isAboutRights(error)) throw error;
    notProvable.push(`Not to be read with this token: ${topic}. ${error.message}`);
    return undefined;
  }
}

const rightsCodes = new Set(["E_TOKEN_SCOPE", "E_FORBIDDEN", "E_NOT_FOUND", "E_TOKEN_REFUSED"]);

function isAboutRights({ code }: StepError): boolean {
  return rightsCodes.has(code);
}
