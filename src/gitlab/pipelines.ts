import type { GitLab } from "./client.ts";
import { json } from "./client.ts";
import { fieldsOf } from "./fields.ts";
import { write } from "./outcome.ts";
import { projectPath } from "./project.ts";

export interface Pipeline {
  id: number;
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
  const fields = fieldsOf(json(gitlab, answered), "a pipeline");
  return { id: fields.integer("id"), webUrl: fields.text("web_url") };
}
