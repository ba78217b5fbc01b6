import { realpath, stat } from "node:fs/promises";
import { protectBranch } from "../world/create-project.ts";
import type { Project } from "../world/model.ts";
import type { World } from "../world/world.ts";
import { embeddedGitlabErrors } from "../errors.ts";
import { findRef, listRefs } from "./refs.ts";
import { gitIn, gitText, zeroId } from "./repository.ts";
import type { Repository } from "./repository.ts";
import { GitFailed, runGit } from "./run-git.ts";

/**
 * Copies all branches and tags of a repository into a project; its HEAD's branch becomes the default one.
 *
 * The repository is read through git's own transport and never written to; whose it is does not matter.
 * A detached HEAD (as a runner checks out) becomes the branch `main` where there is none.
 * @throws {StepError} E_IMPORT_REPOSITORY where it is no repository that git can read.
 */
export async function importRepository(
  world: World,
  project: Project,
  path: string,
): Promise<void> {
  const { repository } = project;
  const source = await openSource(repository, path);
  const refspecs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
  const options = [
    "--quiet",
    "--no-tags",
    "--update-shallow",
    "--update-head-ok",
    "--no-write-fetch-head",
  ];
  try {
    await gitIn(repository, ["fetch", ...options, "--", path, ...refspecs]);
    if (source.branch === undefined) await adoptDetachedHead(repository, path, source.head);
  } catch (error) {
    throw unreadable(path, error);
  }
  const branch = source.branch ?? (await pickBranch(repository));
  if (branch === project.defaultBranch) return;
  project.protectedBranches = [];
  project.defaultBranch = branch;
  await gitIn(repository, ["symbolic-ref", "HEAD", `refs/heads/${branch}`]);
  protectBranch(world, project, branch, {});
}

interface Source {
  /** `undefined` where HEAD is detached. */
  readonly branch: string | undefined;
  /** `undefined` where there is no commit yet. */
  readonly head: string | undefined;
}

async function openSource({ host }: Repository, path: string): Promise<Source> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    throw embeddedGitlabErrors("E_IMPORT_REPOSITORY", `There is no folder ${path}.`);
  }
  const ask = (args: readonly string[]): Promise<string> =>
    runGit(host, ["-C", path, ...args]).then((bytes) => bytes.toString().trim());
  const tryAsk = (args: readonly string[]): Promise<string | undefined> =>
    ask(args).catch((error: unknown) => {
      if (error instanceof GitFailed) return undefined;
      throw error;
    });
  const folder = await ask(["rev-parse", "--absolute-git-dir"]).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const top = await tryAsk(["rev-parse", "--show-toplevel"]);
  const real = await realpath(path);
  if (![folder, top].includes(real)) {
    const message = `${path} is not itself a repository but a folder inside ${top ?? folder}.`;
    throw embeddedGitlabErrors("E_IMPORT_REPOSITORY", message);
  }
  const symbolic = await tryAsk(["symbolic-ref", "--quiet", "HEAD"]);
  const head = await tryAsk(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  return { branch: symbolic?.replace(/^refs\/heads\//, ""), head };
}

async function adoptDetachedHead(
  repository: Repository,
  path: string,
  head: string | undefined,
): Promise<void> {
  if (head === undefined || (await findRef(repository, "refs/heads/main")) !== undefined) return;
  await gitIn(repository, [
    "fetch",
    "--quiet",
    "--no-tags",
    "--update-shallow",
    "--",
    path,
    "HEAD",
  ]);
  await gitText(repository, ["update-ref", "refs/heads/main", head, zeroId]);
}

async function pickBranch(repository: Repository): Promise<string> {
  const names = (await listRefs(repository, "refs/heads/")).map((ref) =>
    ref.name.replace(/^refs\/heads\//, ""),
  );
  return names.find((name) => name === "main") ?? names[0] ?? "main";
}

function unreadable(path: string, cause: unknown) {
  const said = cause instanceof GitFailed ? cause.stderr.trim() : String(cause);
  return embeddedGitlabErrors("E_IMPORT_REPOSITORY", `git cannot read ${path}: ${said}`, { cause });
}
