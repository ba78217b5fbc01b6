import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { type EmbeddedGitlab, startEmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";
import { makeExampleChannel } from "../../src/conda/index.ts";
import { silentLog } from "../../src/step/log.ts";
import { docker, hostOfContainers } from "./docker-run.ts";
import { slipwayImage } from "./image.ts";
import {
  type Reference,
  refOptions,
  runner,
  templatesProject,
  templatesRef,
} from "./template-project.ts";

const root = join(import.meta.dirname, "../..");
/** What gitlab-ci-local copies files with; any image with bash and rsync. */
const helperImage = "slipway-test-helper:trixie";

export interface PipelineRun {
  readonly checkout: string;
  readonly pipeline: number;
  readonly createdAt: string;
  readonly exitCode: number;
  /** Standard output and error as they came. */
  readonly output: string;
}

export interface PipelineOptions {
  /** A branch, or a tag. */
  readonly ref: Reference;
  /** Only these jobs, as somebody who presses play; default: whatever runs by itself. */
  readonly jobs?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  /** When a job prints this it is cancelled, as the docker executor does it: SIGTERM to all but process 1. */
  readonly cancelAt?: string;
  /** In the pipeline of an earlier run: its jobs are run again, with what its other jobs left. */
  readonly again?: PipelineRun;
}

/** A project whose pipelines run, in containers, against a GitLab of its own. */
export interface PipelineWorld extends AsyncDisposable {
  readonly gitlab: EmbeddedGitlab;
  git(...args: readonly string[]): Promise<string>;
  /** Asks GitLab as its Maintainer. */
  api(path: string): Promise<unknown>;
  run(options: PipelineOptions): Promise<PipelineRun>;
}

/** @param configuration the project's `.gitlab-ci.yml`, which may include the templates from `workflow_utils`. */
export async function pipelineWorld(configuration: string): Promise<PipelineWorld> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-pipelines-"));
  await makeHelperImage();
  const channel = await makeExampleChannel({ env: process.env, log: silentLog });
  const host = await hostOfContainers();
  const project = join(folder, "project");
  cpSync(join(root, "examples/job-project"), project, { recursive: true });
  writeFileSync(join(project, ".gitlab-ci.yml"), configuration);
  await commitAll(project);
  // Containers reach it at the address of docker's bridge.
  const gitlab = await startEmbeddedGitlab({
    host: "0.0.0.0",
    externalHost: host,
    project: "group/job-project",
    importRepository: project,
  });
  await gitlab.admin.createProject({
    path: templatesProject,
    visibility: "public",
    importRepository: await repositoryOfTemplates(folder),
  });
  const origin = gitlab.project.httpUrl.replace(
    "://",
    `://maintainer:${gitlab.tokens.maintainer}@`,
  );
  let runs = 0;

  return {
    gitlab,
    git: async (...args) => (await execa("git", ["-C", project, ...args])).stdout,
    async api(path) {
      const response = await fetch(`${gitlab.api}/projects/${gitlab.project.id}/${path}`, {
        headers: { "PRIVATE-TOKEN": gitlab.tokens.maintainer },
      });
      return response.json();
    },
    async run({ ref, jobs = [], variables = {}, cancelAt, again }) {
      const name = "tag" in ref ? ref.tag : ref.branch;
      const checkout = again?.checkout ?? join(folder, `run-${(runs += 1)}`);
      if (again === undefined)
        await execa("git", ["clone", "--quiet", "--branch", name, origin, checkout]);
      const pipelineId = again?.pipeline ?? (await pipelineOf(gitlab, name));
      const createdAt = again?.createdAt ?? new Date().toISOString().replace(/\.\d+/, "");
      const { token, ...job } = await gitlab.admin.startJob({
        project: gitlab.project.id,
        ref: name,
        ...(pipelineId === undefined ? {} : { pipelineId }),
      });
      const given = {
        CI_PROJECT_ID: String(gitlab.project.id),
        CI_JOB_TOKEN: token,
        CI_JOB_ID: String(job.id),
        CI_PIPELINE_ID: String(job.pipelineId),
        CI_PIPELINE_CREATED_AT: createdAt,
        CI_COMMIT_TIMESTAMP: await commitDate(checkout),
        CI_PROJECT_PASSWORD: gitlab.tokens.maintainer,
        SLIPWAY_IMAGE: slipwayImage(),
        CONDA_CHANNELS: "/channel",
        ...variables,
      };
      const running = execa(
        process.execPath,
        [
          runner,
          ...jobs,
          `--helper-image=${helperImage}`,
          "--pull-policy=if-not-present",
          `--volume=${channel.folder}:/channel:ro`,
          ...Object.entries(given).map(([variable, value]) => `--variable=${variable}=${value}`),
          ...refOptions(ref),
        ],
        { cwd: checkout, reject: false, all: true, stdin: "ignore" },
      );
      let isCancelled = false;
      running.all.on("data", (chunk: Buffer) => {
        if (cancelAt === undefined || isCancelled || !chunk.toString().includes(cancelAt)) return;
        isCancelled = true;
        void terminateJobs();
      });
      const { exitCode, all } = await running;
      gitlab.admin.endJob(job.id, exitCode === 0 ? "success" : "failed");
      return {
        checkout,
        pipeline: job.pipelineId,
        createdAt,
        exitCode: exitCode ?? -1,
        output: all,
      };
    },
    async [Symbol.asyncDispose]() {
      await gitlab.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function terminateJobs(): Promise<void> {
  const running = await docker("ps", "--quiet", `--filter=ancestor=${slipwayImage()}`);
  for (const id of running.split("\n").filter((one) => one !== ""))
    // This shell may end with the container.
    await execa("docker", ["exec", id, "sh", "-c", "kill -TERM -1"], { reject: false });
}

async function commitDate(checkout: string): Promise<string> {
  const { stdout } = await execa("git", ["log", "-1", "--format=%cI"], { cwd: checkout });
  return stdout;
}

/** The pipeline that the push of a ref started. */
async function pipelineOf(gitlab: EmbeddedGitlab, ref: string): Promise<number | undefined> {
  const query = new URLSearchParams({ ref });
  const response = await fetch(`${gitlab.api}/projects/${gitlab.project.id}/pipelines?${query}`, {
    headers: { "PRIVATE-TOKEN": gitlab.tokens.maintainer },
  });
  const pipelines: readonly { id: number }[] = JSON.parse(await response.text());
  return pipelines[0]?.id;
}

/** The templates as a repository that others include them from. */
async function repositoryOfTemplates(folder: string): Promise<string> {
  const repository = join(folder, "templates");
  mkdirSync(repository);
  for (const path of ["gitlab_ci_templates", "templates"])
    cpSync(join(root, path), join(repository, path), { recursive: true });
  await commitAll(repository);
  await execa("git", ["-C", repository, "tag", templatesRef]);
  return repository;
}

export async function commitAll(folder: string): Promise<void> {
  const git = (...args: readonly string[]) =>
    execa("git", [
      "-C",
      folder,
      "-c",
      "user.name=Ada",
      "-c",
      "user.email=ada@example.org",
      ...args,
    ]);
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("commit", "--quiet", "--message=Add it");
}

async function makeHelperImage(): Promise<void> {
  await execa(join(root, "images/base/bootstrap.sh"), [helperImage, "bash,rsync"]);
}
