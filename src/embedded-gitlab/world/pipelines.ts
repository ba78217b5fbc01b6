import type { Job, Pipeline, Project, User, Variable } from "./model.ts";
import { nextIid } from "./world.ts";
import type { World } from "./world.ts";

export interface PipelineInit {
  readonly sha: string;
  readonly beforeSha?: string;
  readonly ref: string;
  readonly tag: boolean;
  readonly source: Pipeline["source"];
  readonly user: User | undefined;
  readonly variables?: readonly Variable[];
  readonly status?: string;
}

/** Records a pipeline; nothing runs. */
export function createPipeline(world: World, project: Project, init: PipelineInit): Pipeline {
  const pipeline: Pipeline = {
    id: world.nextId("pipeline"),
    iid: nextIid(project, "pipeline"),
    projectId: project.id,
    sha: init.sha,
    beforeSha: init.beforeSha ?? "0".repeat(40),
    ref: init.ref,
    tag: init.tag,
    source: init.source,
    user: init.user,
    variables: init.variables ?? [],
    createdAt: world.now(),
    name: undefined,
    status: init.status ?? "pending",
  };
  project.pipelines.push(pipeline);
  return pipeline;
}

/** Records a running job of a pipeline. */
export function createJob(
  world: World,
  pipeline: Pipeline,
  user: User,
  { name, stage }: { readonly name: string; readonly stage: string },
): Job {
  const job: Job = {
    id: world.nextId("job"),
    name,
    stage,
    pipeline,
    user,
    createdAt: world.now(),
    status: "running",
    finishedAt: undefined,
  };
  pipeline.status = "running";
  world.jobs.set(job.id, job);
  return job;
}

/** Gives a pipeline the state that its jobs make, each as it ran last. */
export function settlePipeline(world: World, pipeline: Pipeline): void {
  const last = new Map(
    [...world.jobs.values()]
      .filter((job) => job.pipeline === pipeline)
      .map(({ name, status }) => [name, status]),
  );
  const states = ["running", "failed", "canceled"] as const;
  pipeline.status = states.find((state) => [...last.values()].includes(state)) ?? "success";
}
