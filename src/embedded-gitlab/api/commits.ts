import { assertMay } from "../access/permissions.ts";
import { listCommitIds, mergeBase } from "../git/commits.ts";
import { listRefs, resolveCommit, isAncestor } from "../git/refs.ts";
import { json } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import { queryParameters } from "../http/body.ts";
import type { Exchange } from "../http/exchange.ts";
import { param, webUrl } from "../http/exchange.ts";
import { page } from "../http/pagination.ts";
import { badRequest, invalidParameter, notFound } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import type { Project } from "../world/model.ts";
import { codeProject } from "./branches.ts";
import { planChanges, readAction } from "./commit-actions.ts";
import { showCommitDetail, showCommits } from "./commit-entity.ts";
import { listDiffs } from "./diff-entity.ts";
import { findCommitTarget, writeCommit } from "./write-commit.ts";

const base = "/projects/:id/repository";

/** https://docs.gitlab.com/api/commits/, https://docs.gitlab.com/api/repositories/ */
export const commitRoutes = [
  route("GET", `${base}/commits`, listCommits),
  route("POST", `${base}/commits`, createCommit),
  route("GET", `${base}/commits/:sha`, getCommit, { jobToken: "read_repositories" }),
  route("GET", `${base}/commits/:sha/refs`, listCommitRefs),
  route("GET", `${base}/commits/:sha/diff`, listCommitDiff),
  route("GET", `${base}/compare`, compare),
  route("GET", `${base}/merge_base`, getMergeBase),
];

async function listCommits(exchange: Exchange): Promise<Answer> {
  const project = codeProject(exchange);
  const query = queryParameters(exchange.query);
  const all = query.boolean("all") === true;
  const revisions = all ? [] : await readRange(project, query.text("ref_name"));
  const ids = await listCommitIds(project.repository, revisions, {
    path: query.text("path"),
    since: query.date("since")?.toISOString(),
    until: query.date("until")?.toISOString(),
    author: query.text("author"),
    firstParent: query.boolean("first_parent") === true,
    all,
  });
  const withStats = query.boolean("with_stats") === true;
  return page(exchange, ids, async (id) => {
    const [commit] = await showCommits(exchange, project, [id]);
    if (!withStats) return commit;
    return { ...commit, stats: (await showCommitDetail(exchange, project, id)).stats };
  });
}

async function getCommit(exchange: Exchange): Promise<Answer> {
  const project = codeProject(exchange);
  const { stats, ...rest } = await showCommitDetail(
    exchange,
    project,
    await existingCommit(exchange, project),
  );
  const wantsStats = queryParameters(exchange.query).boolean("stats") ?? true;
  return json(wantsStats ? { ...rest, stats } : rest);
}

async function createCommit(exchange: Exchange): Promise<Answer> {
  const project = codeProject(exchange);
  assertMay(exchange, project, "push_code");
  const parameters = await exchange.parameters();
  parameters.requiredText("commit_message");
  const actions = parameters.records("actions");
  if (actions === undefined) throw invalidParameter("actions is missing");
  const target = await findCommitTarget(exchange, project, parameters);
  const changes = await planChanges(project, target.parent, actions.map(readAction));
  const id = await writeCommit(exchange, project, target, changes, parameters);
  const { stats, ...rest } = await showCommitDetail(exchange, project, id);
  return json(parameters.boolean("stats") === false ? rest : { ...rest, stats }, 201);
}

async function listCommitRefs(exchange: Exchange): Promise<Answer> {
  const project = codeProject(exchange);
  const commit = await existingCommit(exchange, project);
  const type = queryParameters(exchange.query).oneOf("type", ["all", "branch", "tag"]) ?? "all";
  const found: { type: "branch" | "tag"; name: string }[] = [];
  for (const ref of await listRefs(project.repository, "refs/")) {
    const [, kind, name = ""] = /^refs\/(heads|tags)\/(.+)$/.exec(ref.name) ?? [];
    const refType = kind === "heads" ? "branch" : "tag";
    if (kind === undefined || (type !== "all" && type !== refType)) continue;
    if (await isAncestor(project.repository, commit, ref.commit))
      found.push({ type: refType, name });
  }
  return page(exchange, found, (one) => one);
}

async function listCommitDiff(exchange: Exchange): Promise<Answer> {
  const project = codeProject(exchange);
  const commit = await existingCommit(exchange, project);
  const parent = await resolveCommit(project.repository, `${commit}~1`);
  return page(exchange, await listDiffs(project, parent, commit), (diff) => diff);
}

async function compare(exchange: Exchange): Promise<Answer> {
  const project = codeProject(exchange);
  const query = queryParameters(exchange.query);
  const [fromName, toName] = [query.requiredText("from"), query.requiredText("to")];
  const from = await resolveCommit(project.repository, fromName);
  const to = await resolveCommit(project.repository, toName);
  if (from === undefined || to === undefined) throw notFound("Ref");
  const ids = (await listCommitIds(project.repository, [to, `^${from}`])).toReversed();
  const commits = await showCommits(exchange, project, ids);
  const isStraight = query.boolean("straight") === true;
  const base = isStraight ? from : await mergeBase(project.repository, [from, to]);
  return json({
    commit: commits.at(-1) ?? null,
    commits,
    diffs: await listDiffs(project, base, to),
    compare_timeout: false,
    compare_same_ref: from === to,
    web_url: `${webUrl(exchange, project)}/-/compare/${from}...${to}`,
  });
}

async function getMergeBase(exchange: Exchange): Promise<Answer> {
  const project = codeProject(exchange);
  const names = queryParameters(exchange.query).texts("refs") ?? [];
  if (names.length < 2) throw badRequest("Provide at least 2 refs");
  const ids: string[] = [];
  for (const name of names) {
    const id = await resolveCommit(project.repository, name);
    if (id === undefined) throw badRequest(`Could not find ref: ${name}`);
    ids.push(id);
  }
  const base = await mergeBase(project.repository, ids);
  if (base === undefined) throw notFound("Merge Base");
  const [shown] = await showCommits(exchange, project, [base]);
  return json(shown);
}

async function existingCommit(exchange: Exchange, project: Project): Promise<string> {
  const found = await resolveCommit(project.repository, param(exchange, "sha"));
  if (found === undefined) throw notFound("Commit");
  return found;
}

// A branch, tag, id, or `a..b`: what leads to b and not to a.
async function readRange(project: Project, name: string | undefined): Promise<string[]> {
  const [first = "", second] = (name ?? project.defaultBranch).split(/\.{2,3}/);
  const to = await resolveCommit(project.repository, second ?? first);
  if (to === undefined) throw notFound("Ref Name");
  if (second === undefined) return [to];
  const from = await resolveCommit(project.repository, first);
  if (from === undefined) throw notFound("Ref Name");
  return [to, `^${from}`];
}
