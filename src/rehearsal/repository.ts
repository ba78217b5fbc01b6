import { lstat, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "./git.ts";
import { rehearsalError } from "./errors.ts";

export interface RehearsedRepository {
  /** A bare repository of the rehearsal's own, with all branches and tags of the original. */
  readonly path: string;
  /** The branch that is released. */
  readonly branch: string;
  /** Where it stands. */
  readonly head: string;
}

/**
 * Copies what is committed in a repository, without writing to it: it may be read-only and belong to somebody else.
 *
 * A folder that is not itself the top of a work tree is taken as the content of one first commit. An enclosing
 * repository is never used.
 *
 * @param fallbackBranch names the branch where HEAD is detached, as in a job's checkout.
 */
export async function copyRepository(
  source: string,
  target: string,
  { git, workFolder, fallbackBranch }: { git: Git; workFolder: string; fallbackBranch: string },
): Promise<RehearsedRepository> {
  const gitDir = await findGitDir(source);
  await git.text(["init", "--quiet", "--bare", `--initial-branch=${fallbackBranch}`, target]);
  if (gitDir === undefined) await commitFolder(source, target, git);
  else await fetchAll(gitDir, target, git, { fallbackBranch, trust: await trustFile(workFolder) });
  const branch = await headBranch(target, git);
  const head = (
    await git.text(["rev-parse", "--verify", `refs/heads/${branch}^{commit}`], {
      gitDirectory: target,
    })
  ).trim();
  return { path: target, branch, head };
}

async function findGitDir(source: string): Promise<string | undefined> {
  const status = await stat(source).catch(() => undefined);
  if (status?.isDirectory() !== true)
    throw rehearsalError("E_REHEARSE_REPO", `${source} is no folder.`);
  if (await exists(join(source, ".git"))) return join(source, ".git");
  const bare = await Promise.all(
    ["HEAD", "objects", "refs"].map((name) => exists(join(source, name))),
  );
  return bare.every(Boolean) ? source : undefined;
}

/** `.gitignore` counts, so that what a build left behind is not part of the first commit. */
async function commitFolder(folder: string, target: string, git: Git): Promise<void> {
  const inFolder = { gitDirectory: target, workTree: folder, cwd: folder };
  await git.text(["add", "--all", "--", "."], inFolder);
  const tree = (await git.text(["write-tree"], { gitDirectory: target })).trim();
  if ((await git.text(["ls-tree", "--name-only", tree], { gitDirectory: target })).trim() === "") {
    throw rehearsalError("E_REHEARSE_REPO", `${folder} holds no file that could be committed.`);
  }
  const commit = await git.text(["commit-tree", "-m", "First commit", tree], {
    gitDirectory: target,
    variables: identity,
  });
  const branch = await headBranch(target, git);
  await git.text(["update-ref", `refs/heads/${branch}`, commit.trim()], { gitDirectory: target });
}

const identity = {
  GIT_AUTHOR_NAME: "Rehearsal",
  GIT_AUTHOR_EMAIL: "rehearsal@noreply.invalid",
  GIT_COMMITTER_NAME: "Rehearsal",
  GIT_COMMITTER_EMAIL: "rehearsal@noreply.invalid",
};

/** Of an id in hexadecimal digits. */
const sha1Length = 40;

/** The repository was named by the caller: that somebody else owns it is no reason not to read it (G12). */
async function trustFile(workFolder: string): Promise<string> {
  const path = join(workFolder, "trust.gitconfig");
  await writeFile(path, "[safe]\n\tdirectory = *\n");
  return path;
}

async function fetchAll(
  gitDir: string,
  target: string,
  git: Git,
  { fallbackBranch, trust }: { fallbackBranch: string; trust: string },
): Promise<void> {
  const refs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
  const source = {
    gitDirectory: target,
    variables: { GIT_ALLOW_PROTOCOL: "file", GIT_CONFIG_GLOBAL: trust },
  };
  const heads = await git.text(["ls-remote", "--symref", "--", gitDir, "HEAD"], source);
  const branch = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(heads)?.[1];
  const head = /^([0-9a-f]{40,64})\tHEAD$/m.exec(heads)?.[1];
  if (head === undefined)
    throw rehearsalError("E_REHEARSE_REPO", `The repository ${gitDir} has no commits.`);
  if (head.length !== sha1Length)
    throw rehearsalError(
      "E_REHEARSE_REPO",
      `The repository ${gitDir} has the object format sha256; the embedded GitLab serves sha1 alone.`,
      {
        hint: "Rehearse its files: copy them, without .git, into a folder outside of any repository, and point REHEARSE_REPO there. bump-version works with both formats.",
      },
    );
  // A shallow checkout, as a runner makes it, is copied as shallow as it is.
  await git.text(["fetch", "--quiet", "--update-shallow", "--", gitDir, ...refs], source);
  if (branch === undefined) {
    await git.text(
      ["fetch", "--quiet", "--update-shallow", "--", gitDir, `+HEAD:refs/heads/${fallbackBranch}`],
      source,
    );
  } else {
    await git.text(["symbolic-ref", "HEAD", `refs/heads/${branch}`], { gitDirectory: target });
  }
}

async function headBranch(gitDir: string, git: Git): Promise<string> {
  return (await git.text(["symbolic-ref", "--short", "HEAD"], { gitDirectory: gitDir })).trim();
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}
