import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { call, field, fields } from "../embedded-gitlab/call.ts";
import {
  dag,
  declared,
  type DeployWorld,
  newName,
  oldName,
  path,
  startDeployWorld,
} from "../support/deploy-world.ts";

let world: DeployWorld;

beforeEach(async () => {
  world = await startDeployWorld();
});

afterEach(() => world.close());

const branch = "slipway/job.conda.tgz";

test("a release becomes one merge request that says what changes", async () => {
  const reviewer = world.gitlab.admin.createUser({ username: "ada" });
  world.gitlab.admin.setMember(world.dags().id, reviewer.id, "developer");
  const run = await world.propose({ DEPLOY_REVIEWERS: "@ada", DEPLOY_LABELS: "deploy,spark" });
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await world.fileAt("main")).toBe(declared(oldName, world.url("0.15.0")));
  expect(await world.fileAt(branch)).toBe(declared(newName, world.url("0.16.0")));
  const [one] = [await world.mergeRequests()].flat();
  expect(one).toMatchObject({
    iid: 1,
    title: "Deploy job 0.16.0",
    source_branch: branch,
    target_branch: "main",
    labels: ["deploy", "spark"],
    reviewers: [{ username: "ada" }],
    force_remove_source_branch: true,
    author: { id: world.developerId() },
  });
  const description = String(field(one, "description"));
  expect(description).toContain(`| replaces | \`${oldName}\` |`);
  expect(description).toContain("| version | 0.15.0 → 0.16.0 |");
  expect(description).toContain("| size | 12 bytes → 23 bytes (+11 bytes) |");
  expect(description).toContain("Packages: 1 changed, 1 added, 0 removed");
  expect(description).toContain("| `python` | 3.11.1 | 3.11.2 |");
  expect(description).toContain("**0.16.0**\n\n> - news of 0.16.0\n> /close\n> @\u200Ball");
  expect(description).not.toContain("news of 0.15.0");
  expect(run.outputs).toEqual({ MERGE_REQUEST_URL: field(one, "web_url") });
  expect(run.record).toMatchObject({
    effects: [
      { id: `commit:${branch}`, state: "applied" },
      { id: `merge-request:${branch}`, state: "applied" },
    ],
    data: { mergeRequest: { iid: 1, state: "opened" }, files: [path] },
  });
});

