import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../step/clock.ts";
import type { Environment } from "../step/inputs/read.ts";
import type { Log } from "../step/log.ts";
import { parseDotenv } from "../step/outputs/dotenv.ts";
import { passedOn } from "./environment.ts";
import type { PackChoice } from "./choose-pack.ts";
import { stepFailed } from "./failure.ts";
import type { Git } from "./git.ts";
import { runJob } from "./job.ts";
import { packSources } from "./source-archive.ts";
import type { Server } from "./server.ts";
import { jobVariables, type Pipeline } from "./variables.ts";

export interface Rehearsal {
  readonly server: Server;
  readonly git: Git;
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly environment: Environment;
  /** Folder of the commands. */
  readonly bin: string;
  /** Where the clones of the jobs go. */
  readonly buildsDir: string;
  /** Where each job's report is kept. */
  readonly reportFolder: string;
  readonly pack: PackChoice;
}

export interface Released {
  readonly tag: string;
  readonly version: string;
  readonly nextVersion: string;
}

/**
 * Runs the pipelines of a release in their order: the manual job on the branch, then the pipeline of its tag.
 *
 * @throws {StepError} with the exit code of the first step that fails.
 */
export async function rehearse(rehearsal: Rehearsal): Promise<Released> {
  const { server } = rehearsal;
  const outputs = await runInPipeline(rehearsal, await server.startPipeline(), {
    name: "trigger_release",
    stage: "release",
    commands: ["bump-version", "tag-release"],
    variables: { CI_PROJECT_PASSWORD: server.pushToken },
  });
  const released = {
    tag: outputs.get("RELEASE_TAG") ?? "",
    version: outputs.get("RELEASE_VERSION") ?? "",
    nextVersion: outputs.get("NEXT_VERSION") ?? "",
  };
  const pipeline = await server.tagPipeline(released.tag);
  if (pipeline === undefined) {
    rehearsal.log.warn(
      `GitLab started no pipeline for the tag ${released.tag}: nothing would be published.`,
    );
    return released;
  }
  const published = await runInPipeline(rehearsal, pipeline, publishJob(rehearsal, released));
  await runInPipeline(rehearsal, pipeline, {
    name: "create_release",
    stage: "publish",
    commands: ["create-release"],
    // What a job reports as dotenv, later jobs of its pipeline have as variables.
    variables: Object.fromEntries(published),
  });
  return released;
}

interface PlannedJob {
  readonly name: string;
  readonly stage: string;
  readonly commands: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  prepare?(projectDir: string): Promise<void>;
}

function publishJob({ pack, environment, server }: Rehearsal, { version }: Released): PlannedJob {
  if (pack.kind === "conda") {
    const channels = pack.channels.join(",");
    return {
      name: "publish_conda_env",
      stage: "publish",
      commands: ["conda-pack", "upload-package"],
      variables: channels === "" ? {} : { CONDA_CHANNELS: channels },
    };
  }
  const job = { name: "publish", stage: "publish", commands: ["upload-package"] };
  if (environment["PACKAGE_FILES"]) return { ...job, variables: {} };
  const name = `${server.project.path.split("/").at(-1) ?? "sources"}-${version}`;
  return {
    ...job,
    variables: { PACKAGE_FILES: `dist/${name}.tar.gz` },
    prepare: async (projectDir) => {
      await packSources(projectDir, name, new Date(0));
    },
  };
}

/** @returns what the job left in its dotenv file. */
async function runInPipeline(
  { server, buildsDir, reportFolder, environment, clock, ...tools }: Rehearsal,
  pipeline: Pipeline,
  planned: PlannedJob,
): Promise<ReadonlyMap<string, string>> {
  const started = await server.startJob(pipeline.id, planned.name);
  const projectDir = join(buildsDir, String(started.id), server.project.path);
  const job = {
    id: started.id,
    name: planned.name,
    stage: planned.stage,
    token: started.token,
    startedAt: clock.now().toISOString(),
    projectDir,
    buildsDir,
  };
  const env = {
    ...passedOn(environment),
    ...planned.variables,
    ...jobVariables(server.project, pipeline, job),
    SLIPWAY_REPORT_DIR: join(reportFolder, planned.name),
    NO_COLOR: "1",
  };
  const { prepare } = planned;
  const result = await runJob(
    {
      name: planned.name,
      commands: planned.commands,
      sha: pipeline.sha,
      env,
      projectDir,
      ...(prepare && { prepare }),
    },
    tools,
  );
  started.end(result.kind === "passed" ? "success" : "failed");
  if (result.kind === "failed") throw stepFailed(planned.name, result.command, result.exitCode);
  return parseDotenv(await readFile(join(projectDir, "slipway.env"), "utf8").catch(() => ""));
}
