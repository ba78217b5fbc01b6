import { execa } from "execa";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { call, field, fields } from "../embedded-gitlab/call.ts";
import {
  jobFiles,
  release,
  type ReleaseProject,
  startReleaseProject,
} from "../support/release-project.ts";

const command = join(import.meta.dirname, "../../dist/bin/tag-release");
const branch = "slipway/next-0.16.0.dev";
const propose = { POST_RELEASE: "merge_request" };

/** Nobody may push to main; the token's user is a Developer and may merge nothing. */
async function startGuarded(): Promise<{ project: ReleaseProject; token: string }> {
  const project = await startReleaseProject();
  const { admin, project: demo } = project.gitlab;
  admin.unprotectBranch(demo.id, "main");
  admin.protectBranch(demo.id, "main", { pushLevel: 0, mergeLevel: 40 });
  const { value } = admin.createToken({
    kind: "project",
    project: demo.id,
    role: "developer",
    scopes: ["api"],
  });
  return { project, token: value };
}

const api = ({ gitlab }: ReleaseProject, rest: string, method = "GET", json?: unknown) =>
  call(gitlab, `/projects/${gitlab.project.id}${rest}`, {
    method,
    token: gitlab.tokens.maintainer,
    ...(json === undefined ? {} : { json }),
  });

const mergeRequests = async (project: ReleaseProject) =>
  (await api(project, "/merge_requests?sort=asc")).body;

describe("POST_RELEASE=merge_request", () => {
  test("the tag is pushed, and the next version comes as one merge request, found again", async () => {
    const { project, token } = await startGuarded();
    const env = { ...propose, CI_PROJECT_PASSWORD: token };
    const first = await release(project, env);
    expect(first).toMatchObject({
      exitCode: 0,
      outputs: {
        RELEASE_TAG: "v0.15.0",
        RELEASE_VERSION: "0.15.0",
        NEXT_VERSION: "0.16.0.dev",
        MERGE_REQUEST_URL: expect.stringMatching(/\/-\/merge_requests\/1$/),
      },
    });
    expect(project.git("rev-parse", "main")).toBe(project.sha);
    expect(project.git("rev-parse", "v0.15.0^{commit}^")).toBe(project.sha);
    expect(project.git("rev-parse", `${branch}^`)).toBe(
      project.git("rev-parse", "v0.15.0^{commit}"),
    );
    expect(project.git("show", `${branch}:setup.cfg`)).toContain("version = 0.16.0.dev");
    const [one, ...more] = [await mergeRequests(project)].flat();
    expect(more).toEqual([]);
    expect(one).toMatchObject({
      title: "Bump version: 0.15.0 → 0.16.0.dev",
      source_branch: branch,
      target_branch: "main",
      state: "opened",
    });
    const before = project.refs();
    const again = await release(project, env);
    expect(again).toMatchObject({ exitCode: 0, outputs: first.outputs });
    const otherPipeline = await release(project, {
      ...env,
      CI_PIPELINE_CREATED_AT: "2026-02-02T03:04:05Z",
    });
    expect(otherPipeline.exitCode).toBe(0);
    expect(otherPipeline.outputs["MERGE_REQUEST_URL"]).toBe(first.outputs["MERGE_REQUEST_URL"]);
    expect(project.refs()).toBe(before);
    expect(fields(await mergeRequests(project), "iid")).toEqual([1]);
  });

  test.each([{ squash: false }, { squash: true }])(
    "merged (squash: $squash), it is done, and nothing is pushed again",
    async ({ squash }) => {
      const { project, token } = await startGuarded();
      const env = { ...propose, CI_PROJECT_PASSWORD: token };
      const first = await release(project, env);
      expect((await api(project, "/merge_requests/1/merge", "PUT", { squash })).status).toBe(200);
      const before = project.refs();
      expect(before).not.toContain(branch);
      expect(await release(project, env)).toMatchObject({ exitCode: 0, outputs: first.outputs });
      expect(project.refs()).toBe(before);
    },
  );

  test("R14 closed by a person, it stays closed, and the release is whole", async () => {
    const { project, token } = await startGuarded();
    const env = { ...propose, CI_PROJECT_PASSWORD: token };
    await release(project, env);
    await api(project, "/merge_requests/1", "PUT", { state_event: "close" });
    const again = await release(project, env);
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toContain("A person closed the merge request !1");
    expect(fields(await mergeRequests(project), "state")).toEqual(["closed"]);
  });

  test("what a person adds to the branch stays", async () => {
    const { project, token } = await startGuarded();
    const env = { ...propose, CI_PROJECT_PASSWORD: token };
    await release(project, env);
    const theirs = project.pushCommit("More of it", branch);
    expect((await release(project, env)).exitCode).toBe(0);
    expect(project.git("rev-parse", branch)).toBe(theirs);
  });

  test("the branch may go on meanwhile; the merge request is into what it is then", async () => {
    const { project, token } = await startGuarded();
    project.pushCommit("A colleague's work");
    const run = await release(project, { ...propose, CI_PROJECT_PASSWORD: token });
    expect(run.exitCode).toBe(0);
    expect(project.git("rev-parse", "v0.15.0^{commit}^")).toBe(project.sha);
    expect((await api(project, "/merge_requests/1")).body).toMatchObject({ state: "opened" });
  });

  test("a job token and a token without the scope api are told before anything is pushed", async () => {
    const { project } = await startGuarded();
    const before = project.refs();
    const { admin, tokens, project: demo } = project.gitlab;
    await admin.setProject(demo.id, { jobTokenPush: true });
    const job = await release(project, {
      ...propose,
      CI_PROJECT_PASSWORD: "",
      CI_JOB_TOKEN: tokens.job,
    });
    expect([job.exitCode, job.stderr]).toEqual([
      2,
      expect.stringContaining("A job token may make no merge requests"),
    ]);
    const pusher = admin.createToken({
      kind: "project",
      project: demo.id,
      role: "developer",
      scopes: ["read_api", "write_repository"],
    });
    const refused = await release(project, { ...propose, CI_PROJECT_PASSWORD: pusher.value });
    expect([refused.exitCode, refused.stderr]).toEqual([
      3,
      expect.stringContaining("a merge request needs api."),
    ]);
    expect(project.refs()).toBe(before);
  });

  test("a dry run shows the push and the merge request", async () => {
    const { project, token } = await startGuarded();
    const before = project.refs();
    const job = await project.job({ ...propose, CI_PROJECT_PASSWORD: token, DRY_RUN: "true" });
    const run = await job.tag();
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain(`and branch ${branch} (0.16.0.dev) at once`);
    expect(run.stdout).toContain("would: Propose 'Bump version: 0.15.0 → 0.16.0.dev'");
    expect(project.refs()).toBe(before);
    expect(await mergeRequests(project)).toEqual([]);
  });

  const kills = [
    { what: "the push", path: "git-receive-pack" },
    { what: "the merge request", path: "/merge_requests" },
  ];
  test.each(
    kills.flatMap((kill) => (["before", "after"] as const).map((when) => ({ ...kill, when }))),
  )(
    "R06 killed $when $what and run again, it is what a clean run makes",
    async ({ path, when }) => {
      const clean = await startGuarded();
      await release(clean.project, { ...propose, CI_PROJECT_PASSWORD: clean.token });
      const { project, token } = await startGuarded();
      const { admin } = project.gitlab;
      const env = { ...propose, CI_PROJECT_PASSWORD: token };
      const job = await project.job(env);
      await job.bump();
      const fault = admin.addFault({ method: "POST", path, action: { kind: "stall", when } });
      const options = { cwd: job.folder, env: job.env, extendEnv: false, reject: false };
      const child = execa(command, [], { ...options, detached: true });
      await expect.poll(() => admin.faultHits(fault), { timeout: 20_000 }).toBeGreaterThan(0);
      if (when === "after" && path === "/merge_requests")
        await expect.poll(() => mergeRequests(project), { timeout: 20_000 }).toHaveLength(1);
      if (when === "after" && path !== "/merge_requests")
        await expect.poll(() => project.refs(), { timeout: 20_000 }).toContain("v0.15.0");
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      expect((await child).signal).toBe("SIGKILL");
      admin.removeFault(fault);
      expect((await release(project, env)).exitCode).toBe(0);
      expect(project.refs()).toBe(clean.project.refs());
      const [one, ...more] = [await mergeRequests(project)].flat();
      expect(more).toEqual([]);
      expect(field(one, "source_branch")).toBe(branch);
    },
  );
});

