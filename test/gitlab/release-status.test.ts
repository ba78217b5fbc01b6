import { expect, test } from "vitest";
import type { Question } from "../../steps/release-status/check.ts";
import { judgePipeline } from "../../steps/release-status/judge-flow.ts";
import { fileBehind } from "../../steps/release-status/link-target.ts";
import type { PipelineState, Seen } from "../../steps/release-status/look.ts";

const question: Question = {
  tag: "v1.0.0",
  ownPipeline: undefined,
  required: [],
  attested: new Set(),
  wantsNextVersion: true,
};
const url = "https://gitlab.example.org/g/p/-/pipelines/7";

function judged(pipeline: Partial<PipelineState>) {
  const nothing = { proven: [], missing: [], wrong: [] };
  const seen: Seen = {
    tag: {
      name: "v1.0.0",
      commitSha: "a".repeat(40),
      targetSha: "b".repeat(40),
      message: "Release",
      isProtected: true,
    },
    next: { refusal: "not asked" },
    pipeline: {
      value: { id: 7, webUrl: url, status: "success", jobs: { value: [] }, ...pipeline },
    },
    stored: { id: undefined, webUrl: undefined, files: [] },
    release: undefined,
    attested: { checksums: nothing, provenance: nothing, sbom: nothing, signatures: nothing },
  };
  return judgePipeline(seen, question);
}

const job = (name: string, status: string, mayFail = false) => ({
  name,
  status,
  mayFail,
  webUrl: `${url}/${name}`,
});

test("of a failed pipeline the jobs that failed it are named, and not those that may fail", () => {
  const jobs = {
    value: [job("lint", "failed", true), job("pack", "failed"), job("ok", "success")],
  };
  const { state, found, next } = judged({ status: "failed", jobs });
  expect([state, found]).toEqual(["wrong", `7 is failed: pack (${url}/pack)`]);
  expect(next).toContain(`Read the log of pack (${url}/pack)`);
});

test.each(["failed", "canceled", "skipped"])(
  "a pipeline that is %s without a job to name is named by itself",
  (status) => {
    const { state, next } = judged({ status, jobs: { refusal: "not for this token" } });
    expect(state).toBe("wrong");
    expect(next).toContain(`Look at the pipeline ${url}`);
  },
);

test("a pipeline that waits for a person says which job is to be started", () => {
  const jobs = { value: [job("publish", "manual"), job("docs", "manual", true)] };
  expect(judged({ status: "manual", jobs })).toMatchObject({
    state: "waiting",
    next: `Start publish in ${url}.`,
  });
});

test.each(["created", "pending", "running", "waiting_for_resource", "scheduled"])(
  "a pipeline that is %s is waited for",
  (status) => {
    expect(judged({ status })).toMatchObject({ state: "waiting", found: `7 is ${status}` });
  },
);

const place = {
  api: "https://gitlab.example.org/git/api/v4",
  projects: ["7", "group/demo"],
  target: { name: "demo", version: "1.0.0" },
};
const generic = "https://gitlab.example.org/git/api/v4/projects/7/packages/generic/demo/1.0.0";

test.each([
  [`${generic}/demo.tgz`, "demo.tgz"],
  [`${generic}/with%20blank.tgz`, "with blank.tgz"],
  [`${generic.replace("/7/", "/group%2Fdemo/")}/demo.tgz`, "demo.tgz"],
  [`${generic.replace("/7/", "/8/")}/demo.tgz`, undefined],
  [`${generic.replace("1.0.0", "1.0.1")}/demo.tgz`, undefined],
  [`${generic.replace("/git/api", "/api")}/demo.tgz`, undefined],
  [`${generic.replace("https", "http")}/demo.tgz`, undefined],
  ["https://docs.example.org/1.0.0", undefined],
  ["no address", undefined],
])("the address %s leads to %s", (address, file) => {
  expect(fileBehind(address, place)).toBe(file);
});
