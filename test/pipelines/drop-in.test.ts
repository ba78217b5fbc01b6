import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import {
  commitAll,
  type PipelineRun,
  type PipelineWorld,
  pipelineWorld,
} from "../support/pipeline-world.ts";
import { templatesProject, templatesRef } from "../support/template-project.ts";

// A repository that only swapped its include, and that needs a library of the system for its build.
const configuration = `include:
  - project: "${templatesProject}"
    ref: "${templatesRef}"
    file: "/gitlab_ci_templates/pipelines/conda_artifact_repo.yml"

stages: [lint, test]

lint:
  stage: lint
  image: $SLIPWAY_IMAGE
  script: [echo fine]

unit:
  extends: .test_reports
  stage: test
  image: $SLIPWAY_IMAGE
  rules: [{ if: $JUNIT_REPORTS }]
  script:
    - echo "<testsuites><testsuite name='a'><testcase name='b' time='1'>$OUTCOME</testcase></testsuite></testsuites>" > junit_pytest_report.xml
    - echo "<coverage line-rate='0.9'/>" > coverage.xml

build_conda_env:
  extends: .build_conda_env
  before_script:
    - !reference [.setup_conda, before_script]
    - "apt-get update"
    - "apt-get install -y libkrb5-dev gcc"
    - gcc --version
`;

async function dagRepository(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-dags-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "config"));
  const old = "example-job-project-0.14.0.conda.tgz";
  const id = `https://gitlab.example.org/api/v4/projects/7/packages/generic/example-job-project/0.14.0/${old}`;
  writeFileSync(
    join(folder, "config/artifacts.yaml"),
    `artifacts:\n  ${old}:\n    id: ${id}\n    source: url\n`,
  );
  await commitAll(folder);
  return folder;
}

const main = { branch: "main" } as const;
const tag = { tag: "v0.15.0" } as const;
let world: PipelineWorld;
let branchPipeline: PipelineRun;
let tagPipeline: PipelineRun;

// One story, told in order: what one test leaves is what the next finds.
beforeAll(async () => {
  world = await pipelineWorld(configuration);
});
afterAll(() => world?.[Symbol.asyncDispose]());

const jobsPassed = ({ output }: PipelineRun) =>
  [...output.matchAll(/^ *PASS +(\S+)/gm)].map(([, name]) => name).toSorted();

async function packages(): Promise<readonly { name: string; version: string; id: number }[]> {
  return JSON.parse(JSON.stringify(await world.api("packages")));
}

async function filesOf(version: string): Promise<readonly string[]> {
  const found = (await packages()).find((one) => one.version === version);
  const files: readonly { file_name: string; file_sha256: string }[] = JSON.parse(
    JSON.stringify(await world.api(`packages/${found?.id}/package_files`)),
  );
  return files.map(({ file_name, file_sha256 }) => `${file_name} ${file_sha256}`).toSorted();
}

async function remove(what: string): Promise<void> {
  const { api, project, tokens } = world.gitlab;
  const headers = { "PRIVATE-TOKEN": tokens.maintainer };
  const answer = await fetch(`${api}/projects/${project.id}/${what}`, {
    method: "DELETE",
    headers,
  });
  expect(answer.ok).toBe(true);
}

const refs = async () =>
  JSON.stringify([await world.api("repository/tags"), await world.api("repository/branches")]);

test("the pipeline of the default branch builds, with what the repository installs, and publishes nothing", async () => {
  branchPipeline = await world.run({ ref: main });
  expect(branchPipeline.output).toContain("Setting up gcc");
  expect(jobsPassed(branchPipeline)).toEqual(["build_conda_env", "lint"]);
  expect(branchPipeline.exitCode).toBe(0);
  expect(await packages()).toEqual([]);
});

test("publish_conda_env, by hand, publishes a development version, and once is enough", async () => {
  const jobs = ["publish_conda_env"];
  const first = await world.run({ ref: main, jobs, again: branchPipeline });
  expect(first.output).toContain("PACKAGE_FILE_COUNT=1");
  expect(jobsPassed(first)).toEqual(jobs);
  const files = await filesOf("0.15.0.dev");
  expect(files.join("\n")).toMatch(
    /example-job-project-0\.15\.0\.dev-main-[0-9a-f]{8}\.conda\.tgz /,
  );

  const second = await world.run({ ref: main, jobs, again: branchPipeline });
  expect(jobsPassed(second)).toEqual(jobs);
  expect(await filesOf("0.15.0.dev")).toEqual(files);
});

test("trigger_release, cancelled while it packs, has released nothing", async () => {
  const before = await refs();
  const cancelled = await world.run({
    ref: main,
    jobs: ["trigger_release"],
    again: branchPipeline,
    cancelAt: "Make the environment of",
  });
  expect(cancelled.output).toMatch(/trigger_release +finished in .* (?:FAIL|WARN) 143/);
  expect(await refs()).toBe(before);
});

