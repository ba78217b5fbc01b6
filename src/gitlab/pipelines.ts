import { part } from "./call.ts";
import type { GitLab } from "./client.ts";
import { json } from "./client.ts";
import { type Fields, fieldsOf } from "./fields.ts";
import { write } from "./outcome.ts";
import { listAll, listPages } from "./pages.ts";
import { projectPath } from "./project.ts";

export interface Pipeline {
  id: number;
  webUrl: string;
  /** `success`, `failed`, `running`, `manual`, … @see https://docs.gitlab.com/api/pipelines/ */
  status: string;
}

export interface PipelineJob {
  name: string;
  status: string;
  /** The pipeline goes on without it. */
  mayFail: boolean;
  webUrl: string;
}

/**
 * Starts a pipeline of a branch or tag with the client's token; a job token is a valid trigger token. A push made
 * with a job token starts none by itself (G24).
 *
 * @returns `undefined` where the answer was lost after GitLab may have started it; a second one must do no harm.
 * @throws {StepError} E_NOT_FOUND where the token may not trigger.
 * @see https://docs.gitlab.com/api/pipeline_triggers/#trigger-a-pipeline-with-a-token
 */
export async function triggerPipeline(
  gitlab: GitLab,
  ref: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Pipeline | undefined> {
  const answered = await write(gitlab, {
    call: {
      method: "POST",
      path: `${projectPath(gitlab)}/trigger/pipeline`,
      json: { token: gitlab.token.secret.reveal(), ref, variables },
      purpose: `start the pipeline of ${ref}`,
      needs: "a running job's token or a pipeline trigger token, and the role Developer",
    },
    isThere: async () => false,
  });
  if (answered === "there") return undefined;
  return asPipeline(fieldsOf(json(gitlab, answered), "a pipeline"));
}

/** The newest pipeline of a tag or branch on a commit. A job token may not ask: see `findPipelineOf`. */
export async function findLatestPipeline(
  gitlab: GitLab,
  { ref, sha }: { ref: string; sha: string },
): Promise<Pipeline | undefined> {
  const call = {
    path: `${projectPath(gitlab)}/pipelines`,
    query: { ref, sha, order_by: "id", sort: "desc", per_page: 1 },
    purpose: `look for the pipeline of ${ref}`,
    needs: "the role Reporter and the scope read_api",
  };
  for await (const fields of listPages(gitlab, call, "a pipeline")) return asPipeline(fields);
  return undefined;
}

/** The jobs of a pipeline, each as it ran last. @see https://docs.gitlab.com/api/jobs/#list-pipeline-jobs */
export async function listPipelineJobs(
  gitlab: GitLab,
  pipeline: number,
): Promise<readonly PipelineJob[]> {
  const call = {
    path: `${projectPath(gitlab)}/pipelines/${part(pipeline)}/jobs`,
    purpose: `list the jobs of the pipeline ${pipeline}`,
    needs: "the role Reporter and the scope read_api",
  };
  return (await listAll(gitlab, call, "a job")).map((fields) => ({
    name: fields.text("name"),
    status: fields.text("status"),
    mayFail: fields.flag("allow_failure") ?? false,
    webUrl: fields.text("web_url"),
  }));
}

export function asPipeline(fields: Fields): Pipeline {
  return {
    id: fields.integer("id"),
    webUrl: fields.text("web_url"),
    status: fields.text("status"),
  };
}
