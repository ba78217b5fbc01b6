import { part } from "./call.ts";
import { find, type GitLab, json } from "./client.ts";
import { gitlabError } from "./errors.ts";
import { answerFailure } from "./failures.ts";
import { fieldsOf } from "./fields.ts";
import { type Judgement, write } from "./outcome.ts";
import { listAll, listPages } from "./pages.ts";
import { projectPath } from "./project.ts";

export interface BranchCommit {
  sha: string;
  message: string;
  author: string;
  webUrl: string | undefined;
}

/** The commits of a branch that another one does not have, newest first. @see https://docs.gitlab.com/api/commits/ */
export async function listBranchCommits(
  gitlab: GitLab,
  { from, to }: { from: string; to: string },
): Promise<readonly BranchCommit[]> {
  const call = {
    path: `${projectPath(gitlab)}/repository/commits`,
    query: { ref_name: `${from}..${to}` },
    purpose: `list the commits of ${to} that ${from} does not have`,
    needs: "the role Reporter and the scope read_api",
  };
  return (await listAll(gitlab, call, "a commit")).map((fields) => ({
    sha: fields.text("id"),
    message: fields.text("message"),
    author: fields.optionalText("author_name") ?? "",
    webUrl: fields.optionalText("web_url"),
  }));
}

/** How many commits are looked through for the one that followed another. */
const mostLookedThrough = 1000;

/** A commit that follows another one directly. */
export interface FollowingCommit {
  sha: string;
  title: string;
  webUrl: string | undefined;
}

/**
 * The commit of a branch whose parent is this one.
 *
 * @returns `undefined` where there is none, `"too many"` where the branch went on too long to look through it.
 */
export async function findFollowingCommit(
  gitlab: GitLab,
  { commit, branch }: { commit: string; branch: string },
): Promise<FollowingCommit | "too many" | undefined> {
  const call = {
    path: `${projectPath(gitlab)}/repository/commits`,
    query: { ref_name: `${commit}..${branch}` },
    purpose: `look for the commit of ${branch} that follows ${commit}`,
    needs: "the role Reporter and the scope read_api",
  };
  let seen = 0;
  for await (const fields of listPages(gitlab, call, "a commit")) {
    if (fields.texts("parent_ids").includes(commit))
      return {
        sha: fields.text("id"),
        title: fields.text("title"),
        webUrl: fields.optionalText("web_url"),
      };
    seen += 1;
    if (seen === mostLookedThrough) return "too many";
  }
  return undefined;
}

/** The branches that hold a commit. @see https://docs.gitlab.com/api/commits/#get-references-a-commit-is-pushed-to */
export async function listBranchesWith(gitlab: GitLab, commit: string): Promise<readonly string[]> {
  const call = {
    path: `${projectPath(gitlab)}/repository/commits/${part(commit)}/refs`,
    query: { type: "branch" },
    purpose: `look for the branches that hold ${commit}`,
    needs: "the role Reporter and the scope read_api",
  };
  return (await listAll(gitlab, call, "a branch")).map((fields) => fields.text("name"));
}

/** One file of a commit that is to be made. */
export interface FileWrite {
  path: string;
  content: string;
}

export interface WantedCommit {
  branch: string;
  /** The commit that a new branch begins at; `undefined` for a branch that is there. */
  start: string | undefined;
  /** Where the files were read: they must still be the same when they are written. */
  readAt: string;
  message: string;
  files: readonly FileWrite[];
  /** Whether the branch has this commit already. */
  isThere(): Promise<boolean>;
}

/**
 * Commits changed files to a branch, all or none. A file that somebody changed since it was read, or a branch that
 * somebody made meanwhile, is left alone: nothing of theirs is overwritten.
 *
 * @throws {StepError} E_BRANCH_BUSY where somebody else was faster.
 * @see https://docs.gitlab.com/api/commits/#create-a-commit-with-multiple-files-and-actions
 */
export async function commitToBranch(gitlab: GitLab, wanted: WantedCommit): Promise<void> {
  const { branch, start, readAt, message, files, isThere } = wanted;
  const guards = await Promise.all(
    files.map(({ path }) => (start === undefined ? lastCommitOf(gitlab, path, readAt) : undefined)),
  );
  const answered = await write(gitlab, {
    call: {
      method: "POST",
      path: `${projectPath(gitlab)}/repository/commits`,
      json: {
        branch,
        ...(start === undefined ? {} : { start_sha: start }),
        commit_message: message,
        stats: false,
        actions: files.map(({ path, content }, index) => ({
          action: "update",
          file_path: path,
          content: Buffer.from(content, "utf8").toString("base64"),
          encoding: "base64",
          ...(guards[index] === undefined ? {} : { last_commit_id: guards[index] }),
        })),
      },
      purpose: `commit to the branch ${branch}`,
      needs: "the role Developer and the scope api",
    },
    isThere,
    judge({ status, ...rest }, text): Judgement | undefined {
      if (status !== 400 || !/already exists|has changed|could not update|refresh/i.test(text))
        return undefined;
      const { message: why } = answerFailure({ status, ...rest }, gitlab);
      return { doubtful: true, failure: gitlabError("E_BRANCH_BUSY", why) };
    },
  });
  if (answered !== "there") json(gitlab, answered);
}

/** The commit that last changed a file, as of a commit. */
async function lastCommitOf(
  gitlab: GitLab,
  path: string,
  ref: string,
): Promise<string | undefined> {
  const found = await find(gitlab, {
    path: `${projectPath(gitlab)}/repository/files/${part(path)}`,
    query: { ref },
    purpose: `read ${path}`,
    needs: "the role Reporter and the scope read_api",
  });
  return found === undefined
    ? undefined
    : fieldsOf(found, `the file ${path}`).optionalText("last_commit_id");
}
