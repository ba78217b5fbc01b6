import { part } from "./call.ts";
import { find, type GitLab } from "./client.ts";
import { fieldsOf } from "./fields.ts";
import { asPipeline, type Pipeline } from "./pipelines.ts";
import { projectPath } from "./project.ts";

/**
 * The newest pipeline of a commit, where it is one of the given branch or tag. A job token may not list pipelines, but
 * may read commits.
 *
 * @returns `undefined` where there is none, or where GitLab does not show it.
 * @see https://docs.gitlab.com/api/commits/#get-a-single-commit
 */
export async function findPipelineOf(
  gitlab: GitLab,
  commit: string,
  ref: string,
): Promise<Pipeline | undefined> {
  const value = await find(gitlab, {
    path: `${projectPath(gitlab)}/repository/commits/${part(commit)}`,
    purpose: `look for the pipeline of ${ref}`,
    needs: "the role Reporter and the scope read_api",
  });
  if (value === undefined) return undefined;
  const pipeline = fieldsOf(value, `the commit ${commit}`).object("last_pipeline");
  if (pipeline === undefined || pipeline.text("ref") !== ref) return undefined;
  return asPipeline(pipeline);
}