test("its retry releases what was packed and tried, and another retry changes nothing", async () => {
  const jobs = ["trigger_release"];
  const variables = { POST_RELEASE_VERSION_BUMP: "patch" };
  const unpacked = { ...variables, RELEASE_CHECK: "none" };
  const first = await world.run({ ref: main, jobs, again: branchPipeline, variables });
  expect(first.output).toMatch(/Trying the pack out[^]*NEXT_VERSION=0\.15\.1\.dev/);
  expect(jobsPassed(first)).toEqual(jobs);
  const released = await refs();
  expect(released).toContain('"v0.15.0"');

  const second = await world.run({ ref: main, jobs, again: branchPipeline, variables: unpacked });
  expect(second.output).toContain("NEXT_VERSION=0.15.1.dev");
  expect(jobsPassed(second)).toEqual(jobs);
  expect(await refs()).toBe(released);
});

test("the tag's pipeline publishes and releases, and running it again changes nothing", async () => {
  const first = await world.run({ ref: tag });
  tagPipeline = first;
  expect(jobsPassed(first)).toEqual([
    "build_conda_env",
    "create_release",
    "lint",
    "publish_conda_env",
  ]);
  expect(first.exitCode).toBe(0);
  const files = await filesOf("0.15.0");
  expect(files.map((file) => file.replace(/ .*/, ""))).toEqual([
    "SHA256SUMS",
    "example-job-project-0.15.0.conda.tgz",
    "example-job-project-0.15.0.conda.tgz.cdx.json",
    "example-job-project-0.15.0.conda.tgz.intoto.json",
  ]);
  const releases = await world.api("releases");
  expect(releases).toMatchObject([{ tag_name: "v0.15.0" }]);

  const second = await world.run({ ref: tag, again: first });
  expect(second.exitCode).toBe(0);
  expect(await filesOf("0.15.0")).toEqual(files);
  expect(await world.api("releases")).toEqual(releases);
});

test("republish_release does all that the tag's pipeline never did, from the default branch, and takes the newest tag without being told", async () => {
  const nameAndPack = (file: string) => (file.includes(".conda.tgz ") ? file : file.split(" ")[0]);
  const files = (await filesOf("0.15.0")).map(nameAndPack);
  const release = (await packages()).find(({ version }) => version === "0.15.0");
  await remove("releases/v0.15.0");
  await remove(`packages/${release?.id}`);
  expect(await world.api("releases")).toEqual([]);
  const again = await world.run({ ref: main, jobs: ["republish_release"] });
  expect(again.output).toContain("Completing the release of v0.15.0");
  expect(jobsPassed(again)).toEqual(["republish_release"]);
  expect(await world.api("releases")).toMatchObject([{ tag_name: "v0.15.0" }]);
  // Other hands, the same bytes.
  expect((await filesOf("0.15.0")).map(nameAndPack)).toEqual(files);
});

test("check_reports judges, where JUNIT_REPORTS is set, what a test job left", async () => {
  const jobs = ["unit", "check_reports"];
  const variables = { JUNIT_REPORTS: "junit_pytest_report.xml" };
  const good = await world.run({ ref: main, jobs, variables });
  expect(jobsPassed(good)).toEqual(["check_reports", "unit"]);

  const failed = { ...variables, OUTCOME: "<failure message='one is not two'/>" };
  const bad = await world.run({ ref: main, jobs, again: good, variables: failed });
  expect(bad.output).toContain("one is not two");
  expect(bad.output).toMatch(/check_reports +finished in .* FAIL 1\b/);
  expect(jobsPassed(bad)).toEqual(["unit"]);
});

test("propose_artifact, where DEPLOY_PROJECT is set, asks the DAG repository for the new pack, once", async () => {
  const { admin } = world.gitlab;
  const dags = await admin.createProject({
    path: "group/dags",
    importRepository: await dagRepository(),
  });
  const deploy = { kind: "project", project: dags.id, role: "developer", scopes: ["api"] } as const;
  const variables = {
    DEPLOY_PROJECT: dags.path,
    DEPLOY_FILES: "config/artifacts.yaml",
    DEPLOY_TOKEN: admin.createToken(deploy).value,
  };
  const jobs = ["propose_artifact"];
  const first = await world.run({ ref: tag, jobs, again: tagPipeline, variables });
  expect(jobsPassed(first)).toEqual(jobs);
  expect(first.output).toMatch(/MERGE_REQUEST_URL=.*\/group\/dags\/-\/merge_requests\/1/);

  const second = await world.run({ ref: tag, jobs, again: tagPipeline, variables });
  expect(jobsPassed(second)).toEqual(jobs);
  expect(second.output).toContain("/group/dags/-/merge_requests/1");
});
