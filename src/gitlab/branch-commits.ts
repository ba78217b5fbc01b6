import { part } from "./call.ts";
import { find, type GitLab, json } from "./client.ts";
import { gitlabError } from "./errors.ts";
import { answerFailure } from "./failures.ts";
import { fieldsOf } from "./fields.ts";
import { type Judgement, write } from "./outcome.ts";
import { listAll } from "./pages.ts";
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
