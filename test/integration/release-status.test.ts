import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import createRelease from "../../steps/create-release.ts";
import releaseStatus from "../../steps/release-status.ts";
import uploadPackage from "../../steps/upload-package.ts";
import { startTaggedProject, type TaggedProject } from "../support/tagged-project.ts";

let project: TaggedProject;

beforeEach(async () => {
  project = await startTaggedProject();
});

afterEach(() => project.close());

/** Variables of a job of the tag's pipeline that has a page of its own: with them a provenance is written. */
const job = (): Readonly<Record<string, string>> => ({
  CI_SERVER_URL: project.gitlab.url,
  CI_PROJECT_URL: `${project.gitlab.url}/group/demo`,
  CI_JOB_URL: `${project.gitlab.url}/group/demo/-/jobs/1`,
  CI_RUNNER_ID: "5",
});
const upload = (
  files: Readonly<Record<string, string>> = { "dist/demo-1.2.0.tgz": "the pack" },
) => {
  for (const [name, content] of Object.entries(files)) project.write(name, content);
  return project.run(uploadPackage, { PACKAGE_FILES: "dist/*", ...job() });
};
const release = () => project.run(createRelease, job());
/** As from a laptop: no variable of a job, and a token of the person. */
const status = (env: Readonly<Record<string, string>> = {}) =>
  project.run(releaseStatus, {
    CI_JOB_TOKEN: "",
    CI_COMMIT_TAG: "",
    CI_COMMIT_SHA: "",
    GITLAB_TOKEN: project.gitlab.tokens.maintainer,
    ...env,
  });

