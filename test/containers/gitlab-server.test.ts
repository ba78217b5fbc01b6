import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dockerRun, strict } from "../support/docker-run.ts";
import { type GitlabContainer, startGitlabContainer } from "../support/gitlab-container.ts";

const root = join(import.meta.dirname, "../..");
let gitlab: GitlabContainer;

// One story, told in order, on the embedded GitLab or on the real one that GITLAB_IMAGE names.
beforeAll(async () => {
  gitlab = await startGitlabContainer();
  writeFileSync(join(gitlab.checkout, "job.jar"), "the bytes of a jar");
});
afterAll(() => gitlab?.[Symbol.asyncDispose]());

/** A job with steps, on the network of the server. */
async function job(script: string, variables: Readonly<Record<string, string>> = {}) {
  const env = {
    CI_API_V4_URL: gitlab.inside.api,
    CI_SERVER_URL: gitlab.inside.url,
    CI_PROJECT_ID: String(gitlab.project.id),
    CI_PROJECT_NAME: "job-project",
    CI_PROJECT_URL: `${gitlab.inside.url}/${gitlab.project.path}`,
    CI_DEFAULT_BRANCH: "main",
    CI_PROJECT_PASSWORD: gitlab.token,
    ...variables,
  };
  return dockerRun(
    [
      ...strict,
      `--network=${gitlab.network}`,
      "--volume",
      `${gitlab.checkout}:/repo`,
      ...Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ],
    ["sh", "-c", script],
  );
}

const branchJob = () => {
  const sha = execFileSync("git", ["rev-list", "--max-parents=0", "HEAD"], {
    cwd: gitlab.checkout,
    encoding: "utf8",
  }).trim();
  return {
    CI_COMMIT_SHA: sha,
    CI_COMMIT_BRANCH: "main",
    CI_COMMIT_REF_NAME: "main",
    CI_PIPELINE_CREATED_AT: "2026-01-02T03:04:05Z",
  };
};
const tagJob = { CI_COMMIT_TAG: "v0.15.0", PACKAGE_FILES: "job.jar" };

test("the release is tagged and the next version opened, twice with the same outcome", async () => {
  for (const time of ["first", "second"]) {
    const { output, exitCode } = await job("bump-version && tag-release", branchJob());
    expect(exitCode, `${time}: ${output}`).toBe(0);
    expect(output).toContain("NEXT_VERSION=0.16.0.dev");
  }
  expect(await gitlab.api("repository/tags")).toMatchObject([{ name: "v0.15.0" }]);
  expect(await gitlab.api("repository/branches/main")).toMatchObject({
    commit: { title: "Bump version: 0.15.0 → 0.16.0.dev" },
    protected: true,
  });
});

test("files are published and released, twice with the same outcome", async () => {
  for (const time of ["first", "second"]) {
    const { output, exitCode } = await job("upload-package && create-release", tagJob);
    expect(exitCode, `${time}: ${output}`).toBe(0);
  }
  const packages: readonly { id: number }[] = JSON.parse(
    JSON.stringify(await gitlab.api("packages")),
  );
  expect(packages).toMatchObject([{ name: "job-project", version: "0.15.0" }]);
  expect(await gitlab.api(`packages/${packages[0]?.id}/package_files`)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        file_name: "job.jar",
        file_sha256: createHash("sha256").update("the bytes of a jar").digest("hex"),
      }),
    ]),
  );
  expect(await gitlab.api("releases")).toMatchObject([{ tag_name: "v0.15.0" }]);
});

test("other bytes under a released version are refused", async () => {
  writeFileSync(join(gitlab.checkout, "job.jar"), "other bytes");
  const { output, exitCode } = await job("upload-package", tagJob);
  expect(output).toContain("E_PACKAGE_DIFFERS");
  expect(exitCode).toBe(3);
});

test("GitLab's own command line, as Debian has it, creates, lists and downloads releases there", async () => {
  const image = "slipway-test-glab:trixie";
  execFileSync(join(root, "images/base/bootstrap.sh"), [image, "ca-certificates,git,glab"], {
    stdio: "pipe",
  });
  const glab = (script: string) =>
    dockerRun(
      [
        `--network=${gitlab.network}`,
        "--env=HOME=/tmp",
        "--env=NO_PROMPT=1",
        `--env=GITLAB_TOKEN=${gitlab.token}`,
        `--env=GITLAB_HOST=${new URL(gitlab.inside.url).host}`,
      ],
      [
        "sh",
        "-c",
        `glab config set --global check_update false && glab config set --host '${new URL(gitlab.inside.url).host}' api_protocol http && ${script}`,
      ],
      image,
    );
  const project = `--repo=${gitlab.inside.url}/${gitlab.project.path}`;
  const created = await glab(`glab release create v0.14.0 --ref main --notes 'By hand' ${project}`);
  expect(created.exitCode, created.output).toBe(0);
  expect(await gitlab.api("releases/v0.14.0")).toMatchObject({ description: "By hand" });

  const listed = await glab(`glab release list ${project}`);
  expect(listed.output).toMatch(/v0\.15\.0[^]*v0\.14\.0|v0\.14\.0[^]*v0\.15\.0/);

  const downloaded = await glab(
    `mkdir /tmp/files && glab release download v0.15.0 --asset-name job.jar --asset-name SHA256SUMS --dir /tmp/files ${project} && cd /tmp/files && ls && cat job.jar`,
  );
  expect(downloaded.exitCode, downloaded.output).toBe(0);
  expect(downloaded.output).toContain("SHA256SUMS");
  expect(downloaded.output).toContain("the bytes of a jar");
});
