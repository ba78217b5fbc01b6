import type { GitLab, Project, PushFinding } from "../../src/gitlab/index.ts";
import { type Check, type Verdicts, verdicts } from "./check.ts";

export interface PushFacts {
  readonly branch: string;
  /** How the next development version gets there. */
  readonly way: "push" | "merge_request" | "none";
  /** The branch of its merge request. */
  readonly proposed: string | undefined;
  /** The tag that the next release would make; `undefined` where the version is not known. */
  readonly tag: string | undefined;
  readonly tagExists: boolean;
}

/** Whether the branch and the tag of a release can be pushed: what tag-release asks before it pushes. */
export function checkPush(
  { token }: GitLab,
  project: Project | undefined,
  problems: readonly PushFinding[],
  facts: PushFacts,
): readonly Check[] {
  const { tag, tagExists } = facts;
  const who = `the token in ${token.variable}`;
  // Whether a job token may push at all is a check of its own.
  const mayPush = token.kind === "job" ? `the user of ${token.variable}` : who;
  const checks = [
    judged(
      verdicts("project", "The project", "seen by the token, and not archived"),
      problems.filter(({ topic }) => topic === "project"),
      project === undefined ? `seen by ${who}` : `${project.path}, seen by ${who}`,
    ),
    checkBranch(mayPush, problems, facts),
    checkJobTokenPush(token.kind, project, problems),
  ];
  const tagCheck = verdicts(
    "tag-create",
    "Tag of the next release",
    "not there yet, and allowed for the token's user",
  );
  if (tag === undefined)
    return [
      ...checks,
      tagCheck.notProvable(
        "the next version is not known",
        "Correct the version configuration first.",
      ),
    ];
  if (tagExists)
    return [
      ...checks,
      tagCheck.wrong(
        `${tag} exists already`,
        "Raise the version in the repository above the newest tag (bump-version with VERSION_BUMP), else the release ends as already released or refused.",
      ),
    ];
  const found = problems.filter(({ topic }) => topic === "tag");
  return [...checks, judged(tagCheck, found, `${who} may make ${tag}`)];
}

function checkBranch(
  who: string,
  problems: readonly PushFinding[],
  { branch, way, proposed }: PushFacts,
): Check {
  const found = problems.filter(({ topic }) => topic === "branch");
  if (proposed !== undefined)
    return judged(
      verdicts("branch-push", "Branch of the next version", "may be made, with a merge request"),
      found,
      `${who} may make ${proposed} and propose it to ${branch}`,
    );
  const check = verdicts("branch-push", `Push to ${branch}`, "allowed for the token's user");
  if (way === "none")
    return check.ok(
      "not needed: only the tag is pushed (POST_RELEASE=none, or a version in tags alone)",
    );
  return judged(check, found, `${who} may push to ${branch}`);
}

function checkJobTokenPush(
  kind: GitLab["token"]["kind"],
  project: Project | undefined,
  problems: readonly PushFinding[],
): Check {
  const check = verdicts(
    "job-token-push",
    "Pushes with job tokens",
    "allowed, if no access token is there for the push",
  );
  if (kind === "job")
    return judged(
      check,
      problems.filter(({ topic }) => topic === "job token"),
      "allowed",
    );
  const { jobTokenMayPush } = project ?? {};
  if (jobTokenMayPush === undefined)
    return check.notProvable(
      "GitLab does not say",
      "Provable with a token of the role Maintainer and the scope read_api.",
    );
  return check.ok(jobTokenMayPush ? "allowed" : "not allowed; an access token pushes");
}

/** The worst of the findings, else that all is well. */
function judged(check: Verdicts, problems: readonly PushFinding[], fine: string): Check {
  const worst = problems.find(({ state }) => state !== "not provable") ?? problems[0];
  if (worst === undefined) return check.ok(fine);
  const { state, found, cure } = worst;
  if (state !== "not provable") return check.wrong(found, cure === "" ? usualCure : cure);
  return check.notProvable(
    found,
    "Provable with an access token of role Maintainer and the scope read_api.",
  );
}

const usualCure =
  "Use a project access token of role Maintainer with the scopes api and write_repository.";