async function call(path: string, method = "GET", json?: unknown): Promise<unknown> {
  const answer = await fetch(`${project.gitlab.api}/projects/${project.gitlab.project.id}${path}`, {
    method,
    headers: {
      "private-token": project.gitlab.tokens.maintainer,
      "content-type": "application/json",
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  expect(answer.ok).toBe(true);
  return answer.status === 204 ? undefined : answer.json();
}

/** The commit that opens the next development version, as tag-release pushes it. */
async function pushNext(): Promise<void> {
  await call("/repository/commits", "POST", {
    branch: "main",
    commit_message: "Bump version: 1.2.0 → 1.3.0.dev",
    actions: [{ action: "create", file_path: "VERSION", content: "1.3.0.dev" }],
  });
}

async function runPipeline(...states: readonly ("success" | "failed")[]): Promise<number> {
  let pipelineId: number | undefined;
  for (const [at, state] of states.entries()) {
    const started = await project.gitlab.admin.startJob({
      project: project.gitlab.project.id,
      ref: "v1.2.0",
      name: ["upload-package", "create-release"][at] ?? "more",
      ...(pipelineId === undefined ? {} : { pipelineId }),
    });
    pipelineId = started.pipelineId;
    project.gitlab.admin.endJob(started.id, state);
  }
  return pipelineId ?? 0;
}

async function makeWhole(): Promise<void> {
  expect((await upload()).exitCode).toBe(0);
  expect((await release()).exitCode).toBe(0);
  await pushNext();
  await runPipeline("success", "success");
}

test("a whole release ends with 0, with everything that there is of it in a table and in the record", async () => {
  await makeWhole();
  const result = await status();
  expect(result.stderr).toBe("");
  expect(result.exitCode).toBe(0);
  expect(result.stdout).toContain("✓ tag                v1.2.0, annotated, on the commit");
  expect(result.stdout).toContain('✓ next version       "Bump version: 1.2.0 → 1.3.0.dev" on main');
  expect(result.stdout).toContain("✓ files              the package demo 1.2.0 holds 3 files");
  expect(result.stdout).toContain("v1.2.0 is whole.");
  expect(result.outputs).toMatchObject({
    RELEASE_STATE: "whole",
    RELEASE_URL: `${project.gitlab.url}/group/demo/-/releases/v1.2.0`,
  });
  expect(result.record).toMatchObject({
    effects: [],
    data: {
      whole: true,
      next: null,
      tag: { name: "v1.2.0", commit: project.sha },
      package: {
        name: "demo",
        version: "1.2.0",
        files: [
          { name: "SHA256SUMS", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
          { name: "demo-1.2.0.tgz", size: 8 },
          { name: "demo-1.2.0.tgz.intoto.json" },
        ],
      },
      pipeline: { status: "success" },
      release: { tag: "v1.2.0" },
      checks: [
        { part: "tag", state: "ok" },
        { part: "next version", state: "ok" },
        { part: "pipeline", state: "ok" },
        { part: "files", state: "ok" },
        { part: "release", state: "ok" },
        { part: "links", state: "ok" },
        { part: "checksums", state: "ok" },
        { part: "provenance", state: "ok" },
        { part: "bill of materials", state: "none" },
        { part: "signatures", state: "none" },
      ],
    },
  });
  const summary = readFileSync(join(project.folder, "slipway-report/summary.md"), "utf8");
  expect(summary).toContain(
    `| [release](${project.gitlab.url}/group/demo/-/releases/v1.2.0) | ✓ ok |`,
  );
});

test("a tag without anything is told with all that is missing, and with its pipeline as the one next thing", async () => {
  await pushNext();
  const result = await status({ RELEASE_VERSION: "1.2.0" });
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toContain("E_RELEASE_INCOMPLETE: v1.2.0 is not whole:");
  expect(result.record).toMatchObject({
    error: { code: "E_RELEASE_INCOMPLETE" },
    data: {
      whole: false,
      next: expect.stringContaining("Start the pipeline of v1.2.0"),
      checks: expect.arrayContaining([
        expect.objectContaining({ part: "pipeline", state: "missing" }),
        expect.objectContaining({ part: "files", state: "missing" }),
        expect.objectContaining({ part: "release", state: "missing" }),
        expect.objectContaining({ part: "checksums", state: "none" }),
      ]),
    },
  });
  expect(result.stderr).toContain("What to do: Start the pipeline of v1.2.0");
});

test("a failed job is named with its page, and the next thing is to run it again", async () => {
  await upload();
  await pushNext();
  await runPipeline("success", "failed");
  const result = await status();
  expect(result.exitCode).toBe(1);
  const url = `${project.gitlab.url}/group/demo/-/jobs/`;
  expect(result.stderr).toContain(`is failed: create-release (${url}`);
  expect(result.stderr).toContain(`What to do: Read the log of create-release (${url}`);
});

test("a pipeline that still runs is waited for, unless it is the one that asks", async () => {
  await upload();
  await release();
  await pushNext();
  const { pipelineId } = await project.gitlab.admin.startJob({
    project: project.gitlab.project.id,
    ref: "v1.2.0",
  });
  const asked = await status();
  expect(asked.exitCode).toBe(1);
  expect(asked.stderr).toContain(`What to do: Wait for the pipeline ${project.gitlab.url}`);
  const own = await status({ CI_PIPELINE_ID: String(pipelineId) });
  expect(own.stderr).toBe("");
  expect(own.exitCode).toBe(0);
  expect(own.stdout).toContain(`${pipelineId} is running: this job is one of it`);
});

test("a branch that nothing follows the release on is told, unless no next version is wanted", async () => {
  await upload();
  await release();
  await runPipeline("success");
  const result = await status();
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toContain(
    "next version (missing): nothing on main follows the commit of v1.2.0",
  );
  expect((await status({ POST_RELEASE: "none" })).exitCode).toBe(0);
});

test("a next version that waits in a merge request is told with its number", async () => {
  await makeWhole();
  // As tag-release leaves it where nobody may push: the tag on a commit that is only on the branch of the request.
  await call("/repository/commits", "POST", {
    branch: "next",
    start_branch: "main",
    commit_message: "Release version 1.4.0",
    actions: [{ action: "update", file_path: "VERSION", content: "1.4.0" }],
  });
  await call("/repository/tags?tag_name=v1.4.0&ref=next&message=Release", "POST");
  await call("/repository/commits", "POST", {
    branch: "next",
    commit_message: "Bump version: 1.4.0 → 1.5.0.dev",
    actions: [{ action: "update", file_path: "VERSION", content: "1.5.0.dev" }],
  });
  await call("/merge_requests", "POST", {
    source_branch: "next",
    target_branch: "main",
    title: "Begin 1.5.0",
  });
  const result = await status({ RELEASE_TAG: "v1.4.0", POST_RELEASE: "merge_request" });
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toContain("next version (waiting): !1 is open: Begin 1.5.0");
  expect(result.stderr).toContain("What to do: Merge !1:");
});

test("a file that is gone leaves a dead link and a wrong SHA256SUMS; both are told", async () => {
  await makeWhole();
  const [found]: readonly { id: number }[] = JSON.parse(JSON.stringify(await call("/packages")));
  const files: readonly { id: number; file_name: string }[] = JSON.parse(
    JSON.stringify(await call(`/packages/${found?.id}/package_files`)),
  );
  const pack = files.find((file) => file.file_name === "demo-1.2.0.tgz");
  await call(`/packages/${found?.id}/package_files/${pack?.id}`, "DELETE");
  const result = await status({ RELEASE_REQUIRED_FILES: "*.tgz" });
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toContain(
    "files (missing): the package demo 1.2.0 holds 2 files, and none that is named *.tgz",
  );
  expect(result.stderr).toContain(
    "links (wrong): demo-1.2.0.tgz leads to demo-1.2.0.tgz, which the package does not hold",
  );
  expect(result.stderr).toContain(
    "checksums (wrong): SHA256SUMS names demo-1.2.0.tgz, which the package does not hold",
  );
});

test("a file that came after the release is without link and checksum, a pack without bill of materials", async () => {
  await makeWhole();
  await upload({ "dist/late.conda.tgz": "later" });
  const result = await status();
  expect(result.stderr).toContain(
    "links (missing): the release does not link to late.conda.tgz, late.conda.tgz.intoto.json",
  );
  expect(result.stderr).toContain("checksums (missing): SHA256SUMS does not name late.conda.tgz;");
  expect(result.stderr).toContain(
    "bill of materials (missing): the package has no late.conda.tgz.cdx.json",
  );
  expect(result.stderr).not.toContain("provenance (");
  const lenient = await status({ STATUS_REQUIRE: "none" });
  expect(lenient.stderr).not.toContain("checksums (");
  expect(lenient.stderr).toContain("What to do: Run create-release with RELEASE_TAG=v1.2.0 again");
});

test("a job token is enough for a tag's pipeline; what it may not read is told as such and fails nothing", async () => {
  await makeWhole();
  const result = await project.run(releaseStatus);
  expect(result.stderr).toBe("");
  expect(result.exitCode).toBe(0);
  expect(result.record).toMatchObject({
    data: {
      whole: true,
      checks: expect.arrayContaining([
        expect.objectContaining({ part: "next version", state: "unknown" }),
      ]),
    },
  });
});

test("without a tag given, the newest tag of a version is asked about, released or not", async () => {
  await makeWhole();
  await call("/repository/tags?tag_name=v1.3.0&ref=main&message=Release", "POST");
  await call("/repository/tags?tag_name=nightly&ref=main", "POST");
  const newest = await status();
  expect(newest.record).toMatchObject({ data: { tag: { name: "v1.3.0" }, whole: false } });
  const older = await status({ RELEASE_VERSION: "1.2.0" });
  expect(older.exitCode).toBe(0);
  // Outputs of tag-release in the same pipeline are no contradiction.
  expect((await status({ RELEASE_VERSION: "1.2.0", RELEASE_TAG: "v1.2.0" })).exitCode).toBe(0);
});

test("a tag that is not there is told with how to release; a project that the token does not see is refused", async () => {
  const result = await status({ RELEASE_TAG: "v9.9.9" });
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toContain("There is no tag v9.9.9.");
  expect(result.stderr).toContain("What to do: Release one: bump-version and then tag-release");
  const blind = await status({ RELEASE_TAG: "v9.9.9", CI_PROJECT_ID: "group/other" });
  expect(blind.exitCode).toBe(3);
  const wrong = await status({ STATUS_REQUIRE: "checksum", POST_RELEASE: "later" });
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toContain("STATUS_REQUIRE: got checksum,");
  expect(wrong.stderr).toContain('POST_RELEASE: got "later"');
});

test("nothing is written to GitLab", async () => {
  await makeWhole();
  project.gitlab.admin.clearRequests();
  await status();
  const methods = new Set(project.gitlab.admin.requests().map(({ method }) => method));
  expect([...methods]).toEqual(["GET"]);
});
