import { StepError } from "../step/errors.ts";
import type { GitLab } from "./client.ts";
import { gitlabError } from "./errors.ts";
import { findProject, type Project } from "./project.ts";
import {
  type Answer,
  ask,
  Findings,
  isAboutRights,
  judgeBranch,
  judgeNewBranch,
  judgeProject,
  judgeProposer,
  judgeTag,
  judgeToken,
  known,
  type PushFinding,
} from "./push-findings.ts";
import {
  type Branch,
  findBranch,
  listProtectedBranches,
  listProtectedTags,
  type ProtectedBranch,
  type ProtectedTag,
} from "./refs.ts";
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
  /** The branch to push, without `refs/heads/`; `undefined` where it is not pushed. */
  branch?: string | undefined;
  /** A branch to make, and a merge request of it. */
  proposedBranch?: string | undefined;
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
export function readPushRights(gitlab: GitLab, question: PushQuestion): Promise<PushRights> {
  const { branch, proposedBranch } = question;
  return askPushRights(gitlab, { branch, proposes: proposedBranch !== undefined })(question);
}

/** What is asked for, before the tag and a proposed branch have names. */
export interface PushAim {
  readonly branch: string | undefined;
  readonly proposes: boolean;
}

/**
 * Begins to read the same, where tag and proposed branch have no names yet. Of the token it asks at once.
 *
 * @returns what waits for the answers and judges them, when they have.
 */
export function askPushRights(
  gitlab: GitLab,
  aim: PushAim | Promise<PushAim>,
): (question: PushQuestion) => Promise<PushRights> {
  const asking = askAll(gitlab, aim);
  // Who waits for it is told of a failure; perhaps nobody does.
  asking.catch(() => {});
  return async (question) => asRights((await judge(gitlab, question, await asking)).all);
}

/** The same, each finding with its topic; empty where nothing stands in the way. */
export async function findPushProblems(
  gitlab: GitLab,
  question: PushQuestion,
): Promise<readonly PushFinding[]> {
  const { branch, proposedBranch } = question;
  const asked = await askAll(gitlab, { branch, proposes: proposedBranch !== undefined });
  return (await judge(gitlab, question, asked)).all;
}

function asRights(findings: readonly PushFinding[]): PushRights {
  const sentences = (wanted: PushFinding["state"]) =>
    findings
      .filter(({ state }) => state === wanted)
      .map(({ found, cure }) => `${found} ${cure}`.trim());
  return {
    refused: sentences("refused"),
    wrong: sentences("wrong"),
    notProvable: sentences("not provable"),
  };
}

/** What was asked before the tag is known. Without a token that GitLab takes there is nothing more to know. */
type Asked =
  | { self: "refused"; findings: Findings }
  | {
      self: TokenSelf | undefined;
      findings: Findings;
      project: Answer<Project | undefined>;
      branch: Answer<Branch | undefined> | undefined;
      branchRules: Answer<readonly ProtectedBranch[]> | undefined;
      rules: Answer<readonly ProtectedTag[]>;
    };

/** All at once: a token that GitLab does not take is rare, and its other answers are then let go of. */
async function askAll(gitlab: GitLab, aim: PushAim | Promise<PushAim>): Promise<Asked> {
  const findings = new Findings();
  const [self, answers] = await Promise.all([askToken(gitlab, findings), askProject(gitlab, aim)]);
  return self === "refused" ? { self, findings } : { self, findings, ...answers };
}

async function askProject(gitlab: GitLab, aim: PushAim | Promise<PushAim>) {
  const { branch, proposes } = await aim;
  const [project, found, branchRules, rules] = await Promise.all([
    ask(() => findProject(gitlab)),
    branch === undefined ? undefined : ask(() => findBranch(gitlab, branch)),
    proposes ? ask(() => listProtectedBranches(gitlab)) : undefined,
    ask(() => listProtectedTags(gitlab)),
  ]);
  return { project, branch: found, branchRules, rules };
}

async function judge(gitlab: GitLab, question: PushQuestion, asked: Asked): Promise<Findings> {
  const { findings } = asked;
  if (asked.self === "refused") return findings;
  const project = known(asked.project, "project", "the project's settings", findings)?.value;
  const isUnclear = findings.all.some(({ state }) => state === "not provable");
  if (project === undefined && gitlab.token.kind === "private" && !isUnclear) {
    findings.refused(
      "project",
      `The token in ${gitlab.token.variable} does not see the project ${gitlab.project}: it is of another project, or its user is no member.`,
      "Use an access token of this project.",
    );
    return findings;
  }
  judgeProject(gitlab, project, findings);
  const { self, branch, branchRules } = asked;
  if (question.branch !== undefined && branch !== undefined)
    judgeBranch(gitlab, question.branch, branch, findings);
  if (question.proposedBranch !== undefined && branchRules !== undefined) {
    judgeProposer(gitlab, self, findings);
    judgeNewBranch(gitlab, question.proposedBranch, branchRules, { self, project }, findings);
  }
  await judgeTag(gitlab, question.tag, asked.rules, { self, project }, findings);
  return findings;
}

/**
 * The one error for all that stands in the way, or `undefined`.
 *
 * @returns exit 3 if any of it is a refusal, else 2.
 */
export function pushRightsError(
  { refused, wrong }: PushRights,
  { branch, proposedBranch, tag }: PushQuestion,
): StepError | undefined {
  const all = [...refused, ...wrong];
  if (all.length === 0) return undefined;
  const refs = [branch, proposedBranch, tag].filter((ref) => ref !== undefined);
  return gitlabError(
    refused.length > 0 ? "E_PUSH_REFUSED" : "E_PUSH_SETUP",
    `${refs.join(" and ")} cannot be pushed:\n${all.map((finding) => `- ${finding}`).join("\n")}`,
  );
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
      findings.refused("token", error.message, error.hint);
      return "refused";
    }
    if (!isAboutRights(error)) throw error;
    findings.notProvable("token", `What the token in ${variable} may do: ${error.message}`);
    return undefined;
  }
  judgeToken(self, variable, gitlab.clock.now(), findings);
  return self;
}
