import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type EmbeddedGitlab, startEmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";
import { runStep, type StepRun } from "../../src/step/index.ts";
import type { Step } from "../../src/step/define.ts";
import type { Clock } from "../../src/step/clock.ts";
import { quickClock } from "./gitlab-client.ts";

/** A project with a tag on a GitLab of the test's own, and a job's working directory. */
export interface TaggedProject {
  readonly gitlab: EmbeddedGitlab;
  readonly folder: string;
  /** The commit of the tag. */
  readonly sha: string;
  /** Variables of a job in the pipeline of the tag. */
  readonly env: Readonly<Record<string, string>>;
  write(name: string, content: string | Uint8Array): void;
  /** Runs a step as a job of the tag's pipeline, with time that passes at once. */
  run(step: Step, env?: Readonly<Record<string, string>>, clock?: Clock): Promise<StepRun>;
  close(): Promise<void>;
}

export interface Past {
  git(...args: string[]): string;
  /** Writes files and commits them. */
  commit(message: string, files?: Readonly<Record<string, string>>): void;
}

/**
 * @param tag the tag that the repository has, on its last commit; `undefined` for none.
 * @param history what happened between the first commit and the tag.
 */
export async function startTaggedProject(
  tag: string | undefined = "v1.2.0",
  history: (past: Past) => void = () => {},
): Promise<TaggedProject> {
  const folder = mkdtempSync(join(tmpdir(), "tagged-project-"));
  const repository = join(folder, "repository");
  mkdirSync(repository);
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.org", ...args], {
      cwd: repository,
      encoding: "utf8",
      // The same ids in every test.
      env: {
        ...process.env,
        GIT_AUTHOR_DATE: "@1700000000 +0000",
        GIT_COMMITTER_DATE: "@1700000000 +0000",
      },
    }).trim();
  git("init", "--quiet", "--initial-branch=main");
  writeFileSync(join(repository, "README.md"), "# Demo\n");
  git("add", ".");
  git("commit", "--quiet", "--message=Begin");
  history({
    git,
    commit(message, files = {}) {
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(repository, name)), { recursive: true });
        writeFileSync(join(repository, name), content);
      }
      git("add", ".");
      git("commit", "--quiet", "--allow-empty", `--message=${message}`);
    },
  });
  if (tag !== undefined) git("tag", "--annotate", "--message=Release", tag);
  const sha = git("rev-parse", "HEAD");
  const gitlab = await startEmbeddedGitlab({ importRepository: repository, project: "group/demo" });
  const work = join(folder, "work");
  mkdirSync(work);
  const env = {
    CI_API_V4_URL: gitlab.api,
    CI_PROJECT_ID: String(gitlab.project.id),
    CI_PROJECT_NAME: "demo",
    CI_JOB_TOKEN: gitlab.tokens.job,
    CI_COMMIT_SHA: sha,
    ...(tag === undefined ? {} : { CI_COMMIT_TAG: tag }),
  };
  return {
    gitlab,
    folder: work,
    sha,
    env,
    write(name, content) {
      mkdirSync(dirname(join(work, name)), { recursive: true });
      writeFileSync(join(work, name), content);
    },
    run: (step, more = {}, clock = quickClock(new Date().toISOString())) =>
      runStep(step, { env: { ...env, ...more }, cwd: work, clock }),
    async close() {
      await gitlab.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
