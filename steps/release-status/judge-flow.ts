import type { Check, Question } from "./check.ts";
import type { PipelineState, Seen } from "./look.ts";

/** The tag is there, or nothing else would have been looked at. */
export function judgeTag({ tag }: Seen): Check {
  const kind = tag.targetSha === tag.commitSha ? "lightweight" : "annotated";
  const found = `${tag.name}, ${kind}, on the commit ${tag.commitSha}`;
  return { part: "tag", state: "ok", found };
}

/** The commit that opens the next development version. */
export function judgeNext({ next, tag }: Seen, { wantsNextVersion }: Question): Check {
  const part = "next version";
  if (!wantsNextVersion)
    return { part, state: "none", found: "POST_RELEASE=none: it is not looked for" };
  if ("refusal" in next) return { part, state: "unknown", found: next.refusal };
  const { value } = next;
  switch (value.kind) {
    case "there": {
      const { sha, title, webUrl } = value.commit;
      return { part, state: "ok", found: `"${title}" on ${value.branch} (${sha})`, url: webUrl };
    }
    case "merge request":
      return {
        part,
        state: "waiting",
        found: `!${value.iid} is open: ${value.title}`,
        next: `Merge !${value.iid}: until then ${value.branch} has no next development version.`,
        url: value.webUrl,
      };
    case "not looked through":
      return {
        part,
        state: "unknown",
        found: `${value.branch} has gone on for more than a thousand commits since`,
      };
    case "missing":
      return {
        part,
        state: "missing",
        found: `nothing on ${value.branch} follows the commit of ${tag.name}`,
        next: `Run bump-version and tag-release again in the pipeline that made ${tag.name}: they push only what is missing. Where no next version is wanted, set POST_RELEASE=none.`,
      };
    case "on no branch":
      return {
        part,
        state: "missing",
        found: `no branch holds the commit of ${tag.name}`,
        next: `Run bump-version and tag-release again in the pipeline that made ${tag.name}, or merge the commit ${tag.commitSha}: a release that no branch holds is lost with its tag. Where it is meant so, set POST_RELEASE=none.`,
      };
  }
}

/** The pipeline of the tag, which packs, uploads and releases. */
export function judgePipeline({ pipeline, tag }: Seen, { ownPipeline }: Question): Check {
  const part = "pipeline";
  if ("refusal" in pipeline) return { part, state: "unknown", found: pipeline.refusal };
  const { value } = pipeline;
  if (value === undefined)
    return {
      part,
      state: "none",
      found: `the tag ${tag.name} has no pipeline`,
      next: `Start the pipeline of ${tag.name} (Build, Pipelines, New pipeline, with the tag as its ref). A push with a job token, and a commit whose message says [skip ci], start none.`,
    };
  const { id, webUrl: url, status } = value;
  const facts = { part, url };
  if (id === ownPipeline)
    return { ...facts, state: "ok", found: `${id} is ${status}: this job is one of it` };
  if (status === "success") return { ...facts, state: "ok", found: `${id} succeeded` };
  if (["failed", "canceled", "canceling", "skipped"].includes(status))
    return { ...facts, state: "wrong", ...tellStopped(value, status) };
  if (status === "manual") return { ...facts, state: "waiting", ...tellManual(value) };
  return {
    ...facts,
    state: "waiting",
    found: `${id} is ${status}`,
    next: `Wait for the pipeline ${url} to end, then ask again.`,
  };
}

function tellStopped(pipeline: PipelineState, status: string): Pick<Check, "found" | "next"> {
  const { id, webUrl } = pipeline;
  const failed = jobsIn(pipeline, status === "failed" ? ["failed"] : ["failed", "canceled"]);
  const [first] = failed;
  if (first === undefined)
    return {
      found: `${id} is ${status}`,
      next: `Look at the pipeline ${webUrl}, and run its jobs again: what is done is found and left as it is.`,
    };
  return {
    found: `${id} is ${status}: ${failed.map(({ name, webUrl: url }) => `${name} (${url})`).join(", ")}`,
    next: `Read the log of ${first.name} (${first.webUrl}), mend what it names and run the job again: what is done is found and left as it is.`,
  };
}

function tellManual(pipeline: PipelineState): Pick<Check, "found" | "next"> {
  const { id, webUrl } = pipeline;
  const waiting = jobsIn(pipeline, ["manual"]);
  const names = waiting.map(({ name }) => name).join(", ");
  return {
    found: `${id} waits for somebody to start ${names === "" ? "a manual job" : names}`,
    next: `Start ${names === "" ? "its manual job" : names} in ${webUrl}.`,
  };
}

function jobsIn({ jobs }: PipelineState, states: readonly string[]) {
  if ("refusal" in jobs) return [];
  return jobs.value.filter(({ status, mayFail }) => states.includes(status) && !mayFail);
}
