import {
  findPipelineOf,
  type GitLab,
  type Pipeline,
  triggerPipeline,
} from "../../src/gitlab/index.ts";
import { type Effect, effect, type RunnableEffect } from "../../src/step/index.ts";
import type { Released } from "../../src/git/index.ts";
import type { TagContext } from "./inputs.ts";

/**
 * Starts the tag's pipeline after a push by a job token, which starts none by itself (G24). Where GitLab shows that the
 * commit has a pipeline of the tag, there is nothing to do; where it does not show it, a second one does no harm.
 */
export function startTagPipeline(
  context: TagContext,
  gitlab: GitLab,
  tag: string,
  push: RunnableEffect<Released>,
): Effect<Pipeline | "started"> {
  let started: Pipeline | undefined;
  const look = () => findPipelineOf(gitlab, push.result().release, tag);
  const tell = (pipeline: Pipeline): Pipeline => {
    context.link(`Pipeline of ${tag}`, pipeline.webUrl);
    return pipeline;
  };
  return effect<Pipeline | "started">({
    id: `trigger:${tag}`,
    sentence: `Start the pipeline of ${tag}, because a push with a job token starts none`,
    async isDone() {
      if (context.dryRun) return false;
      const found = await look();
      return found === undefined ? false : tell(found);
    },
    async apply() {
      started = await triggerPipeline(gitlab, tag);
    },
    async verify() {
      const found = started ?? (await look());
      return found === undefined ? "started" : tell(found);
    },
  });
}
