import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FaultAction } from "../../src/embedded-gitlab/index.ts";
import createRelease from "../../steps/create-release.ts";
import uploadPackage from "../../steps/upload-package.ts";
import { publishRelease } from "../../src/gitlab/publish-release.ts";
import type { Clock } from "../../src/step/clock.ts";
import { Secret } from "../../src/step/secret.ts";
import { quickClock, testClient } from "../support/gitlab-client.ts";
import { startTaggedProject, type TaggedProject } from "../support/tagged-project.ts";

let project: TaggedProject;

beforeEach(async () => {
  project = await startTaggedProject();
  project.write("demo.tgz", "the pack");
  project.write("demo.tgz.sha256", "its digest");
});

afterEach(() => project.close());

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const upload = (env: Readonly<Record<string, string>> = {}) =>
  project.run(uploadPackage, { PACKAGE_FILES: "demo.tgz*", ...env });
const release = (
  env: Readonly<Record<string, string>> = {},
  clock = quickClock(new Date().toISOString()),
) => project.run(createRelease, env, clock);

interface Shown {
  tag_name: string;
  name: string;
  assets: { links: readonly { name: string; url: string }[] };
}

function isShown(value: unknown): value is Shown {
  return typeof value === "object" && value !== null && "assets" in value;
}

const call = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${project.gitlab.api}/projects/${project.gitlab.project.id}${path}`, {
    ...init,
    headers: {
      "private-token": project.gitlab.tokens.maintainer,
      "content-type": "application/json",
    },
  });

async function shown(): Promise<Shown | undefined> {
  const value: unknown = await (await call("/releases/v1.2.0")).json();
  return isShown(value) ? value : undefined;
}

const linkNames = async () => (await shown())?.assets.links.map(({ name }) => name).toSorted();
const post = (path: string, body: unknown) =>
  call(path, { method: "POST", body: JSON.stringify(body) });
const writes = () =>
  project.gitlab.admin.requests().filter(({ method }) => !["GET", "HEAD"].includes(method));
const failPost = (action: FaultAction, times = 1) =>
  project.gitlab.admin.addFault({ method: "POST", path: /\/releases/, action, times });

test("R01 a release that holds our links and others is done, and keeps the others", async () => {
  await upload();
  await release();
  await post("/releases/v1.2.0/assets/links", { name: "By hand", url: "https://example.org/x" });
  const before = writes().length;
  expect((await release()).exitCode).toBe(0);
  expect(writes()).toHaveLength(before);
  expect(await linkNames()).toEqual(["By hand", "SHA256SUMS", "demo.tgz", "demo.tgz.sha256"]);
});

test("R02 links that a release lacks are added", async () => {
  await post("/releases", { tag_name: "v1.2.0", description: "by hand" });
  await upload();
  const { exitCode, record } = await release();
  expect(exitCode).toBe(0);
  expect(record).toMatchObject({
    effects: [
      { id: "release:v1.2.0", state: "done" },
      { id: "checksums", state: "applied" },
      { id: "links:v1.2.0", state: "applied" },
    ],
  });
  expect(await linkNames()).toEqual(["SHA256SUMS", "demo.tgz", "demo.tgz.sha256"]);
});

describe("R03 a link in the way", () => {
  const cases = [
    {
      title: "with our name and another address",
      link: { name: "demo.tgz", url: "https://example.org/other" },
    },
    { title: "with our address and another name", link: { name: "theirs", url: "" } },
  ];
  test.each(cases)(
    "$title is a conflict, also with RELEASE_UPDATE; nothing is touched",
    async ({ link }) => {
      const { outputs } = await upload();
      await post("/releases", {
        tag_name: "v1.2.0",
        assets: { links: [{ ...link, url: link.url || outputs["PACKAGE_FILE_URL"] }] },
      });
      const before = await shown();
      const { exitCode, record } = await release({ RELEASE_UPDATE: "true", RELEASE_NAME: "New" });
      expect({ exitCode, record }).toMatchObject({
        exitCode: 3,
        record: { error: { code: "E_RELEASE_DIFFERS" } },
      });
      expect(await shown()).toEqual(before);
    },
  );
});

test("R04 a tag that is missing is exit 2, and none is made", async () => {
  const { exitCode, record } = await release({ RELEASE_TAG: "v9.9.9" });
  expect({ exitCode, record }).toMatchObject({
    exitCode: 2,
    record: { error: { code: "E_RELEASE_TAG_MISSING" } },
  });
  expect((await call("/repository/tags/v9.9.9")).status).toBe(404);
  expect(writes()).toEqual([]);
});

test("R04 no request ever carries a ref, with which GitLab would make a tag", async () => {
  // The tag vanishes between our look and our request: GitLab then refuses, for there is no ref.
  project.gitlab.admin.addFault({
    method: "GET",
    path: "/repository/tags/",
    action: {
      kind: "status",
      status: 200,
      when: "before",
      body: JSON.stringify({ name: "v9.9.9", target: "a", commit: { id: "a" } }),
    },
  });
  const { exitCode, record } = await release({ RELEASE_TAG: "v9.9.9" });
  expect({ exitCode, record }).toMatchObject({
    exitCode: 2,
    record: { error: { code: "E_RELEASE_TAG_MISSING" } },
  });
  expect((await call("/repository/tags/v9.9.9")).status).toBe(404);
});

describe("R05 no release is made where", () => {
  const cases = [
    {
      title: "a required file is missing",
      env: { RELEASE_REQUIRED_FILES: "*.whl,demo.tgz" },
      text: 'No file is named "*.whl"',
    },
    {
      title: "a file has another digest than was uploaded",
      env: { PACKAGE_FILE_SHA256: "0".repeat(64) },
      text: "No file has the SHA-256 0000",
    },
    {
      title: "fewer files are there than were uploaded",
      env: { PACKAGE_FILE_COUNT: "3" },
      text: "There are 2 files; an earlier step uploaded 3",
    },
    {
      title: "another version was uploaded",
      env: { PACKAGE_VERSION: "7.7.7", PACKAGE_FILE_COUNT: "2" },
      text: "It holds no file.",
    },
  ];
  test.each(cases)("$title", async ({ env, text }) => {
    await upload();
    const before = writes().length;
    const { exitCode, record, stderr } = await release(env);
    expect({ exitCode, record }).toMatchObject({
      exitCode: 3,
      record: { error: { code: "E_RELEASE_FILES" } },
    });
    expect(stderr).toContain(text);
    expect(writes()).toHaveLength(before);
  });

  test("what upload-package handed on in the same job is not there", async () => {
    await upload();
    project.write("slipway.env", `PACKAGE_FILE_SHA256=${sha256("another pack")}\n`);
    expect((await release()).exitCode).toBe(3);
  });
});

describe("R05 files that other jobs still upload", () => {
  const waiting = { RELEASE_REQUIRED_FILES: "*.jar, demo.tgz", RELEASE_WAIT_SECONDS: "600" };

  test("are waited for, and the release links them", async () => {
    await upload();
    const clock = quickClock(new Date().toISOString());
    let polls = 0;
    const slow: Clock = {
      ...clock,
      async sleep(ms, signal) {
        await clock.sleep(ms, signal);
        if ((polls += 1) !== 3) return;
        project.write("late.jar", "late");
        expect((await upload({ PACKAGE_FILES: "late.jar" })).exitCode).toBe(0);
      },
    };
    const { exitCode, stdout } = await project.run(createRelease, waiting, slow);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Waiting up to 600 s for files: No file is named "*.jar".');
    expect(polls).toBe(3);
    expect(await linkNames()).toContain("late.jar");
  });

  test("are waited for no longer than RELEASE_WAIT_SECONDS, seldom asked for, and named in the end", async () => {
    await upload();
    const clock = quickClock(new Date().toISOString());
    const { exitCode, stderr, record } = await project.run(createRelease, waiting, clock);
    expect({ exitCode, record }).toMatchObject({
      exitCode: 3,
      record: { error: { code: "E_RELEASE_FILES" } },
    });
    expect(stderr).toContain(
      'The package demo 1.2.0 is not what the release needs, also not after 600 s:\nNo file is named "*.jar".\nIt holds demo.tgz (',
    );
    expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBe(600_000);
    expect(clock.slept.length).toBeLessThan(50);
    expect(await shown()).toBeUndefined();
  });

  test("are not waited for in a dry run", async () => {
    const clock = quickClock(new Date().toISOString());
    const dry = { ...waiting, DRY_RUN: "true" };
    expect((await project.run(createRelease, dry, clock)).exitCode).toBe(3);
    expect(clock.slept).toEqual([]);
  });
});

test("R09 two jobs that release at once both succeed, and there is one release", async () => {
  await upload();
  const both = await Promise.all([
    release(),
    release({ SLIPWAY_REPORT_DIR: "second", SLIPWAY_DOTENV: "second.env" }),
  ]);
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(await linkNames()).toEqual(["SHA256SUMS", "demo.tgz", "demo.tgz.sha256"]);
});

test("R09 a release that another job makes between our look and our request is taken as it is", async () => {
  const gitlab = testClient(project.gitlab.api, {
    project: String(project.gitlab.project.id),
    token: { variable: "CI_JOB_TOKEN", kind: "job", secret: new Secret(project.gitlab.tokens.job) },
  });
  const wanted = {
    tag: "v1.2.0",
    name: undefined,
    notes: "ours",
    releasedAt: undefined,
    links: [],
  };
  const effect = publishRelease({ gitlab, wanted, update: false, tagIsOurs: true });
  expect(await effect.isDone()).toBe(false);
  await post("/releases", { tag_name: "v1.2.0", description: "ours" });
  await effect.apply();
  expect(await effect.verify()).toMatchObject({ notes: "ours" });
  expect(writes().map(({ method }) => method)).toEqual(["POST"]);
  await gitlab.close();
});

test("R11 a tag that is not on the pipeline's commit is exit 3", async () => {
  const { exitCode, record, stderr } = await release({ CI_COMMIT_SHA: "f".repeat(40) });
  expect({ exitCode, record }).toMatchObject({
    exitCode: 3,
    record: { error: { code: "E_RELEASE_TAG_MOVED" } },
  });
  expect(stderr).toContain(project.sha);
  expect(writes()).toEqual([]);
});

describe("G21 in the pipeline of a tag that GitLab's API does not show yet", () => {
  test("the tag is waited for", async () => {
    const hidden = (path: RegExp, status: number, body: string): number =>
      project.gitlab.admin.addFault({
        method: "GET",
        path,
        times: 3,
        action: { kind: "status", status, when: "before", body },
      });
    hidden(/\/repository\/tags\/v1/, 404, '{"message":"404 Tag Not Found"}');
    hidden(/\/repository\/tags\?/, 200, "[]");
    expect((await release()).exitCode).toBe(0);
  });

  test("the release is tried again, without a ref", async () => {
    failPost(
      { kind: "status", status: 422, when: "before", body: '{"message":"Ref is not specified"}' },
      2,
    );
    expect((await release()).exitCode).toBe(0);
    expect(await shown()).toMatchObject({ tag_name: "v1.2.0" });
  });

  test("in another pipeline the same answer is final", async () => {
    failPost(
      { kind: "status", status: 422, when: "before", body: '{"message":"Ref is not specified"}' },
      9,
    );
    const { exitCode } = await release({ CI_COMMIT_TAG: "", RELEASE_TAG: "v1.2.0" });
    expect(exitCode).toBe(2);
    expect(writes()).toHaveLength(1);
  });
});

describe("a release whose answer is lost", () => {
  const cases: readonly { title: string; action: FaultAction }[] = [
    { title: "H03 by a closed socket is found", action: { kind: "drop", when: "after" } },
    { title: "H03 by a 504 is found", action: { kind: "status", status: 504, when: "after" } },
    { title: "H04 by a cut body is found", action: { kind: "truncate", responseBytes: 10 } },
    {
      title: "H02 by a 503 before it was made is made",
      action: { kind: "status", status: 503, when: "before" },
    },
    {
      title: "R12 by somebody who was faster is compared",
      action: {
        kind: "status",
        status: 409,
        when: "after",
        body: '{"message":"Release already exists"}',
      },
    },
  ];
  test.each(cases)("$title", async ({ action }) => {
    await upload();
    failPost(action);
    expect((await release()).exitCode).toBe(0);
    expect(await linkNames()).toEqual(["SHA256SUMS", "demo.tgz", "demo.tgz.sha256"]);
  });
});

test("H03 a link whose answer is lost is found and not added twice", async () => {
  await post("/releases", { tag_name: "v1.2.0" });
  await upload();
  project.gitlab.admin.addFault({
    method: "POST",
    path: "/assets/links",
    times: 2,
    action: { kind: "drop", when: "after" },
  });
  expect((await release()).exitCode).toBe(0);
  expect(await linkNames()).toEqual(["SHA256SUMS", "demo.tgz", "demo.tgz.sha256"]);
});

test("a protected tag whose release the token's user may not make is told", async () => {
  project.gitlab.admin.protectTag(project.gitlab.project.id, "v*");
  const { exitCode, record } = await release({
    CI_JOB_TOKEN: "",
    GITLAB_TOKEN: project.gitlab.tokens.developer,
  });
  expect({ exitCode, record }).toMatchObject({
    exitCode: 3,
    record: { error: { code: "E_RELEASE_TAG_PROTECTED" } },
  });
});

describe("a refused release leaves the package as it was, and a right run completes it:", () => {
  const developer = () => ({ CI_JOB_TOKEN: "", GITLAB_TOKEN: project.gitlab.tokens.developer });
  const protect = () => project.gitlab.admin.protectTag(project.gitlab.project.id, "v*");

  async function refusedThenRight(env: Readonly<Record<string, string>>, code: string) {
    const before = writes().length;
    const refused = await release(env);
    expect(refused).toMatchObject({ exitCode: 3, record: { error: { code } } });
    expect(writes().filter(({ status }) => status < 400)).toHaveLength(before);
    project.write("late.tgz", "late");
    await upload({ PACKAGE_FILES: "late.tgz" });
    const right = await release();
    expect(right).toMatchObject({ exitCode: 0, stderr: "" });
    expect(right.stdout).not.toContain("does not name");
    const sums = await call("/packages/generic/demo/1.2.0/SHA256SUMS");
    expect(await sums.text()).toContain(`${sha256("late")}  late.tgz\n`);
    expect(await linkNames()).toEqual(["SHA256SUMS", "demo.tgz", "demo.tgz.sha256", "late.tgz"]);
  }

  test("a protected tag", async () => {
    await upload();
    protect();
    await refusedThenRight(developer(), "E_RELEASE_TAG_PROTECTED");
  });

  test("a release of a protected tag that lacks links", async () => {
    await post("/releases", { tag_name: "v1.2.0" });
    await upload();
    protect();
    await refusedThenRight(developer(), "E_RELEASE_READ_ONLY");
  });

  test("a release with another name", async () => {
    await post("/releases", { tag_name: "v1.2.0" });
    await upload();
    await refusedThenRight({ RELEASE_NAME: "Mine" }, "E_RELEASE_DIFFERS");
  });

  test("a link named SHA256SUMS that leads elsewhere", async () => {
    const assets = { links: [{ name: "SHA256SUMS", url: "https://example.org/sums" }] };
    await post("/releases", { tag_name: "v1.2.0", assets });
    await upload();
    const before = writes().length;
    const { exitCode, record } = await release();
    expect({ exitCode, record }).toMatchObject({
      exitCode: 3,
      record: { error: { code: "E_RELEASE_DIFFERS" } },
    });
    expect(writes()).toHaveLength(before);
  });

  test("a SHA256SUMS in the package that is not true", async () => {
    project.write("SHA256SUMS", `${"0".repeat(64)}  demo.tgz\n`);
    await upload({ PACKAGE_FILES: "demo.tgz, SHA256SUMS", ATTEST: "false" });
    const before = writes().length;
    const { exitCode, record } = await release();
    expect({ exitCode, record }).toMatchObject({
      exitCode: 3,
      record: { error: { code: "E_CHECKSUMS_DIFFER" } },
    });
    expect(writes()).toHaveLength(before);
  });
});

test("a release whose SHA256SUMS cannot be stored is completed by the next run", async () => {
  await upload();
  project.gitlab.admin.addFault({
    method: "PUT",
    path: /SHA256SUMS/,
    times: 99,
    action: { kind: "status", status: 503, when: "before" },
  });
  expect((await release()).exitCode).toBe(4);
  expect(await linkNames()).toEqual(["demo.tgz", "demo.tgz.sha256"]);
  project.gitlab.admin.clearFaults();
  expect((await release()).exitCode).toBe(0);
  expect(await linkNames()).toEqual(["SHA256SUMS", "demo.tgz", "demo.tgz.sha256"]);
});

test("a guest's token is told which right it lacks", async () => {
  const { value } = project.gitlab.admin.createToken({
    kind: "project",
    project: project.gitlab.project.id,
    role: "guest",
    scopes: ["api"],
  });
  const { exitCode, stderr } = await release({ CI_JOB_TOKEN: "", GITLAB_TOKEN: value });
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/Reporter|Developer/);
});

test("a token of another project is told that it does not see this one", async () => {
  const other = await project.gitlab.admin.createProject({ path: "group/other" });
  const { value } = project.gitlab.admin.createToken({
    kind: "project",
    project: other.id,
    role: "maintainer",
    scopes: ["api"],
  });
  const byToken = await release({ CI_JOB_TOKEN: "", GITLAB_TOKEN: value });
  const job = await project.gitlab.admin.startJob({ project: other.id });
  const byJob = await release({ CI_JOB_TOKEN: job.token });
  for (const { exitCode, record } of [byToken, byJob])
    expect({ exitCode, record }).toMatchObject({
      exitCode: 3,
      record: { error: { code: "E_NOT_FOUND" } },
    });
});

test("I2 no token is printed or written, also at LOG_LEVEL=debug", async () => {
  await upload();
  const { stdout, stderr, record } = await release({ LOG_LEVEL: "debug" });
  expect(stdout).toContain("POST /projects/");
  expect(stdout + stderr + JSON.stringify(record)).not.toContain(project.gitlab.tokens.job);
});
