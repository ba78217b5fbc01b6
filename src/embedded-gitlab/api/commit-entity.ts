import { readCommits } from "../git/commits.ts";
import type { Commit } from "../git/commits.ts";
import { readObjects } from "../git/objects.ts";
import { gitText } from "../git/repository.ts";
import type { Exchange } from "../http/exchange.ts";
import { webUrl } from "../http/exchange.ts";
import type { Project } from "../world/model.ts";

type Place = Pick<Exchange, "origin">;

export function showCommit(place: Place, project: Project, commit: Commit) {
  return {
    id: commit.id,
    short_id: commit.id.slice(0, 8),
    created_at: showGitTime(commit.committer.date),
    parent_ids: commit.parents,
    title: (commit.message.split("\n")[0] ?? "").trim(),
    message: commit.message,
    author_name: commit.author.name,
    author_email: commit.author.email,
    authored_date: showGitTime(commit.author.date),
    committer_name: commit.committer.name,
    committer_email: commit.committer.email,
    committed_date: showGitTime(commit.committer.date),
    trailers: {},
    extended_trailers: {},
    web_url: `${webUrl(place, project)}/-/commit/${commit.id}`,
  };
}

/** A commit with what only the answer about one commit holds. */
export async function showCommitDetail(place: Place, project: Project, id: string) {
  const [commit] = await readCommits(project.repository, [id]);
  if (commit === undefined) throw new TypeError(`${id} is not a commit`);
  const pipeline = project.pipelines.findLast((one) => one.sha === commit.id);
  return {
    ...showCommit(place, project, commit),
    stats: await countLines(project, commit),
    status: pipeline?.status ?? null,
    project_id: project.id,
    last_pipeline:
      pipeline === undefined
        ? null
        : {
            id: pipeline.id,
            iid: pipeline.iid,
            project_id: project.id,
            sha: pipeline.sha,
            ref: pipeline.ref,
            status: pipeline.status,
            source: pipeline.source,
            created_at: pipeline.createdAt.toISOString(),
            updated_at: pipeline.createdAt.toISOString(),
            web_url: `${webUrl(place, project)}/-/pipelines/${pipeline.id}`,
          },
  };
}

/** Commits by id, read at once. */
export async function showCommits(place: Place, project: Project, ids: readonly string[]) {
  const commits = await readCommits(project.repository, ids);
  return commits.map((commit) => showCommit(place, project, commit));
}

async function countLines(project: Project, commit: Commit) {
  const [before] = await readObjects(project.repository, commit.parents.slice(0, 1));
  // The oldest commit of a shallow import has a parent that is not there.
  const range = before === undefined ? ["--root"] : [before.id];
  const args = ["diff-tree", "--numstat", "-M", "-r", ...range, commit.id];
  const text = await gitText(project.repository, args);
  let additions = 0;
  let deletions = 0;
  for (const line of text.split("\n")) {
    const [, added = "0", removed = "0"] = /^(\d+)\t(\d+)\t/.exec(line) ?? [];
    additions += Number(added);
    deletions += Number(removed);
  }
  return { additions, deletions, total: additions + deletions };
}

function showGitTime(date: Date): string {
  return date.toISOString().replace("Z", "+00:00");
}
