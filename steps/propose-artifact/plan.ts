import {
  type Entry,
  Findings,
  type PlannedChanges,
  planChanges,
  proposalBranch,
  proposalDescription,
  proposalId,
  proposalTitle,
  readArtifactsFile,
  type Repository,
  type Rules,
} from "../../src/artifacts/index.ts";
import {
  gitlabError,
  type MergeRequest,
  mergeRequestClosed,
  proposeMergeRequest,
  proposes,
  setAutoMerge,
} from "../../src/gitlab/index.ts";
import { effect, type Effect } from "../../src/step/index.ts";
import { chooseBranch, type History, type ProposalBranch, readHistory } from "./branch.ts";
import { commitEffect } from "./commit-effect.ts";
import { type Deployment, openDeployment } from "./deployment.ts";
import type { ProposeContext } from "./inputs.ts";
import { readNews } from "./news.ts";
import { tellMergeRequest, tellPlan } from "./tell.ts";
import { readWanted, type Wanted } from "./wanted.ts";

/** Reads everything, decides, and plans at most a commit, a merge request, and that it merges by itself. */
export async function planProposal(context: ProposeContext): Promise<readonly Effect[]> {
  const deployment = await openDeployment(context);
  const { gitlab, target, repository } = deployment;
  const wanted = await readWanted(context);
  const planned = await plan(context, await repository.at(target.sha), wanted);
  const proposal = { id: proposalId(target.name, wanted, rulesOf(context)), wanted, planned };
  const history = await readHistory(gitlab, target.name, proposalBranch(wanted));
  tellPlan(context, planned);

  if (isDone(context, deployment, proposal, history)) return [];
  const closed = closedBefore(context, history, proposal.id);
  const branch = await chooseBranch(gitlab, target.name, history, closed);
  return proposalEffects(context, deployment, proposal, branch);
}

/** What shall be proposed. */
interface Proposal {
  id: string;
  wanted: readonly Wanted[];
  /** On the target branch. */
  planned: PlannedChanges;
}

/**
 * The target branch declares it, or the last merge request proposed just this and was merged (R14). Only the last one
 * counts: an older version may be proposed again after a newer one, which is a rollback.
 */
function isDone(
  context: ProposeContext,
  { path, target }: Deployment,
  { id, planned }: Proposal,
  { open, last }: History,
): boolean {
  const ours = last !== undefined && proposes(last, id) ? last : undefined;
  const isDeclared = planned.changes.length === 0;
  const isMerged = open === undefined && ours?.state === "merged";
  if (isDeclared)
    context.log.info(
      `${path} declares this on ${target.name} already: there is nothing to propose.`,
    );
  else if (isMerged)
    context.log.info(
      `!${ours.iid} proposed just this and was merged; ${target.name} does not declare it any more, which a person has decided.`,
    );
  if ((isDeclared || isMerged) && ours !== undefined) tellMergeRequest(context, ours);
  return isDeclared || isMerged;
}

/**
 * Closed by a person is an answer (R14).
 *
 * @returns the merge request that is to be opened again, where an input says so.
 * @throws {StepError} E_MERGE_REQUEST_CLOSED
 */
function closedBefore(
  { inputs }: ProposeContext,
  { open, last }: History,
  id: string,
): MergeRequest | undefined {
  if (open !== undefined || last?.state !== "closed" || !proposes(last, id)) return undefined;
  if (!inputs.DEPLOY_REOPEN) throw mergeRequestClosed(last);
  return last;
}

async function proposalEffects(
  context: ProposeContext,
  { gitlab, target, repository, reviewerIds }: Deployment,
  { id, wanted, planned }: Proposal,
  branch: ProposalBranch,
): Promise<readonly Effect[]> {
  const { inputs, signal } = context;
  const news = await readNews(context, wanted, planned);
  const title = proposalTitle(news);
  const changes =
    branch.head === undefined
      ? planned.changes
      : await changesOnBranch(context, branch, { id, wanted }, await repository.at(branch.head));
  const commit = commitEffect({
    gitlab,
    target: target.name,
    branch: branch.name,
    base: branch.head ?? target.sha,
    isNew: branch.head === undefined,
    title,
    proposal: id,
    entries: wanted.map(({ name, id: address }) => ({ name, id: address })),
    changes,
  });
  const mergeRequest = effect(
    proposeMergeRequest(gitlab, {
      source: branch.name,
      target: target.name,
      title,
      text: proposalDescription(news, about(context)),
      proposal: id,
      labels: inputs.DEPLOY_LABELS ?? [],
      reviewerIds,
      reopen: inputs.DEPLOY_REOPEN,
    }),
  );
  const told = {
    ...mergeRequest,
    settle(result: MergeRequest) {
      mergeRequest.settle(result);
      tellMergeRequest(context, result);
    },
  };
  return [
    ...(changes.length === 0 ? [] : [commit]),
    told,
    ...(inputs.DEPLOY_AUTO_MERGE ? [setAutoMerge(gitlab, mergeRequest.result, signal)] : []),
  ];
}

function plan(
  context: ProposeContext,
  repository: Repository,
  wanted: readonly Wanted[],
): Promise<PlannedChanges> {
  return planChanges(repository, wanted, rulesOf(context));
}

function rulesOf({ inputs }: ProposeContext): Rules {
  return {
    removeOld: inputs.REMOVE_OLD,
    replaceReferences: inputs.DEPLOY_REPLACE_REFERENCES,
    source: inputs.ARTIFACT_SOURCE,
  };
}

/**
 * What is still to be done on a branch that is there. Where our last commit proposed the same, nothing: whatever a person
 * has changed since stays.
 *
 * @throws {StepError} E_BRANCH_FOREIGN where a person changed what our last commit declared.
 */
async function changesOnBranch(
  context: ProposeContext,
  { name, last, open }: ProposalBranch,
  { id, wanted }: Pick<Proposal, "id" | "wanted">,
  snapshot: Repository,
): Promise<PlannedChanges["changes"]> {
  if (last === undefined || last.proposal === id) return [];
  const changed = last.entries.filter((entry) => !declares(snapshot, entry));
  if (changed.length > 0)
    throw gitlabError(
      "E_BRANCH_FOREIGN",
      `Somebody changed the entry ${changed.map((entry) => entry.name).join(", ")} on the branch ${name}${open === undefined ? "" : ` of the merge request !${open.iid} (${open.webUrl})`}; it is left alone.`,
    );
  return (await plan(context, snapshot, wanted)).changes;
}

function declares({ artifactFiles }: Repository, { name, id }: Entry): boolean {
  return artifactFiles.some(({ path, text }) =>
    readArtifactsFile(path, text, new Findings()).artifacts.some(
      (one) => one.name === name && one.id === id,
    ),
  );
}

/** The same in every run: a text with the job in it would be written anew by each. */
function about({ variable }: ProposeContext): string {
  const [url, path] = [variable("CI_PROJECT_URL"), variable("CI_PROJECT_PATH")];
  const from = url === undefined || path === undefined ? "" : ` for [${path}](${url})`;
  return `_Proposed by Slipway${from}. What is written above or below this part stays, and so does every commit on the branch._`;
}
