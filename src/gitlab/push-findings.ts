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

/** One thing that GitLab says of a push before it is tried. */
export interface PushFinding {
  topic: PushTopic;
  /** `refused`: GitLab would refuse it. `wrong`: not set up for it. `not provable`: the token may not read it. */
  state: "refused" | "wrong" | "not provable";
  found: string;
  /** What to do; empty where `found` says it. */
  cure: string;
}

export type PushTopic =
  | "token"
  | "scopes"
  | "expiry"
  | "project"
  | "role"
  | "job token"
  | "branch"
  | "tag";

/** Gathers what is found. */
export class Findings {
  readonly all: PushFinding[] = [];

  refused(topic: PushTopic, found: string, cure = ""): void {
    this.all.push({ topic, state: "refused", found, cure });
  }

  wrong(topic: PushTopic, found: string, cure = ""): void {
    this.all.push({ topic, state: "wrong", found, cure });
  }

  notProvable(topic: PushTopic, found: string): void {
    this.all.push({ topic, state: "not provable", found, cure: "" });
  }
}

export function judgeToken(
  { scopes, active, revoked, expiresAt }: TokenSelf,
  variable: string,
  now: Date,
  findings: Findings,
): void {
  const today = now.toISOString().slice(0, 10);
  const ended = (how: string): void =>
    findings.refused("expiry", `The token in ${variable} ${how}.`, "Make a new one.");
  if (revoked) ended("was revoked");
  else if (expiresAt !== undefined && expiresAt <= today) ended(`expired on ${expiresAt}`);
  else if (!active) ended("is not active");
  if (!scopes.includes("api") && !scopes.includes("write_repository"))
    findings.refused(
      "scopes",
      `The token in ${variable} has the scopes ${scopes.join(", ") || "(none)"}; a push needs write_repository, and read_api lets the rights be read before it.`,
    );
}

export function judgeProject(
  { token, project: name }: GitLab,
  project: Project | undefined,
  findings: Findings,
): void {
  if (project === undefined) {
    if (token.kind === "job")
      findings.notProvable(
        "job token",
        `A job token cannot read whether job tokens may push to the project ${name}; the push will show it.`,
      );
    return;
  }
  const { path, archived, accessLevel, jobTokenMayPush } = project;
  if (archived)
    findings.refused("project", `The project ${path} is archived; nothing can be pushed to it.`);
  if (accessLevel !== undefined && accessLevel < role.developer)
    findings.refused(
      "role",
      `The user of the token in ${token.variable} is ${roleName(accessLevel)} in ${path}; a push needs Developer, to a protected branch mostly Maintainer.`,
    );
  if (token.kind !== "job") return;
  if (jobTokenMayPush === false)
    findings.wrong(
      "job token",
      `A job token may not push to ${path}.`,
      `Switch it on (Settings, CI/CD, Job token permissions, Allow Git push requests to the repository), or give a project access token with write_repository in CI_PROJECT_PASSWORD.`,
    );
  else if (jobTokenMayPush === undefined)
    findings.notProvable(
      "job token",
      `GitLab does not say whether job tokens may push to the project ${name}; the push will show it.`,
    );
}

export function judgeBranch(
  gitlab: GitLab,
  branch: string,
  answer: Answer<Branch | undefined>,
  findings: Findings,
): void {
  const said = known(answer, "branch", `whether the branch ${branch} may be pushed`, findings);
  if (said === undefined) return;
  const { value: found } = said;
  if (found === undefined && gitlab.token.kind === "job") {
    // GitLab shows a single branch to few job tokens; whether it is there, the push finds out.
    findings.notProvable(
      "branch",
      `A job token cannot read whether the branch ${branch} may be pushed; the push will show it.`,
    );
  } else if (found === undefined) {
    findings.wrong(
      "branch",
      `There is no branch ${branch}, or the token in ${gitlab.token.variable} may not see it.`,
    );
  } else if (found.canPush === undefined) {
    findings.notProvable(
      "branch",
      `Whether the branch ${branch} may be pushed: GitLab does not say.`,
    );
  } else if (!found.canPush && found.isProtected) {
    findings.refused(
      "branch",
      `The branch ${branch} is protected, and the user of the token in ${gitlab.token.variable} may not push to it.`,
      "Allow it (Settings, Repository, Protected branches, Allowed to push and merge).",
    );
  } else if (!found.canPush) {
    findings.refused(
      "branch",
      `The user of the token in ${gitlab.token.variable} may not push to ${branch}.`,
      "Give it the role Developer.",
    );
  }
}

/** Merge requests are made by the API, and never with a job token. */
export function judgeProposer(
  { token }: GitLab,
  self: TokenSelf | undefined,
  findings: Findings,
): void {
  if (token.kind === "job")
    findings.wrong(
      "token",
      "A job token may make no merge requests.",
      "Give a project access token with the scope api in CI_PROJECT_PASSWORD.",
    );
  else if (self !== undefined && !self.scopes.includes("api"))
    findings.refused(
      "scopes",
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
  const rules =
    known(answer, "branch", `whether the branch ${branch} is protected`, findings)?.value ?? [];
  const matching = rules.filter(({ pattern }) => matchesPattern(pattern, branch));
  if (matching.length === 0 || mayCreateTag(matching, holder) !== "no") return;
  const patterns = matching.map(({ pattern }) => pattern).join(", ");
  findings.refused(
    "branch",
    `The branch ${branch} would be protected (${patterns}), and the user of the token in ${token.variable} may not push to it.`,
    `Allow it (Settings, Repository, Protected branches, Allowed to push and merge).`,
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
  const rules = known(answer, "tag", topic, findings)?.value ?? [];
  const matching = rules.filter(({ pattern }) => matchesPattern(pattern, tag));
  if (matching.length === 0) return;
  // A tag that is there already is not made again; tag-release compares it.
  const found = known(await ask(() => findTag(gitlab, tag)), "tag", topic, findings);
  if (found?.value !== undefined) return;
  const verdict = mayCreateTag(matching, holder);
  const patterns = matching.map(({ pattern }) => pattern).join(", ");
  if (verdict === "no")
    findings.refused(
      "tag",
      `The tag ${tag} is protected (${patterns}), and the user of the token in ${gitlab.token.variable} may not make it.`,
      `Allow it (Settings, Repository, Protected tags, Allowed to create).`,
    );
  if (verdict === "unknown")
    findings.notProvable(
      "tag",
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
  topic: PushTopic,
  what: string,
  findings: Findings,
): { value: Value } | undefined {
  if ("value" in answer) return answer;
  findings.notProvable(topic, `Not to be read with this token: ${what}. ${answer.refusal}`);
  return undefined;
}

const rightsCodes = new Set(["E_TOKEN_SCOPE", "E_FORBIDDEN", "E_NOT_FOUND", "E_TOKEN_REFUSED"]);

export function isAboutRights({ code }: StepError): boolean {
  return rightsCodes.has(code);
}