const writes = () =>
  world.gitlab.admin
    .requests()
    .filter(({ method, path: to }) => method !== "GET" && /\/api\//.test(to));

describe("run again", () => {
  test("nothing is written, and the outputs are the same", async () => {
    const first = await world.propose();
    const before = writes().length;
    const second = await world.propose();
    expect(second).toMatchObject({ exitCode: 0, outputs: first.outputs });
    expect(writes()).toHaveLength(before);
  });

  test("R14 merged is done, by the target's files and by the merge request", async () => {
    const first = await world.propose();
    expect((await world.merge(1)).status).toBe(200);
    const second = await world.propose();
    expect(second).toMatchObject({ exitCode: 0, outputs: first.outputs });
    expect(second.stdout).toContain("declares this on main already");
    await world.edit("main", declared(oldName, world.url("0.15.0")));
    const third = await world.propose();
    expect(third).toMatchObject({ exitCode: 0, outputs: first.outputs });
    expect(third.stdout).toContain("which a person has decided");
    expect(fields(await world.mergeRequests(), "iid")).toEqual([1]);
  });

  test("R14 closed by a person is an answer; DEPLOY_REOPEN asks again; another version is another question", async () => {
    const first = await world.propose();
    await world.api("/merge_requests/1", "PUT", { state_event: "close" });
    const refused = await world.propose();
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain("E_MERGE_REQUEST_CLOSED");
    expect(refused.stderr).toContain("DEPLOY_REOPEN=true");
    const reopened = await world.propose({ DEPLOY_REOPEN: "true" });
    expect(reopened).toMatchObject({ exitCode: 0, outputs: first.outputs });
    await world.api("/merge_requests/1", "PUT", { state_event: "close" });
    await world.upload("0.17.0", "the newest pack", []);
    expect((await world.propose({ PACKAGE_FILE_URL: world.url("0.17.0") })).exitCode).toBe(0);
    const all = await world.mergeRequests();
    expect(fields(all, "state")).toEqual(["closed", "opened"]);
    expect(fields(all, "source_branch")).toEqual([branch, `${branch}-2`]);
  });

  test("a newer version joins the open merge request, and what people wrote there stays", async () => {
    await world.propose();
    const { body } = await world.api("/merge_requests/1");
    const description = `Please wait for monday.\n\n${String(field(body, "description"))}\n\ncc: me`;
    await world.api("/merge_requests/1", "PUT", { description });
    await world.edit(branch, 'run("views", fast=True)\n', dag);
    await world.upload("0.17.0", "the newest pack", []);
    const run = await world.propose({ PACKAGE_FILE_URL: world.url("0.17.0") });
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    const [one, ...more] = [await world.mergeRequests()].flat();
    expect(more).toEqual([]);
    expect(one).toMatchObject({ iid: 1, title: "Deploy job 0.17.0" });
    const text = String(field(one, "description"));
    expect(text).toMatch(/^Please wait for monday\.\n\n<!-- slipway:begin/);
    expect(text).toMatch(/<!-- slipway:end -->\n\ncc: me$/);
    expect(text).toContain("| version | 0.15.0 → 0.17.0 |");
    expect(text).toContain("news of 0.16.0");
    expect(await world.fileAt(branch)).toBe(declared("job-0.17.0.conda.tgz", world.url("0.17.0")));
    expect(await world.fileAt(branch, dag)).toBe('run("views", fast=True)\n');
  });

  test("a title and a text that a person changed stay", async () => {
    await world.propose();
    const { body } = await world.api("/merge_requests/1");
    const description = String(field(body, "description")).replace("| version |", "| which |");
    await world.api("/merge_requests/1", "PUT", { title: "Draft: on monday", description });
    const before = writes().length;
    expect((await world.propose()).exitCode).toBe(0);
    await world.upload("0.17.0", "the newest pack", []);
    expect((await world.propose({ PACKAGE_FILE_URL: world.url("0.17.0") })).exitCode).toBe(0);
    expect((await world.api("/merge_requests/1")).body).toMatchObject({
      title: "Draft: on monday",
      description,
    });
    expect(writes().length).toBeGreaterThan(before);
  });

  test("an entry that a person changed on the branch is never overwritten", async () => {
    await world.propose();
    const theirs = declared(newName, world.url("0.16.0")).replace("source: url", "source: gitlab");
    await world.edit(branch, theirs);
    expect((await world.propose()).exitCode).toBe(0);
    expect(await world.fileAt(branch)).toBe(theirs);
    const other = declared("job-tested.conda.tgz", world.url("0.15.0"));
    await world.edit(branch, other);
    expect((await world.propose()).exitCode).toBe(0);
    await world.upload("0.17.0", "the newest pack", []);
    const refused = await world.propose({ PACKAGE_FILE_URL: world.url("0.17.0") });
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain("E_BRANCH_FOREIGN");
    expect(refused.stderr).toContain(`Somebody changed the entry ${newName} on the branch`);
    expect(await world.fileAt(branch)).toBe(other);
  });
});

test("what the DAG names stays beside the new entry and is listed; later it can be changed along", async () => {
  await world.startDags({
    [path]: declared(oldName, world.url("0.15.0")),
    [dag]: `uri = artifact("${oldName}")\n`,
  });
  const run = await world.propose();
  expect(run).toMatchObject({ exitCode: 0 });
  expect(run.stderr).toContain(`${oldName} stays beside ${newName}: ${dag}:1 names it.`);
  expect(await world.fileAt(branch)).toContain(oldName);
  expect(await world.fileAt(branch)).toContain(newName);
  const description = String(field([await world.mergeRequests()].flat()[0], "description"));
  expect(description).toContain(`- \`${dag}:1\` names \`${oldName}\``);
  await world.merge(1);
  expect((await world.propose()).stdout).toContain("declares this on main already");
  const along = await world.propose({ DEPLOY_REPLACE_REFERENCES: "true", REMOVE_OLD: "true" });
  expect(along).toMatchObject({ exitCode: 0, stderr: "" });
  expect(fields(await world.mergeRequests(), "state")).toEqual(["merged", "opened"]);
  expect(await world.fileAt(branch)).toBe(declared(newName, world.url("0.16.0")));
  expect(await world.fileAt(branch, dag)).toBe(`uri = artifact("${newName}")\n`);
});

test("ARTIFACT_VERSION rolls back, and the notes say what is undone", async () => {
  await world.propose();
  await world.merge(1);
  const back = await world.propose({ ARTIFACT_VERSION: "0.15.0" });
  expect(back).toMatchObject({ exitCode: 0, stderr: "" });
  const one = (await world.api("/merge_requests/2")).body;
  expect(one).toMatchObject({ title: "Roll back to job 0.15.0", state: "opened" });
  expect(String(field(one, "description"))).toContain("What is undone, back from 0.16.0");
  await world.merge(2);
  expect(await world.fileAt("main")).toBe(declared(oldName, world.url("0.15.0")));
  const missing = await world.propose({ ARTIFACT_VERSION: "9.9.9" });
  expect(missing.exitCode).toBe(3);
  expect(missing.stderr).toContain("holds no file of job 9.9.9; it holds 0.16.0, 0.15.0.");
});

test("several artifacts are one merge request", async () => {
  const jar = world.url("0.16.0").replace("job-0.16.0.conda.tgz", "lib-0.16.0.jar");
  await fetch(jar, {
    method: "PUT",
    body: "a jar",
    headers: { "private-token": world.gitlab.tokens.maintainer },
  });
  const run = await world.propose({ ARTIFACT_URL: `${world.url("0.16.0")}\n${jar}` });
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  const [one, ...more] = [await world.mergeRequests()].flat();
  expect(more).toEqual([]);
  expect(one).toMatchObject({ title: "Deploy job 0.16.0, lib 0.16.0" });
  expect(await world.fileAt(String(field(one, "source_branch")))).toBe(
    `${declared(newName, world.url("0.16.0"))}  lib-0.16.0.jar:\n    id: ${jar}\n    source: url\n`,
  );
});

test("an address that was copied from the page of the registry becomes the stable one", async () => {
  const files = await call(
    world.gitlab,
    `/projects/${world.gitlab.project.id}/packages?package_version=0.16.0`,
    { token: world.gitlab.tokens.maintainer },
  );
  const packageId = String(field([files.body].flat()[0], "id"));
  const listed = await call(
    world.gitlab,
    `/projects/${world.gitlab.project.id}/packages/${packageId}/package_files`,
    { token: world.gitlab.tokens.maintainer },
  );
  const [id] = fields(listed.body, "id");
  const copied = `${world.gitlab.url}/group/job/-/package_files/${String(id)}/download`;
  expect((await world.propose({ ARTIFACT_URL: copied })).exitCode).toBe(0);
  expect(await world.fileAt(branch)).toBe(declared(newName, world.url("0.16.0")));
  await world.merge(1);
  await world.edit("main", declared(newName, copied));
  const again = await world.propose();
  expect(again.stdout).toContain("declares this on main already");
});

test("DEPLOY_AUTO_MERGE lets GitLab merge when the pipeline succeeds", async () => {
  world.gitlab.admin.unprotectBranch(world.dags().id, "main");
  const run = await world.propose({ DEPLOY_AUTO_MERGE: "true" });
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect((await world.api("/merge_requests/1")).body).toMatchObject({
    merge_when_pipeline_succeeds: true,
  });
  const again = await world.propose({ DEPLOY_AUTO_MERGE: "true" });
  expect(again.record).toMatchObject({
    effects: [{ state: "done" }, { id: "auto-merge", state: "done" }],
  });
});

test("a token that may not merge is told so, after the merge request is there", async () => {
  const run = await world.propose({ DEPLOY_AUTO_MERGE: "true" });
  expect(run.exitCode).toBe(3);
  expect(run.stderr).toContain("E_AUTO_MERGE");
  expect(fields(await world.mergeRequests(), "state")).toEqual(["opened"]);
});

test("a dry run shows the plan with read rights and writes nothing", async () => {
  const reader = world.gitlab.admin.createToken({
    kind: "project",
    project: world.dags().id,
    role: "reporter",
    scopes: ["read_api", "read_repository"],
  });
  const run = await world.propose({ DRY_RUN: "true", DEPLOY_TOKEN: reader.value });
  expect(run).toMatchObject({ exitCode: 0, outputs: {} });
  expect(run.stdout).toContain(
    `would: Commit 'Deploy job 0.16.0' to a new branch ${branch}: ${path}`,
  );
  expect(run.record).toMatchObject({ data: { findings: [{ code: "E_TOKEN_SCOPE" }] } });
  expect(await world.mergeRequests()).toEqual([]);
});

test.each([
  {
    title: "no address and no version",
    env: { PACKAGE_FILE_URL: "" },
    exitCode: 2,
    text: "an artifact, or a version in ARTIFACT_VERSION",
  },
  {
    title: "a file that the registry does not hold",
    env: { PACKAGE_FILE_URL: "0.99.0" },
    exitCode: 3,
    text: "has no file job-0.99.0.conda.tgz of job 0.99.0",
  },
  {
    title: "a file that is not in the repository",
    env: { DEPLOY_FILES: "research/config/artifacts.yaml" },
    exitCode: 2,
    text: `is meant by research/config/artifacts.yaml. It has ${path}.`,
  },
  {
    title: "an unknown branch",
    env: { DEPLOY_BRANCH: "nothing" },
    exitCode: 3,
    text: "has no branch nothing",
  },
  {
    title: "a branch that looks like an option",
    env: { DEPLOY_BRANCH: "--upload-pack=x" },
    exitCode: 2,
    text: "begins with a hyphen",
  },
  {
    title: "an unknown reviewer",
    env: { DEPLOY_REVIEWERS: "nobody,noone" },
    exitCode: 2,
    text: "knows no user nobody, noone.",
  },
  {
    title: "a token of another project",
    env: { DEPLOY_TOKEN: "glpat-unknown-unknown" },
    exitCode: 3,
    text: "DEPLOY_TOKEN",
  },
  {
    title: "an address with a token in it",
    env: { ARTIFACT_URL: "https://a.example.org/a.tgz?private_token=hidden-secret" },
    exitCode: 2,
    text: "a token in it, which is not shown",
  },
  {
    title: "an address that is no file name",
    env: { ARTIFACT_URL: "https://a.example.org/%E0%A4%A" },
    exitCode: 2,
    text: "none of # ? %",
  },
  {
    title: "two addresses and one name",
    env: {
      ARTIFACT_URL: "https://a.example.org/a.tgz\nhttps://a.example.org/b.tgz",
      ARTIFACT_NAME: "a.tgz",
    },
    exitCode: 2,
    text: "2 names, one for each address",
  },
])("$title is told, and nothing is written", async ({ env, exitCode, text }) => {
  const address = env.PACKAGE_FILE_URL;
  const version =
    address === undefined || address === "" ? {} : { PACKAGE_FILE_URL: world.url(address) };
  const run = await world.propose({ ...env, ...version });
  expect(run.exitCode).toBe(exitCode);
  expect(run.stderr).toContain(text);
  expect(run.stdout + run.stderr).not.toMatch(/hidden-secret/);
  expect(run.stderr).not.toContain(world.deployToken());
  expect(await world.mergeRequests()).toEqual([]);
});

test.each([
  { title: "deploy token", token: () => "gldt-0123456789abcdef", got: "a deploy token (gldt-…)" },
  { title: "job's token", token: () => world.gitlab.tokens.job, got: "the job's own token" },
])("a $title in DEPLOY_TOKEN is told as what it is, before anything is asked", async (one) => {
  const run = await world.propose({ DEPLOY_TOKEN: one.token() });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain(`DEPLOY_TOKEN: got ${one.got}, expected an access token`);
  expect(run.stderr).not.toContain(one.token());
});
