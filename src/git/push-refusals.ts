import type { StepError } from "../step/errors.ts";
import { gitErrors } from "./errors.ts";
import type { GitResult } from "./git.ts";
import { networkFailure } from "./network-failures.ts";
import type { Sent } from "./open-push.ts";
import { parsePushReport, type RefReport } from "./push-report.ts";
import { remoteLines } from "./remote-lines.ts";
import type { Remote } from "./remote.ts";

/** What a failed push means. */
export type PushFailure =
  /** The server said no, or git did before anything was sent; nothing changed, and asking again is no use. */
  | { kind: "refused"; error: StepError }
  /** Nothing changed, as far as the answer goes: a lease did not hold, a lock was taken. Look, then perhaps again. */
  | { kind: "look"; error: StepError }
  | { kind: "redirected" };

/** Sorts the failure of a push by the report on each reference, then by what git and the server said. */
export function pushFailure(remote: Remote, result: GitResult, title: string): PushFailure {
  const { stdout, stderr } = result;
  if (/does not support --atomic push/.test(stderr))
    return {
      kind: "refused",
      error: gitErrors("E_PUSH_NOT_ATOMIC", `${remote.url} cannot take ${title} at once.`),
    };
  const rejected = parsePushReport(stdout.toString()).filter(({ accepted }) => !accepted);
  // Without any, or with the answer cut off, the transport failed; the server may have taken the push all the same.
  const told = rejected.filter(({ reason }) => !/failed to report status/.test(reason));
  if (told.length === 0) {
    const failure = networkFailure(remote, result, ["push"]);
    if (failure.redirected) return { kind: "redirected" };
    const lost = rejected.length > 0 || failure.retry;
    return { kind: lost ? "look" : "refused", error: failure.error };
  }
  return rejection(remote, told, remoteLines(stderr, remote), title);
}

/** The same for a push over the open connection. @returns `undefined` where it went well. */
export function sentFailure(remote: Remote, sent: Sent, title: string): PushFailure | undefined {
  if ("problem" in sent)
    return {
      kind: "look",
      error: gitErrors(
        "E_GIT_UNREACHABLE",
        `${remote.url} did not say what became of ${title}: ${sent.problem}`,
      ),
    };
  const rejected = sent.reports.filter(({ accepted }) => !accepted);
  if (rejected.length === 0) return undefined;
  const marked = sent.said.replace(/^/gmu, "remote: ");
  return rejection(remote, rejected, remoteLines(marked, remote), title);
}

function rejection(
  remote: Remote,
  rejected: readonly RefReport[],
  lines: readonly string[],
  title: string,
): PushFailure {
  // The others fell only because the push is atomic.
  const culprits = rejected.filter(({ reason }) => !reason.startsWith("atomic"));
  const because = (culprits.length > 0 ? culprits : rejected)
    .map(({ ref, reason }) => `${ref}: ${reason}`)
    .join("; ");
  if (culprits.every(({ reason, byServer }) => !byServer || busy.test(reason)))
    return {
      kind: "look",
      error: gitErrors("E_REF_BUSY", `${remote.url} did not take ${title} (${because}).`),
    };
  const said = lines.length > 0 ? lines.join("\n  ") : because;
  const { code } = refusals.find(({ match }) => match.test(said)) ?? { code: "E_PUSH_RULE" };
  return {
    kind: "refused",
    error: gitErrors(code, `${remote.url} refuses ${title} (${because}). It says:\n  ${said}`),
  };
}

/** Races on the server: someone else held or moved the reference. */
const busy =
  /cannot lock ref|failed to (?:update|lock) ref|incorrect old value|reference already exists|unpacker error/;

interface Refusal {
  match: RegExp;
  code: Parameters<typeof gitErrors>[0];
}

/** GitLab's own texts (lib/gitlab/checks, ee push rules), in the order in which they tell most. */
const refusals: readonly Refusal[] = [
  { match: /push code to protected branches/, code: "E_BRANCH_PROTECTED" },
  { match: /push code to a protected branch/, code: "E_BRANCH_PROTECTED" },
  { match: /merge code into protected branches/, code: "E_BRANCH_PROTECTED" },
  { match: /create protected branches/, code: "E_BRANCH_PROTECTED" },
  { match: /create this tag as it is protected/, code: "E_TAG_PROTECTED" },
  { match: /Protected tags cannot be updated/, code: "E_TAG_PROTECTED" },
  { match: /change existing tags/, code: "E_TAG_PROTECTED" },
  { match: /default branch name to create a tag/, code: "E_TAG_NAME" },
  { match: /tag with a prohibited pattern/, code: "E_TAG_NAME" },
  { match: /SHA-1 or SHA-256 tag name/, code: "E_TAG_NAME" },
  { match: /Tag names must be valid/, code: "E_TAG_NAME" },
  { match: /secrets? (?:detected|found)|PUSH BLOCKED/i, code: "E_PUSH_SECRET" },
  { match: /must be signed|unsigned commit|not signed/i, code: "E_PUSH_SIGNATURE" },
  {
    match:
      /not a (?:member|GitLab user)|(?:author|committer).*(?:email|e-mail|name)|only push commits/i,
    code: "E_PUSH_AUTHOR",
  },
  { match: /commit message/i, code: "E_PUSH_MESSAGE" },
  { match: /not allowed to (?:push|upload)/, code: "E_GIT_FORBIDDEN" },
  { match: /archived project/, code: "E_GIT_FORBIDDEN" },
];
