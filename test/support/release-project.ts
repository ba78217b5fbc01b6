import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type EmbeddedGitlab, startEmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";
import { runStep, type StepRun } from "../../src/step/index.ts";
import bumpVersion from "../../steps/bump-version.ts";
import tagRelease from "../../steps/tag-release.ts";
import { hastyClock } from "./git-client.ts";
import { type Files, git, makeRepository, temporaryFolder } from "./repositories.ts";

export const jobFiles: Files = {
  ".bumpversion.cfg": [
    "[bumpversion]",
    "current_version = 0.15.0.dev",
    "parse = (?P<major>\\d+)\\.(?P<minor>\\d+)\\.(?P<patch>\\d+)(\\.(?P<release>[a-z0-9]+))?",
    "serialize =",
    "\t{major}.{minor}.{patch}.{release}",
    "\t{major}.{minor}.{patch}",
    "",
    "[bumpversion:part:release]",
    "optional_value = unused",
    "values =",
    "\tdev",
    "\tunused",
    "",
    "[bumpversion:file:setup.cfg]",
    "search = version = {current_version}",
    "replace = version = {new_version}",
    "",
  ].join("\n"),
  "setup.cfg": "[metadata]\nname = demo\nversion = 0.15.0.dev\n",
};

/** Another repository's commit: plain X.Y.Z, without a development marker. */
export const plainFiles: Files = {
  ".bumpversion.cfg": "[bumpversion]\ncurrent_version = 1.2.3\n\n[bumpversion:file:VERSION]\n",
  VERSION: "1.2.3\n",
};

type Variables = Readonly<Record<string, string>>;

/** A checkout as a runner leaves it, and the variables of the job. */
export interface ReleaseJob {
  readonly folder: string;
  readonly env: Variables;
  bump(more?: Variables): Promise<StepRun>;
  tag(more?: Variables): Promise<StepRun>;
}

/** What a job is of; by default of the first commit on `main`, with a runner's depth. */
interface Where {
  sha?: string;
  branch?: string;
  /** How many commits are fetched. */
  depth?: number;
  /** Whether the tags are fetched, too. */
  hasTags?: boolean;
}

/** A project on a GitLab of the test's own. */
export interface ReleaseProject {
  readonly gitlab: EmbeddedGitlab;
  /** The commit on `main`. */
  readonly sha: string;
  /** Plain git in the server's own repository: what a push by somebody else did. */
  git(...args: readonly string[]): string;
  refs(): string;
  /** A commit of somebody else on a branch. @returns its id. */
  pushCommit(title: string, branch?: string): string;
  job(more?: Variables, at?: Where): Promise<ReleaseJob>;
}

export async function startReleaseProject(files: Files = jobFiles): Promise<ReleaseProject> {
  const source = await makeRepository(files);
  const gitlab = await startEmbeddedGitlab({ importRepository: source, project: "group/demo" });
  onTestFinished(() => gitlab.close());
  const repositories = join(gitlab.folder, "repositories");
  const [name = ""] = readdirSync(repositories);
  const bare = join(repositories, name);
  const inBare = (...args: readonly string[]) => git(bare, args);
  const sha = inBare("rev-parse", "main");
  return {
    gitlab,
    sha,
    git: inBare,
    refs: () => inBare("for-each-ref", "--format=%(refname) %(objectname)"),
    pushCommit(title, branch = "main") {
      const id = inBare("commit-tree", `${branch}^{tree}`, "-p", branch, "-m", title);
      inBare("update-ref", `refs/heads/${branch}`, id);
      return id;
    },
    async job(more = {}, at = {}) {
      const folder = join(await temporaryFolder(), "checkout");
      const commit = at.sha ?? sha;
      execFileSync("git", ["init", "-q", folder]);
      git(folder, ["fetch", "-q", `--depth=${at.depth ?? 20}`, "--no-tags", bare, commit]);
      if (at.hasTags === true) git(folder, ["fetch", "-q", bare, "+refs/tags/*:refs/tags/*"]);
      git(folder, ["checkout", "-q", "--detach", commit]);
      const branch = at.branch ?? "main";
      const env = {
        PATH: process.env["PATH"] ?? "",
        CI: "true",
        CI_API_V4_URL: gitlab.api,
        CI_SERVER_HOST: "127.0.0.1",
        CI_PROJECT_ID: String(gitlab.project.id),
        CI_PROJECT_URL: gitlab.project.httpUrl.replace(/\.git$/, ""),
        CI_DEFAULT_BRANCH: "main",
        CI_COMMIT_SHA: commit,
        CI_COMMIT_BRANCH: branch,
        CI_COMMIT_REF_NAME: branch,
        CI_PIPELINE_CREATED_AT: "2026-01-02T03:04:05Z",
        CI_PROJECT_PASSWORD: gitlab.tokens.maintainer,
        ...more,
      };
      const run =
        (step: typeof tagRelease) =>
        (last: Variables = {}) =>
          runStep(step, { env: { ...env, ...last }, cwd: folder, clock: hastyClock() });
      return { folder, env, bump: run(bumpVersion), tag: run(tagRelease) };
    },
  };
}

/** The whole manual job in a fresh checkout. */
export async function release(
  project: ReleaseProject,
  more: Variables = {},
  at: Where = {},
): Promise<StepRun> {
  const job = await project.job(more, at);
  const bumped = await job.bump();
  return bumped.exitCode === 0 ? job.tag() : bumped;
}
