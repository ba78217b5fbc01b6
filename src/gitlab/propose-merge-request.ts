import type { Effect } from "../step/index.ts";
import { type GitLab, json } from "./client.ts";
import { gitlabError } from "./errors.ts";
import {
  listMergeRequests,
  type MergeRequest,
  mergeRequestsPath,
  proposes,
} from "./merge-requests.ts";
import { type Judgement, write } from "./outcome.ts";
import { ourBlock, readOurText } from "./our-text.ts";

/** A merge request as it shall be, of a branch that is there. */
export interface WantedMergeRequest {
  source: string;
  target: string;
  title: string;
  /** Markdown; it stands between marks, so that people may write around it. */
  text: string;
  /** What two runs that propose the same have in common: hexadecimal. */
  proposal: string;
  labels: readonly string[];
  reviewerIds: readonly number[];
  /** Open one again that a person closed. */
  reopen: boolean;
}

const needs = "the role Developer and the scope api; the job token may make no merge requests";

/**
 * One merge request per branch: made, or brought up to date where title and description still are ours. Labels and
 * reviewers are given once, when it is made: what people change of them later stays.
 *
 * One that was merged is done. One that a person closed is an answer, and stays closed (R14).
 *
 * @see https://docs.gitlab.com/api/merge_requests/
 */
export function proposeMergeRequest(
  gitlab: GitLab,
  wanted: WantedMergeRequest,
): Effect<MergeRequest> {
  return {
    id: `merge-request:${wanted.source}`,
    sentence: `Propose '${wanted.title}' as a merge request of ${wanted.source} into ${wanted.target}`,
    async isDone() {
      const { open, past } = await look(gitlab, wanted);
      if (open !== undefined) return changesOf(open, wanted) === undefined ? open : false;
      if (past?.state === "merged") return past;
      if (past !== undefined && !wanted.reopen) throw closed(past);
      return false;
    },
    async apply() {
      const { open, past } = await look(gitlab, wanted);
      if (open !== undefined) await update(gitlab, open, changesOf(open, wanted) ?? {}, wanted);
      else if (past === undefined || past.state === "merged") await create(gitlab, wanted);
      else await reopen(gitlab, past, wanted);
    },
    async verify() {
      const { open, past } = await look(gitlab, wanted);
      const found = open ?? past;
      if (found === undefined)
        throw gitlabError(
          "E_MERGE_REQUEST_NOT_PROVEN",
          `GitLab shows no merge request of ${wanted.source} into ${wanted.target}.`,
        );
      return found;
    },
  };
}

/**
 * The open merge request of the branch; else the last one, where it proposed the same. An older one does not count: what
 * it proposed may be wanted again, as in a rollback.
 */
async function look(
  gitlab: GitLab,
  { source, target, proposal }: WantedMergeRequest,
): Promise<{ open: MergeRequest | undefined; past: MergeRequest | undefined }> {
  const all = await listMergeRequests(gitlab, { source, target, state: "all" });
  const open = all.find(({ state }) => state === "opened" || state === "locked");
  const [last] = all;
  return { open, past: last !== undefined && proposes(last, proposal) ? last : undefined };
}

/** What has to change of an open one; `undefined` for nothing. What a person wrote is never among it. */
function changesOf(
  { title, description }: MergeRequest,
  wanted: WantedMergeRequest,
): Readonly<Record<string, string>> | undefined {
  const ours = readOurText(description);
  if (ours?.untouched !== true) return undefined;
  const next = ours.replaced(blockOf(wanted));
  const changes = {
    ...(ours.isOurTitle(title) && title !== wanted.title ? { title: wanted.title } : {}),
    ...(next.trim() === description.replaceAll("\r\n", "\n").trim() ? {} : { description: next }),
  };
  return Object.keys(changes).length === 0 ? undefined : changes;
}

async function create(gitlab: GitLab, wanted: WantedMergeRequest): Promise<void> {
  const { source, target, title, labels, reviewerIds } = wanted;
  const answered = await write(gitlab, {
    call: {
      method: "POST",
      path: mergeRequestsPath(gitlab),
      json: {
        source_branch: source,
        target_branch: target,
        title,
        description: blockOf(wanted),
        remove_source_branch: true,
        ...(labels.length === 0 ? {} : { labels: labels.join(",") }),
        ...(reviewerIds.length === 0 ? {} : { reviewer_ids: reviewerIds }),
      },
      purpose: `make a merge request of ${source} into ${target}`,
      needs,
    },
    isThere: async () => (await look(gitlab, wanted)).open !== undefined,
    judge({ status }, text): Judgement | undefined {
      // Somebody was faster; theirs is adopted (R12).
      if (status === 409) return { doubtful: true };
      // The branch was made a moment ago, and not every part of GitLab has seen it yet.
      if (status === 400 && /branch .*does not exist/i.test(text))
        return { verdict: { retry: true } };
      return undefined;
    },
  });
  if (answered !== "there") json(gitlab, answered);
}

async function update(
  gitlab: GitLab,
  { iid }: MergeRequest,
  changes: Readonly<Record<string, string>>,
  wanted: WantedMergeRequest,
): Promise<void> {
  if (Object.keys(changes).length === 0) return;
  const answered = await write(gitlab, {
    call: {
      method: "PUT",
      path: mergeRequestsPath(gitlab, iid),
      json: changes,
      purpose: `bring the merge request !${iid} up to date`,
      needs,
    },
    async isThere() {
      const { open } = await look(gitlab, wanted);
      return open !== undefined && changesOf(open, wanted) === undefined;
    },
  });
  if (answered !== "there") json(gitlab, answered);
}

async function reopen(
  gitlab: GitLab,
  past: MergeRequest,
  wanted: WantedMergeRequest,
): Promise<void> {
  await update(gitlab, past, { ...changesOf(past, wanted), state_event: "reopen" }, wanted);
}

function blockOf({ proposal, title, text }: WantedMergeRequest): string {
  return ourBlock(proposal, title, text);
}

/** A person said no. */
export function closed({ iid, webUrl }: Pick<MergeRequest, "iid" | "webUrl">) {
  return gitlabError(
    "E_MERGE_REQUEST_CLOSED",
    `The merge request !${iid} proposed just this, and a person closed it: ${webUrl}`,
  );
}
