import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import createRelease from "../../steps/create-release.ts";
import uploadPackage from "../../steps/upload-package.ts";
import { passOnTo, startFaultServer } from "../support/fault-server.ts";
import { quickClock } from "../support/gitlab-client.ts";
import { startTaggedProject, type TaggedProject } from "../support/tagged-project.ts";

let project: TaggedProject;

beforeEach(async () => {
  project = await startTaggedProject();
  project.write("dist/demo-1.2.0.tgz", "the pack");
  project.write("dist/demo-1.2.0.tgz.cdx.json", "{}");
});

afterEach(() => project.close());

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const upload = (env = {}) => project.run(uploadPackage, { PACKAGE_FILES: "dist/*", ...env });
const release = (env = {}) => project.run(createRelease, env);

async function api(path: string): Promise<unknown> {
  const response = await fetch(
    `${project.gitlab.api}/projects/${project.gitlab.project.id}${path}`,
    {
      headers: { "private-token": project.gitlab.tokens.maintainer },
    },
  );
  const value: unknown = await response.json();
  return value;
}

const writes = () =>
  project.gitlab.admin.requests().filter(({ method }) => !["GET", "HEAD"].includes(method));

test("a tag's job uploads, releases, and finds everything done when it runs again", async () => {
  const uploaded = await upload();
  expect(uploaded).toMatchObject({ exitCode: 0, stderr: "" });
  expect(uploaded.outputs).toMatchObject({
    PACKAGE_FILE_URL: `${project.gitlab.api}/projects/${project.gitlab.project.id}/packages/generic/demo/1.2.0/demo-1.2.0.tgz`,
    PACKAGE_FILE_SHA256: sha256("the pack"),
    PACKAGE_FILE_COUNT: "2",
  });
  expect(uploaded.outputs["PACKAGE_URL"]).toMatch(/\/group\/demo\/-\/packages\/\d+$/);
  expect(uploaded.record).toMatchObject({
    exitCode: 0,
    effects: [{ id: "upload", state: "applied" }],
    data: {
      files: [
        { name: "demo-1.2.0.tgz", size: 8, sha256: sha256("the pack"), state: "uploaded" },
        { name: "demo-1.2.0.tgz.cdx.json", size: 2, sha256: sha256("{}"), state: "uploaded" },
      ],
    },
  });
  const released = await release();
  expect(released).toMatchObject({ exitCode: 0, stderr: "" });
  expect(released.outputs["RELEASE_URL"]).toBe(
    `${project.gitlab.url}/group/demo/-/releases/v1.2.0`,
  );
  expect(await api("/releases/v1.2.0")).toMatchObject({
    tag_name: "v1.2.0",
    name: "v1.2.0",
    assets: {
      links: expect.arrayContaining([
        expect.objectContaining({
          name: "demo-1.2.0.tgz",
          link_type: "package",
          url: uploaded.outputs["PACKAGE_FILE_URL"],
          direct_asset_url: `${project.gitlab.url}/group/demo/-/releases/v1.2.0/downloads/demo-1.2.0.tgz`,
        }),
        expect.objectContaining({ name: "demo-1.2.0.tgz.cdx.json", link_type: "other" }),
      ]),
    },
  });

  const before = writes().length;
  const again = [await upload(), await release()];
  expect(again.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(again[1]?.outputs).toEqual(released.outputs);
  expect(again[0]?.stdout).toContain("already done");
  expect(writes()).toHaveLength(before);
});

test("the log says where name, version and token came from", async () => {
  const { stdout } = await upload();
  expect(stdout).toContain(
    "Package demo (from CI_PROJECT_NAME), version 1.2.0 (from CI_COMMIT_TAG v1.2.0).",
  );
  expect(stdout).toContain("with the token in CI_JOB_TOKEN.");
});

test.each([
  { title: "PACKAGE_VERSION goes before the tag", env: { PACKAGE_VERSION: "9" }, version: "9" },
  {
    title: "RELEASE_TAG goes before CI_COMMIT_TAG",
    env: { RELEASE_TAG: "v3.0.0" },
    version: "3.0.0",
  },
  { title: "the tag goes before the pack", env: { PACKED_VERSION: "5.0" }, version: "1.2.0" },
  {
    title: "TAG_FORMAT spells the tag",
    env: { RELEASE_TAG: "rel/7.0", TAG_FORMAT: "rel/{new_version}" },
    version: "7.0",
  },
  {
    title: "without a tag the pack decides",
    env: { CI_COMMIT_TAG: "", PACKED_VERSION: "5.0.dev" },
    version: "5.0.dev",
  },
  {
    title: "a tag of another form gives way to the pack",
    env: { CI_COMMIT_TAG: "nightly", PACKED_VERSION: "5.0" },
    version: "5.0",
  },
])("$title", async ({ env, version }) => {
  const { outputs } = await upload(env);
  expect(outputs["PACKAGE_FILE_URL"]).toContain(`/generic/demo/${version}/`);
});

test("without a tag and a pack the bump configuration decides, and its tag format counts", async () => {
  project.write(
    ".bumpversion.cfg",
    "[bumpversion]\ncurrent_version = 4.5.6\ntag_name = r-{new_version}\n",
  );
  const byFile = await upload({ CI_COMMIT_TAG: "" });
  expect(byFile.outputs["PACKAGE_FILE_URL"]).toContain("/generic/demo/4.5.6/");
  expect(byFile.stdout).toContain("version 4.5.6 (from .bumpversion.cfg)");
  const byTag = await upload({ CI_COMMIT_TAG: "r-8.0.0" });
  expect(byTag.outputs["PACKAGE_FILE_URL"]).toContain("/generic/demo/8.0.0/");
});

test("the pack of an earlier step of the same job is found", async () => {
  project.write("slipway.env", "PACK_FILE=dist/demo-1.2.0.tgz\nPACKED_NAME=packed\n");
  const { outputs, stdout } = await project.run(uploadPackage);
  expect(outputs["PACKAGE_FILE_URL"]).toContain("/generic/packed/1.2.0/demo-1.2.0.tgz");
  expect(stdout).toContain("PACKED_NAME");
});

test("a dry run uploads and releases nothing, with any token that may read", async () => {
  const reader = project.gitlab.admin.createToken({
    kind: "project",
    project: project.gitlab.project.id,
    role: "reporter",
    scopes: ["read_api"],
  });
  const env = { CI_JOB_TOKEN: "", GITLAB_TOKEN: reader.value, DRY_RUN: "true" };
  const dry = [await upload(env), await release(env)];
  expect(dry.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(dry[0]?.stdout).toContain("would: Upload 2 files");
  expect(dry[0]?.record).toMatchObject({ data: { findings: [{ code: "E_TOKEN_SCOPE" }] } });
  expect(dry[1]?.stdout).toContain("would: Publish the release v1.2.0");
  expect(writes()).toEqual([]);
});

test("PACKAGE_STATUS=hidden is found again", async () => {
  await upload({ PACKAGE_STATUS: "hidden" });
  const before = writes().length;
  expect((await upload({ PACKAGE_STATUS: "hidden" })).exitCode).toBe(0);
  expect(writes()).toHaveLength(before);
});

test("development files may be replaced; the older copy goes where the token may remove it", async () => {
  const env = { PACKAGE_VERSION: "1.3.0.dev", PACKAGE_FILES: "dist/demo-1.2.0.tgz" };
  await upload(env);
  project.write("dist/demo-1.2.0.tgz", "another pack");
  const replaced = await upload(env);
  expect(replaced).toMatchObject({
    exitCode: 0,
    record: { data: { files: [{ state: "replaced" }] } },
  });
  const [found] = JSON.parse(JSON.stringify(await api("/packages?package_version=1.3.0.dev")));
  expect(await api(`/packages/${found.id}/package_files`)).toMatchObject([
    { file_name: "demo-1.2.0.tgz", file_sha256: sha256("another pack") },
  ]);
});

test("a developer's token leaves the older copy and says who may remove it", async () => {
  const env = {
    PACKAGE_VERSION: "1.3.0.dev",
    PACKAGE_FILES: "dist/demo-1.2.0.tgz",
    CI_JOB_TOKEN: "",
    GITLAB_TOKEN: project.gitlab.tokens.developer,
  };
  await upload(env);
  project.write("dist/demo-1.2.0.tgz", "another pack");
  const replaced = await upload(env);
  expect(replaced.exitCode).toBe(0);
  expect(replaced.stdout + replaced.stderr).toContain("needs the role Maintainer");
});

test("notes, name, date and further links are taken from what is given", async () => {
  project.write(
    "CHANGELOG.md",
    "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-31\n\n- Faster.\n\n## [1.1.0]\n\n- Old.\n",
  );
  const made = await release({
    RELEASE_NAME: "Demo 1.2.0",
    RELEASED_AT: "2026-01-31T12:00:00Z",
    RELEASE_LINKS:
      "Docs=https://docs.example.org/1.2.0\nImage=https://registry.example.org/demo:1;image",
  });
  expect(made).toMatchObject({ exitCode: 0 });
  expect(await api("/releases/v1.2.0")).toMatchObject({
    name: "Demo 1.2.0",
    description: "- Faster.",
    released_at: expect.stringContaining("2026-01-31T12:00:00"),
    assets: {
      links: expect.arrayContaining([
        expect.objectContaining({ name: "Docs", link_type: "other" }),
        expect.objectContaining({ name: "Image", link_type: "image" }),
      ]),
    },
  });
  expect((await release({ RELEASE_NAME: "Demo 1.2.0" })).exitCode).toBe(0);
});

test("a release that differs is shown and kept, unless RELEASE_UPDATE says to replace it", async () => {
  await release({ RELEASE_NAME: "One" });
  const kept = await release({ RELEASE_NAME: "Two" });
  expect(kept).toMatchObject({ exitCode: 3, record: { error: { code: "E_RELEASE_DIFFERS" } } });
  expect(kept.stderr).toContain('name: GitLab has "One", the job has "Two"');
  expect((await release({ RELEASE_NAME: "Two", RELEASE_UPDATE: "true" })).exitCode).toBe(0);
  expect(await api("/releases/v1.2.0")).toMatchObject({ name: "Two" });
});

test("all wrong links are told at once, with all other wrong inputs", async () => {
  const { exitCode, stderr } = await release({
    RELEASE_NOTES_FILE: "absent.md",
    RELEASE_LINKS: "nothing\nA=torrent:x\nB=https://u:p@h/",
    RELEASE_WAIT_SECONDS: "long",
  });
  expect(exitCode).toBe(2);
  for (const text of [
    'RELEASE_WAIT_SECONDS: got "long"',
    "RELEASE_NOTES_FILE",
    '"nothing"',
    "torrent",
    "user name or password",
  ])
    expect(stderr).toContain(text);
  expect(writes()).toEqual([]);
});

test.each(["2026-13-01", "2026-02-30", "2026-02-28T25:00:00Z", "2026-02-28T1"])(
  "a release of %s, which is no time, is refused before anything is written",
  async (RELEASED_AT) => {
    const { exitCode, stderr } = await release({ RELEASED_AT });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`RELEASED_AT: got ${RELEASED_AT}, expected`);
    expect(writes()).toEqual([]);
  },
);

test("a package of more files than a page of GitLab's lists is uploaded and found again (H22)", async () => {
  for (let index = 0; index < 105; index += 1) project.write(`many/f${index}.txt`, `${index}`);
  const env = { PACKAGE_FILES: "many/*", UPLOAD_PARALLEL: "8" };
  expect(await upload(env)).toMatchObject({ exitCode: 0, outputs: { PACKAGE_FILE_COUNT: "105" } });
  const before = writes().length;
  expect((await upload(env)).exitCode).toBe(0);
  expect(writes()).toHaveLength(before);
});

test("no more than UPLOAD_PARALLEL files travel at a time", async () => {
  for (let index = 0; index < 9; index += 1) project.write(`many/f${index}.txt`, `${index}`);
  let [travelling, most] = [0, 0];
  const passOn = passOnTo(project.gitlab.url);
  const proxy = await startFaultServer(async (request) => {
    if (request.method !== "PUT") return passOn(request);
    travelling += 1;
    most = Math.max(most, travelling);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const answer = await passOn(request);
    travelling -= 1;
    return answer;
  });
  const env = { CI_API_V4_URL: proxy.api, PACKAGE_FILES: "many/*", ATTEST: "false" };
  expect((await upload({ ...env, UPLOAD_PARALLEL: "2" })).exitCode).toBe(0);
  expect(most).toBe(2);
  await proxy.close();
});

async function makeRelease(tag: string, releasedAt: string): Promise<void> {
  const { api: address, project: one, tokens } = project.gitlab;
  const answer = await fetch(`${address}/projects/${one.id}/releases`, {
    method: "POST",
    headers: { "private-token": tokens.maintainer, "content-type": "application/json" },
    body: JSON.stringify({ tag_name: tag, ref: "main", released_at: releasedAt }),
  });
  expect(answer.status).toBe(201);
}

describe("the permalink to the latest release", () => {
  const said = async (env = {}): Promise<string> => {
    const { exitCode, stdout, stderr } = await release(env);
    expect(exitCode).toBe(0);
    return stdout + stderr;
  };

  test("moves to a late release of an old line: a warning", async () => {
    await makeRelease("v2.0.0", "2026-01-01T00:00:00Z");
    const dry = { DRY_RUN: "true" };
    expect(await said(dry)).toContain("will show 1.2.0, although v2.0.0 is released");
    expect(await said({ ...dry, RELEASED_AT: "2025-12-31" })).not.toContain("permalink");
  });

  test("stays where a release that is there is looked at again", async () => {
    await said();
    await makeRelease("v2.0.0", new Date(Date.now() + 1000).toISOString());
    const clock = { now: () => new Date(Date.now() + 3_600_000) };
    const again = await project.run(
      createRelease,
      {},
      { ...quickClock(clock.now().toISOString()), ...clock },
    );
    expect(again).toMatchObject({ exitCode: 0, stderr: "" });
    expect(again.stdout).not.toContain("permalink");
  });

  test("is not told of where it shows the old line already", async () => {
    await makeRelease("v2.0.0", "2025-01-01T00:00:00Z");
    await makeRelease("v1.2.0", "2025-06-01T00:00:00Z");
    const update = { RELEASE_UPDATE: "true" };
    expect(await said({ ...update, RELEASED_AT: "2025-07-01T00:00:00Z" })).not.toContain(
      "permalink",
    );
  });

  test("moves by RELEASE_UPDATE with a later date: a warning", async () => {
    await makeRelease("v2.0.0", "2025-06-01T00:00:00Z");
    await makeRelease("v1.2.0", "2025-01-01T00:00:00Z");
    expect(await said({ RELEASE_UPDATE: "true" })).not.toContain("permalink");
    expect(await said({ RELEASE_UPDATE: "true", RELEASED_AT: "2025-07-01T00:00:00Z" })).toContain(
      "will show 1.2.0, although v2.0.0 is released",
    );
  });

  test("goes by the version in the tag, not by that of a package, and never against the release itself", async () => {
    const env = { PACKAGE_VERSION: "1" };
    expect(await said(env)).not.toContain("permalink");
    expect(await said(env)).not.toContain("permalink");
    expect(await said({ ...env, RELEASED_AT: "2030-01-01", RELEASE_UPDATE: "true" })).not.toContain(
      "permalink",
    );
  });
});

describe("a package without files", () => {
  // What upload-package hands on in the same job would be required.
  const anotherJob = { SLIPWAY_DOTENV: "another.env" };
  const output = async (env = {}) => {
    const { exitCode, stdout, stderr } = await release({ ...anotherJob, ...env });
    expect(exitCode).toBe(0);
    expect(stdout + stderr).not.toContain("Link 0");
    return stdout + stderr;
  };

  test("that nobody named makes a release without links, and no warning", async () => {
    const text = await output();
    expect(text).toContain("holds no file of the package demo 1.2.0");
    expect(text).not.toContain("WARNING");
    expect(await api("/releases/v1.2.0")).toMatchObject({ assets: { links: [] } });
  });

  test("that PACKAGE_NAME names is a warning with the packages that are there", async () => {
    await upload();
    await upload({ PACKAGE_VERSION: "1.1.0" });
    const text = await output({ PACKAGE_NAME: "typo" });
    expect(text).toContain(
      "WARNING: The package registry holds no file of the package typo 1.2.0: the release links none of it. There are the packages demo 1.2.0, demo 1.1.0. Check PACKAGE_NAME,",
    );
    // The right name adds what is missing.
    expect((await release()).exitCode).toBe(0);
    expect(JSON.stringify(await api("/releases/v1.2.0"))).toContain("demo-1.2.0.tgz.cdx.json");
  });

  test("that PACKAGE_VERSION names is a warning with the versions of that name first", async () => {
    await upload({ PACKAGE_NAME: "other", PACKAGE_VERSION: "7" });
    await upload();
    await upload({ PACKAGE_NAME: "another", PACKAGE_VERSION: "8" });
    expect(await output({ PACKAGE_VERSION: "7" })).toContain(
      "the package demo 7: the release links none of it. There are the packages demo 1.2.0, other 7, another 8. Check PACKAGE_VERSION,",
    );
  });

  test("that was stored under another name is a warning, though nobody named it here", async () => {
    await upload({ PACKAGE_NAME: "job" });
    expect(await output()).toContain("There are the packages job 1.2.0. Set PACKAGE_NAME,");
  });

  test("is refused where RELEASE_REQUIRED_FILES asks for any", async () => {
    const refused = await release({ PACKAGE_NAME: "typo", RELEASE_REQUIRED_FILES: "*" });
    expect(refused).toMatchObject({ exitCode: 3, record: { error: { code: "E_RELEASE_FILES" } } });
    expect(writes()).toEqual([]);
  });
});

describe("a dry run foresees the release of a protected tag", () => {
  const dry = async (token: string, env = {}) => {
    const done = await release({
      CI_JOB_TOKEN: "",
      GITLAB_TOKEN: token,
      DRY_RUN: "true",
      ...env,
    });
    expect(done.exitCode).toBe(0);
    expect(writes().filter(({ path }) => path.includes("/releases"))).toEqual([]);
    return done;
  };
  const finding = { data: { findings: [{ code: "E_RELEASE_TAG_PROTECTED" }] } };

  test("that a developer most likely may not make is a warning: the rules are not shown", async () => {
    project.gitlab.admin.protectTag(project.gitlab.project.id, "v*");
    const { record, stderr } = await dry(project.gitlab.tokens.developer);
    expect(record).not.toMatchObject(finding);
    expect(stderr).toContain("The tag v1.2.0 is protected. The user of the token in GITLAB_TOKEN");
  });

  test("that nobody may make", async () => {
    const { id } = project.gitlab.project;
    await fetch(`${project.gitlab.api}/projects/${id}/protected_tags`, {
      method: "POST",
      headers: {
        "private-token": project.gitlab.tokens.maintainer,
        "content-type": "application/json",
      },
      body: JSON.stringify({ name: "v*", create_access_level: 0 }),
    });
    const { record } = await dry(project.gitlab.tokens.maintainer);
    expect(record).toMatchObject(finding);
  });

  test("that a maintainer may make", async () => {
    project.gitlab.admin.protectTag(project.gitlab.project.id, "v*");
    const { record } = await dry(project.gitlab.tokens.maintainer);
    expect(record).not.toMatchObject(finding);
  });

  test("and says what a job token of another pipeline cannot read", async () => {
    project.gitlab.admin.protectTag(project.gitlab.project.id, "v*");
    const job = { CI_JOB_TOKEN: project.gitlab.tokens.job, DRY_RUN: "true" };
    const elsewhere = await release({ ...job, CI_COMMIT_TAG: "", RELEASE_TAG: "v1.2.0" });
    expect(elsewhere.stdout + elsewhere.stderr).toContain("a job token cannot read whether");
    const ours = await release(job);
    expect(ours.stdout + ours.stderr).not.toContain("a job token cannot read whether");
  });
});
