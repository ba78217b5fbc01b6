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
} from "../../src/artifacts/index.ts";
import { requireRefNames } from "../../src/git/index.ts";
import {
  connectProject,
  expectedRefusal,
  findBranch,
  findUserIds,
  gitlabError,
  type MergeRequest,
  mergeRequestClosed,
  proposeMergeRequest,
  proposes,
  readProject,
  setAutoMerge,
} from "../../src/gitlab/index.ts";
import { effect, type Effect } from "../../src/step/index.ts";
import { chooseBranch, type History, type ProposalBranch, readHistory } from "./branch.ts";
import { openRepository } from "./checkout.ts";
import { commitEffect } from "./commit-effect.ts";
import type { ProposeContext } from "./inputs.ts";
import { readNews } from "./news.ts";
import { tellMergeRequest, tellPlan } from "./tell.ts";
import { readWanted, type Wanted } from "./wanted.ts";

/** Reads everything, decides, and plans at most a commit, a merge request, and that it merges by itself. */
export async function planProposal(context: ProposeContext): Promise<readonly Effect[]> {
  const { inputs, log, dryRun, refuse } = context;
  if (inputs.DEPLOY_BRANCH !== undefined)
    requireRefNames([{ what: "DEPLOY_BRANCH", name: inputs.DEPLOY_BRANCH }]);
  const deploy = connectProject(context, inputs.DEPLOY_PROJECT, [
    { variable: context.origins.DEPLOY_TOKEN ?? "DEPLOY_TOKEN", secret: inputs.DEPLOY_TOKEN },
  ]);
  const project = await readProject(deploy);
  const target = inputs.DEPLOY_BRANCH ?? project.defaultBranch ?? "main";
  const head = await findBranch(deploy, target);
  if (head === undefined)
    throw gitlabError("E_NOT_FOUND", `${project.path} has no branch ${target}.`);
  const refusal = dryRun ? await expectedRefusal(deploy, "propose an artifact") : undefined;
  if (refusal !== undefined) refuse(refusal);
  const reviewerIds = await findUserIds(deploy, inputs.DEPLOY_REVIEWERS ?? []);

  const wanted = await readWanted(context);
  const repository = await openRepository(context, deploy, project.webUrl);
  const snapshot = await repository.at(head.sha);
  const planned = await plan(context, snapshot, wanted);
  const proposal = proposalId(target, wanted);
  const history = await readHistory(deploy, target, proposalBranch(wanted));
  tellPlan(context, planned);
  if (planned.changes.length === 0) {
    log.info(`${project.path} declares this on ${target} already: there is nothing to propose.`);
    if (history.last !== undefined && proposes(history.last, proposal))
      tellMergeRequest(context, history.last);
    return [];
  }
  const { merged, closed } = judgeHistory(context, history, proposal);
  if (merged !== undefined) {
    log.info(
      `!${merged.iid} proposed just this and was merged; ${target} does not declare it any more, which a person has decided.`,
    );
    tellMergeRequest(context, merged);
    return [];
  }

  const branch = await chooseBranch(deploy, target, history, closed);
  const news = await Promise.all(
    planned.artifacts.map(async (artifact, index) => {
      const one = wanted[index];
      if (one === undefined) throw new TypeError("An artifact was planned that nobody wants");
      return readNews(context, one, artifact);
    }),
  );
  const title = proposalTitle(news);
  const mergeRequest = effect(
    proposeMergeRequest(deploy, {
      source: branch.name,
      target,
      title,
      text: proposalDescription(news, about(context)),
      proposal,
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
  const changes =
    branch.head === undefined
      ? planned.changes
      : await changesOnBranch(
          context,
          { branch, proposal, wanted },
          await repository.at(branch.head),
        );
  const commit = commitEffect({
    gitlab: deploy,
    target,
    branch: branch.name,
    base: branch.head ?? head.sha,
    isNew: branch.head === undefined,
    title,
    proposal,
    entries: wanted.map(({ name, id }) => ({ name, id })),
    changes,
  });
  return [
    ...(changes.length === 0 ? [] : [commit]),
    told,
    ...(inputs.DEPLOY_AUTO_MERGE
      ? [setAutoMerge(deploy, mergeRequest.result, context.signal)]
      : []),
  ];
}

function plan(
  { inputs }: ProposeContext,
  repository: Repository,
  wanted: readonly Wanted[],
): Promise<PlannedChanges> {
  return planChanges(repository, wanted, {
    removeOld: inputs.REMOVE_OLD,
    replaceReferences: inputs.DEPLOY_REPLACE_REFERENCES,
    source: inputs.ARTIFACT_SOURCE,
  });
}

/**
 * Merged is done, closed is an answer (R14). Only the newest one counts: an older version may be proposed again after a
 * newer one, which is a rollback.
 *
 * @returns the merge request that was merged, or the closed one that is to be opened again.
 * @throws {StepError} E_MERGE_REQUEST_CLOSED
 */
function judgeHistory(
  { inputs }: ProposeContext,
  { open, last }: History,
  proposal: string,
): { merged?: MergeRequest; closed?: MergeRequest } {
  if (open !== undefined || last === undefined || !proposes(last, proposal)) return {};
  if (last.state === "merged") return { merged: last };
  if (!inputs.DEPLOY_REOPEN) throw mergeRequestClosed(last);
  return { closed: last };
}

interface BranchQuestion {
  branch: ProposalBranch;
  proposal: string;
  wanted: readonly Wanted[];
}

/**
 * What is still to be done on a branch that is there. Where our last commit proposed the same, nothing: whatever a person
 * has changed since stays.
 *
 * @throws {StepError} E_BRANCH_FOREIGN where a person changed what our last commit declared.
 */
async function changesOnBranch(
  context: ProposeContext,
  { branch, proposal, wanted }: BranchQuestion,
  snapshot: Repository,
): Promise<PlannedChanges["changes"]> {
  const { name, last, open } = branch;
  if (last === undefined || last.proposal === proposal) return [];
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