describe("POST_RELEASE=none", () => {
  test("only the tag is pushed, found again, with what a job token may do", async () => {
    const { project } = await startGuarded();
    const { admin, tokens, project: demo } = project.gitlab;
    await admin.setProject(demo.id, { jobTokenPush: true });
    const env = { POST_RELEASE: "none", CI_PROJECT_PASSWORD: "", CI_JOB_TOKEN: tokens.job };
    const first = await release(project, env);
    expect(first).toMatchObject({ exitCode: 0 });
    expect(first.outputs).toMatchObject({ RELEASE_TAG: "v0.15.0", RELEASE_VERSION: "0.15.0" });
    expect(first.outputs).not.toHaveProperty("NEXT_VERSION");
    const refs = project.refs();
    expect(refs.match(/refs\/heads\/\S+/g)).toEqual(["refs/heads/main"]);
    expect(project.git("rev-parse", "main")).toBe(project.sha);
    expect(await release(project, env)).toMatchObject({ exitCode: 0, outputs: first.outputs });
    expect(project.refs()).toBe(refs);
    expect(await mergeRequests(project)).toEqual([]);
  });

  test("a tag on another commit is a conflict all the same", async () => {
    const project = await startReleaseProject(jobFiles);
    const other = project.pushCommit("Other");
    project.git("tag", "v0.15.0", other);
    const run = await release(project, { POST_RELEASE: "none" });
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toContain("E_TAG_ELSEWHERE");
  });
});
