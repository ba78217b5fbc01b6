import { StepError } from "../step/errors.ts";
import type { GitLab } from "./client.ts";
import { type Project, role, roleName } from "./project.ts";
import {
  type Branch,
  findTag,
  matchesPattern,
  type ProtectedBranch,
  type ProtectedTag,
} from "./refs.ts";
import { mayCreateTag, type TagCreatorCandidate } from "./tag-rights.ts";
import type { TokenSelf } from "./token-self.ts";

/** What is found about a push, as in `PushRights`. */
export interface Findings {
  refused: string[];
  wrong: string[];
  notProvable: string[];
}

export function judgeToken(
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

export function judgeProject(
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

export function judgeBranch(
  gitlab: GitLab,
  branch: string,
  answer: Answer<Branch | undefined>,
  findings: Findings,
): void {
  const said = known(answer, `whether the branch ${branch} may be pushed`, findings);
  if (said === undefined) return;
  const { value: found } = said;
  if (found === undefined && gitlab.token.kind === "job") {
    // GitLab shows a single branch to few job tokens; whether it is there, the push finds out.
    findings.notProvable.push(
      `A job token cannot read whether the branch ${branch} may be pushed; the push will show it.`,
    );
  } else if (found === undefined) {
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

/** Merge requests are made by the API, and never with a job token. */
export function judgeProposer(
  { token }: GitLab,
  self: TokenSelf | undefined,
  { refused, wrong }: Findings,
): void {
  if (token.kind === "job")
    wrong.push(
      "A job token may make no merge requests. Give a project access token with the scope api in CI_PROJECT_PASSWORD.",
    );
  else if (self !== undefined && !self.scopes.includes("api"))
    refused.push(
      `The token in ${token.variable} has the scopes ${self.scopes.join(", ") || "(none)"}; a merge request needs api.`,
    );
}

export function judgeNewBranch(
  { token }: GitLab,
  branch: string,
  answer: Answer<readonly ProtectedBranch[]>,
  holder: TagCreatorCandidate,
  findings: Findings,
): void {
  const rules = known(answer, `whether the branch ${branch} is protected`, findings)?.value ?? [];
  const matching = rules.filter(({ pattern }) => matchesPattern(pattern, branch));
  if (matching.length === 0 || mayCreateTag(matching, holder) !== "no") return;
  const patterns = matching.map(({ pattern }) => pattern).join(", ");
  findings.refused.push(
    `The branch ${branch} would be protected (${patterns}), and the user of the token in ${token.variable} may not push to it. Allow it (Settings, Repository, Protected branches, Allowed to push and merge).`,
  );
}

export async function judgeTag(
  gitlab: GitLab,
  tag: string,
  answer: Answer<readonly ProtectedTag[]>,
  holder: TagCreatorCandidate,
  findings: Findings,
): Promise<void> {
  const topic = `whether the tag ${tag} is protected`;
  const rules = known(answer, topic, findings)?.value ?? [];
  const matching = rules.filter(({ pattern }) => matchesPattern(pattern, tag));
  if (matching.length === 0) return;
  // A tag that is there already is not made again; tag-release compares it.
  const found = known(await ask(() => findTag(gitlab, tag)), topic, findings);
  if (found?.value !== undefined) return;
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

/** What GitLab said to a question, or why the token may not ask it. */
export type Answer<Value> = { value: Value } | { refusal: string };

/** That a token may not read something is an answer; that GitLab cannot be asked at all is an error. */
export async function ask<Value>(question: () => Promise<Value>): Promise<Answer<Value>> {
  try {
    return { value: await question() };
  } catch (error) {
    if (!(error instanceof StepError) || !isAboutRights(error)) throw error;
    return { refusal: error.message };
  }
}

/** The answer, where there is one; else that it is not provable. */
export function known<Value>(
  answer: Answer<Value>,
  topic: string,
  { notProvable }: Findings,
): { value: Value } | undefined {
  if ("value" in answer) return answer;
  notProvable.push(`Not to be read with this token: ${topic}. ${answer.refusal}`);
  return undefined;
}

const rightsCodes = new Set(["E_TOKEN_SCOPE", "E_FORBIDDEN", "E_NOT_FOUND", "E_TOKEN_REFUSED"]);

export function isAboutRights({ code }: StepError): boolean {
  return rightsCodes.has(code);
}
