import type { Effect } from "../step/index.ts";
import { get, type GitLab, json } from "./client.ts";
import { gitlabError } from "./errors.ts";
import { answerFailure } from "./failures.ts";
import { fieldsOf } from "./fields.ts";
import { asMergeRequest, type MergeRequest, mergeRequestsPath } from "./merge-requests.ts";
import { type Judgement, write } from "./outcome.ts";

/** How often a pipeline is looked for before the merge request is taken to have none, and how long apart. */
const pipelineLooks = 5;
const betweenLooksMs = 2000;

/**
 * Lets GitLab merge when the pipeline succeeds. Without a pipeline GitLab merges at once, so that one that is only just
 * being made is waited for.
 *
 * @param proposed the merge request, known when an earlier effect has made it.
 * @see https://docs.gitlab.com/user/project/merge_requests/auto_merge/
 */
export function setAutoMerge(
  gitlab: GitLab,
  proposed: () => MergeRequest,
  signal: AbortSignal,
): Effect<MergeRequest> {
  const read = () => readMergeRequest(gitlab, proposed().iid);
  const done = async (): Promise<MergeRequest | false> => {
    const found = await read();
    return found.state === "merged" || found.autoMerge ? found : false;
  };
  return {
    id: "auto-merge",
    sentence: "Let it be merged when its pipeline succeeds",
    isDone: done,
    async apply() {
      const found = await withPipeline(gitlab, proposed().iid, signal);
      const answered = await write(gitlab, {
        call: {
          method: "PUT",
          path: `${mergeRequestsPath(gitlab, found.iid)}/merge`,
          json: { auto_merge: true, should_remove_source_branch: true, sha: found.sha },
          purpose: `set the merge request !${found.iid} to merge by itself`,
          needs: "the right to merge into its target branch and the scope api",
        },
        isThere: async () => (await done()) !== false,
        judge(refused): Judgement | undefined {
          const { message } = answerFailure(refused, gitlab);
          const failure = gitlabError("E_AUTO_MERGE", message);
          if (refused.status === 401) return { failure };
          // GitLab answers so while it still works out whether it can be merged.
          if (refused.status === 405 || refused.status === 422)
            return { failure, verdict: { retry: true } };
          return undefined;
        },
      });
      if (answered !== "there") json(gitlab, answered);
    },
    async verify() {
      const found = await done();
      if (found === false)
        throw gitlabError("E_AUTO_MERGE", `GitLab does not show !${proposed().iid} as set.`);
      return found;
    },
  };
}

async function withPipeline(
  gitlab: GitLab,
  iid: number,
  signal: AbortSignal,
): Promise<MergeRequest> {
  for (let looks = 1; ; looks += 1) {
    const found = await readMergeRequest(gitlab, iid);
    if (found.hasPipeline || looks === pipelineLooks) return found;
    await gitlab.clock.sleep(betweenLooksMs, signal);
  }
}

async function readMergeRequest(gitlab: GitLab, iid: number): Promise<MergeRequest> {
  const value = await get(gitlab, {
    path: mergeRequestsPath(gitlab, iid),
    purpose: `read the merge request !${iid}`,
    needs: "the role Reporter and the scope read_api",
  });
  return asMergeRequest(fieldsOf(value, `the merge request !${iid}`));
}
