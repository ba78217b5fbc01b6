import { createHash } from "node:crypto";
import { appendFileSync, chmodSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FaultAction } from "../../src/embedded-gitlab/index.ts";
import createRelease from "../../steps/create-release.ts";
import uploadPackage from "../../steps/upload-package.ts";
import { passOnTo, redirect, startFaultServer } from "../support/fault-server.ts";
import { quickClock } from "../support/gitlab-client.ts";
import { startUnprivileged } from "../support/step-process.ts";
import { startTaggedProject, type TaggedProject } from "../support/tagged-project.ts";

const content = Buffer.alloc(3_000_000, "slipway ");
const sha256 = createHash("sha256").update(content).digest("hex");
let project: TaggedProject;

beforeEach(async () => {
  project = await startTaggedProject();
  project.write("demo.tgz", content);
});

afterEach(() => project.close());

const upload = (
  env: Readonly<Record<string, string>> = {},
  clock = quickClock(new Date().toISOString()),
) => project.run(uploadPackage, { PACKAGE_FILES: "demo.tgz", ...env }, clock);

const puts = () => project.gitlab.admin.requests().filter(({ method }) => method === "PUT");
const failPut = (action: FaultAction, times = 1) =>
  project.gitlab.admin.addFault({ method: "PUT", path: "/packages/generic/", action, times });

/** Every copy that the registry holds of every file, as `name sha256`. */
async function stored(): Promise<readonly string[]> {
  const ask = async (path: string): Promise<readonly Record<string, unknown>[]> => {
    const answer = await fetch(
      `${project.gitlab.api}/projects/${project.gitlab.project.id}${path}`,
      {
        headers: { "private-token": project.gitlab.tokens.maintainer },
      },
    );
    const value: unknown = await answer.json();
    return Array.isArray(value) ? value : [];
  };
  const packages = await ask("/packages");
  const files = await Promise.all(
    packages.map(({ id }) => ask(`/packages/${String(id)}/package_files`)),
  );
  return files
    .flat()
    .map(({ file_name, file_sha256 }) => `${String(file_name)} ${String(file_sha256)}`);
}

const once = [`demo.tgz ${sha256}`];

const lost: readonly { title: string; action: FaultAction; puts: number }[] = [
  {
    title: "H01 a reset while sending is looked up and sent again from the start",
    action: { kind: "reset", requestBytes: 1_000_000 },
    puts: 2,
  },
  {
    title: "H02 a 503 is tried again",
    action: { kind: "status", status: 503, when: "before" },
    puts: 2,
  },
  {
    title: "H03 a stored upload whose answer is lost is found by digest and not sent again",
    action: { kind: "drop", when: "after" },
    puts: 1,
  },
  {
    title: "H03 a stored upload that is answered with 504 is found by digest and not sent again",
    action: { kind: "status", status: 504, when: "after" },
    puts: 1,
  },
  {
    title: "H04 a stored upload whose answer is cut is found by digest and not sent again",
    action: { kind: "truncate", responseBytes: 5 },
    puts: 1,
  },
];
test.each(lost)("$title", async ({ action, puts: expected }) => {
  failPut(action);
  const { exitCode, record } = await upload();
  expect(exitCode).toBe(0);
  expect(record).toMatchObject({ data: { files: [{ sha256, state: "uploaded" }] } });
  expect(await stored()).toEqual(once);
  expect(puts()).toHaveLength(expected);
});

test("H02 Retry-After is obeyed by an upload", async () => {
  failPut({ kind: "status", status: 429, when: "before", headers: { "retry-after": "42" } });
  const clock = quickClock(new Date().toISOString());
  expect((await upload({}, clock)).exitCode).toBe(0);
  expect(clock.slept[0]).toBeGreaterThanOrEqual(42_000);
});

test("H02 an upload that never gets through is exit 4, and the next run completes it", async () => {
  failPut({ kind: "status", status: 503, when: "before" }, 5);
  expect(await upload()).toMatchObject({
    exitCode: 4,
    record: { error: { code: "E_GITLAB_UNAVAILABLE" } },
  });
  expect(await stored()).toEqual([]);
  expect((await upload()).exitCode).toBe(0);
  expect(await stored()).toEqual(once);
});

const early: readonly { status: number; body: string; exitCode: number; code: string }[] = [
  { status: 401, body: '{"message":"401 Unauthorized"}', exitCode: 3, code: "E_TOKEN_REFUSED" },
  {
    status: 403,
    body: '{"message":"403 Forbidden - Package protected."}',
    exitCode: 3,
    code: "E_PACKAGE_PROTECTED",
  },
  {
    status: 413,
    body: '{"message":"413 Request Entity Too Large"}',
    exitCode: 2,
    code: "E_PACKAGE_TOO_LARGE",
  },
];
test.each(early)(
  "H05 an early $status while sending is final",
  async ({ status, body, exitCode, code }) => {
    project.write("demo.tgz", Buffer.alloc(60_000_000));
    failPut({ kind: "status", status, body, when: "before", early: true }, 5);
    expect(await upload()).toMatchObject({ exitCode, record: { error: { code } } });
    expect(puts()).toHaveLength(1);
  },
);

describe("H08 a file that changes while it is sent", () => {
  test("is never stored, and is exit 3", async () => {
    // The pieces are slowed down, so that the change comes in the middle of the file.
    let touched = false;
    const proxy = await startFaultServer(
      passOnTo(project.gitlab.url, async (chunk) => {
        if (!touched) appendFileSync(join(project.folder, "demo.tgz"), "more");
        touched = true;
        return chunk;
      }),
    );
    project.write("demo.tgz", Buffer.alloc(60_000_000, 1));
    const { exitCode, stderr } = await upload({ CI_API_V4_URL: proxy.api });
    expect(exitCode).toBe(3);
    expect(stderr).toContain("demo.tgz (60000000 bytes) changed while it was read");
    expect(await stored()).toEqual([]);
    await proxy.close();
  });
});

test("H09 bytes that were changed on their way are found, and nothing is deleted", async () => {
  const proxy = await startFaultServer(
    passOnTo(project.gitlab.url, (chunk) => Buffer.from(chunk.map((byte) => byte ^ 1))),
  );
  const { exitCode, record, stderr } = await upload({ CI_API_V4_URL: proxy.api });
  expect({ exitCode, record }).toMatchObject({
    exitCode: 3,
    record: { error: { code: "E_PACKAGE_NOT_PROVEN" } },
  });
  expect(stderr).toContain(sha256);
  expect(await stored()).toHaveLength(1);
  await proxy.close();
});

test("H10 other bytes under a released name are refused with both digests, for all files at once", async () => {
  project.write("other.tgz", "one");
  await upload({ PACKAGE_FILES: "*.tgz" });
  const before = await stored();
  project.write("demo.tgz", "changed");
  project.write("other.tgz", "changed, too");
  project.write("new.tgz", "new");
  const { exitCode, stderr } = await upload({ PACKAGE_FILES: "*.tgz" });
  expect(exitCode).toBe(3);
  for (const text of [sha256, createHash("sha256").update("changed").digest("hex"), "other.tgz"])
    expect(stderr).toContain(text);
  expect(await stored()).toEqual(before);
});

test.each(["1.0.0rc1", "1.0.0-rc.1"])(
  "H10 a release candidate (%s) is a release",
  async (version) => {
    await upload({ PACKAGE_VERSION: version });
    project.write("demo.tgz", "changed");
    expect((await upload({ PACKAGE_VERSION: version })).exitCode).toBe(3);
  },
);

test.each(["1.0.0.dev", "1.0.0.dev3+g1", "1.0.0-dev.2", "1.0-SNAPSHOT"])(
  "H10 other bytes of the development version %s are uploaded, and the older copy is removed",
  async (version) => {
    const env = { PACKAGE_VERSION: version };
    project.write("demo.tgz", "first");
    await upload(env);
    project.write("demo.tgz", content);
    const { exitCode, record } = await upload(env);
    expect(exitCode).toBe(0);
    expect(record).toMatchObject({ data: { files: [{ state: "replaced" }] } });
    expect(await stored()).toEqual(once);
  },
);

test("H11 a failure of the object storage, which GitLab calls 403, is tried again", async () => {
  failPut({ kind: "storage error" });
  expect((await upload()).exitCode).toBe(0);
  expect(await stored()).toEqual(once);
});

test("H11 a storage that stays broken is exit 4 after two further attempts", async () => {
  failPut({ kind: "storage error" }, 9);
  expect(await upload()).toMatchObject({
    exitCode: 4,
    record: { error: { code: "E_PACKAGE_STORAGE" } },
  });
  expect(puts()).toHaveLength(3);
});

test("H11 a 403 for somebody below Developer is no storage failure", async () => {
  const { value } = project.gitlab.admin.createToken({
    kind: "project",
    project: project.gitlab.project.id,
    role: "reporter",
    scopes: ["api"],
  });
  const { exitCode, stderr } = await upload({ CI_JOB_TOKEN: "", GITLAB_TOKEN: value });
  expect(exitCode).toBe(3);
  expect(stderr).toContain("is Reporter; an upload needs Developer");
  expect(puts()).toHaveLength(1);
});

describe("H12", () => {
  const refused = { exitCode: 3, record: { error: { code: "E_PACKAGE_REGISTRY" } } };
  const tokenOf = (id: number, role: "guest" | "maintainer") =>
    project.gitlab.admin.createToken({ kind: "project", project: id, role, scopes: ["api"] }).value;

  test("a registry that is off is told with both causes", async () => {
    project.gitlab.admin.setInstance({ packagesEnabled: false });
    const run = await upload();
    expect(run).toMatchObject(refused);
    expect(run.stderr).toMatch(/allowlist[\s\S]*package registry is off/);
  });

  test("a job token of a project that is not on the allowlist is told with all causes", async () => {
    const other = await project.gitlab.admin.createProject({ path: "group/other" });
    const { token } = await project.gitlab.admin.startJob({ project: other.id });
    const run = await upload({ CI_JOB_TOKEN: token });
    expect(run).toMatchObject(refused);
    expect(run.stderr).toMatch(
      /right project[\s\S]*The job token has the role[\s\S]*allowlist[\s\S]*package registry is off/,
    );
    expect(run.stderr).not.toContain("A project access token");
  });

  const others: readonly { title: string; env: () => Promise<Record<string, string>> }[] = [
    {
      title: "a token of another project",
      env: async () => {
        const other = await project.gitlab.admin.createProject({ path: "group/other" });
        return { GITLAB_TOKEN: tokenOf(other.id, "maintainer") };
      },
    },
    {
      title: "a project that is not there",
      env: async () => ({
        GITLAB_TOKEN: project.gitlab.tokens.maintainer,
        GITLAB_PROJECT: "group/absent",
      }),
    },
  ];
  test.each(others)("$title is told without a word of job tokens", async ({ env }) => {
    const run = await upload({ CI_JOB_TOKEN: "", ...(await env()) });
    expect(run).toMatchObject(refused);
    expect(run.stderr).toMatch(
      /is the right project \(GITLAB_PROJECT[\s\S]*user of the token in GITLAB_TOKEN is a member[\s\S]*its own project alone[\s\S]*package registry is off/,
    );
    expect(run.stderr).not.toMatch(/job token|allowlist/i);
  });

  test("a guest's token is told with the role that it needs", async () => {
    const run = await upload({
      CI_JOB_TOKEN: "",
      GITLAB_TOKEN: tokenOf(project.gitlab.project.id, "guest"),
    });
    expect(run).toMatchObject(refused);
    expect(run.stderr).toMatch(/role Reporter[\s\S]*user of the token in GITLAB_TOKEN is a member/);
    expect(run.stderr).not.toMatch(/job token|allowlist|right project/i);
  });
});

test("H13 an upload that is redirected is refused; neither file nor token goes there", async () => {
  const stranger = await startFaultServer(() => ({ status: 201 }));
  const proxy = await startFaultServer(passOnTo(project.gitlab.url));
  proxy.always(
    redirect(307, `${stranger.url}/elsewhere?sig=secret`),
    ({ method }) => method === "PUT",
  );
  const { exitCode, stdout, stderr } = await upload({ CI_API_V4_URL: proxy.api });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`${stranger.url}/elsewhere`);
  expect(stdout + stderr).not.toContain("sig=secret");
  expect(stranger.seen).toEqual([]);
  await Promise.all([stranger.close(), proxy.close()]);
});

describe("H20 a token that", () => {
  const cases = [
    {
      title: "expired",
      spoil: (value: string) => project.gitlab.admin.expireToken(value, "2020-01-01"),
      text: "Token is expired",
    },
    {
      title: "was revoked",
      spoil: (value: string) => project.gitlab.admin.revokeToken(value),
      text: "Token was revoked",
    },
  ];
  test.each(cases)("$title is told with its variable", async ({ spoil, text }) => {
    spoil(project.gitlab.tokens.maintainer);
    const { exitCode, stderr } = await upload({
      CI_JOB_TOKEN: "",
      CI_PROJECT_PASSWORD: project.gitlab.tokens.maintainer,
    });
    expect(exitCode).toBe(3);
    expect(stderr).toContain(text);
    expect(stderr).toContain("CI_PROJECT_PASSWORD");
  });

  test("has too small a scope is told with the scope it needs", async () => {
    const { value } = project.gitlab.admin.createToken({
      kind: "project",
      project: project.gitlab.project.id,
      role: "maintainer",
      scopes: ["read_api"],
    });
    const { exitCode, record, stderr } = await upload({ CI_JOB_TOKEN: "", GITLAB_TOKEN: value });
    expect({ exitCode, record }).toMatchObject({
      exitCode: 3,
      record: { error: { code: "E_TOKEN_SCOPE" } },
    });
    expect(stderr).toContain("api");
  });

  test("nobody knows is told", async () => {
    const { exitCode, stderr } = await upload({
      CI_JOB_TOKEN: "",
      GITLAB_TOKEN: "glpat-unknown-unknown",
    });
    expect(exitCode).toBe(3);
    expect(stderr).toContain("401 Unauthorized");
    expect(stderr).not.toContain("glpat-unknown-unknown");
  });
});

test("H23 a file over the limit is refused before anything is asked, with both sizes", async () => {
  const { exitCode, stderr } = await upload({ UPLOAD_LIMIT: "1MiB" });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("demo.tgz has 3000000 bytes");
  expect(stderr).toContain("1048576");
  expect(project.gitlab.admin.requests()).toEqual([]);
});

test("H23 a file over the server's own limit is told as such", async () => {
  project.gitlab.admin.setInstance({ genericFileLimitBytes: 1_000_000 });
  const { exitCode, record } = await upload();
  expect({ exitCode, record }).toMatchObject({
    exitCode: 2,
    record: { error: { code: "E_PACKAGE_TOO_LARGE" } },
  });
});

test("H24 all names that the registry forbids are told before anything is asked", async () => {
  project.write("with space.tgz", "1");
  project.write("übung.tgz", "2");
  project.write("~home", "3");
  const files = await upload({ PACKAGE_FILES: "*" });
  expect(files.exitCode).toBe(2);
  for (const name of ["with space.tgz", "übung.tgz", "~home"]) expect(files.stderr).toContain(name);
  const target = await upload({ PACKAGE_NAME: "a b", PACKAGE_VERSION: "1..2" });
  expect(target.exitCode).toBe(2);
  for (const text of ['"a b"', '"1..2"']) expect(target.stderr).toContain(text);
  expect(project.gitlab.admin.requests()).toEqual([]);
});

test("a file that cannot be read is found before any other is sent", async () => {
  project.write("app-1.0.tgz", "readable");
  project.write("c.tgz", "closed");
  chmodSync(join(project.folder, "c.tgz"), 0);
  const { code, stderr } = await startUnprivileged("upload-package", {
    cwd: project.folder,
    env: { ...project.env, PACKAGE_FILES: "app-1.0.tgz,c.tgz" },
  }).ended;
  expect(stderr).toMatch(
    /ERROR E_PACKAGE_FILES: .*c\.tgz cannot be read: EACCES: permission denied/,
  );
  expect(code).toBe(2);
  expect(project.gitlab.admin.requests()).toEqual([]);
});

test("files, name, version, tag format and whatever else is wrong are told in one round", async () => {
  const env = {
    PACKAGE_FILES: "zzz",
    PACKAGE_NAME: "bad name",
    PACKAGE_VERSION: "1..2",
    TAG_FORMAT: "v{foo}",
    GITLAB_PROJECT: "",
    CI_PROJECT_ID: "",
    CI_JOB_TOKEN: "",
    LOG_LEVEL: "debugg",
  };
  const { exitCode, stderr, record } = await upload(env);
  expect({ exitCode, record }).toMatchObject({
    exitCode: 2,
    record: { error: { code: "E_INPUTS" } },
  });
  for (const text of [
    "7 inputs",
    "zzz",
    "bad name",
    "1..2",
    "{foo}",
    "GITLAB_PROJECT",
    "CI_JOB_TOKEN",
    "debugg",
  ])
    expect(stderr).toContain(text);
  const release = await project.run(createRelease, env);
  expect(release.exitCode).toBe(2);
  for (const text of [
    "6 inputs",
    "bad name",
    "1..2",
    "{foo}",
    "GITLAB_PROJECT",
    "CI_JOB_TOKEN",
    "debugg",
  ])
    expect(release.stderr).toContain(text);
});

describe("TAG_FORMAT", () => {
  const steps = { uploadPackage, createRelease };
  const formats = [
    { format: "rel", code: "E_VERSION_TAG_FORMAT", text: "without {version}" },
    { format: "{now}", code: "E_VERSION_TAG_FORMAT", text: "without {version}" },
    { format: "v{foo}", code: "E_VERSION_TEMPLATE", text: "unknown name {foo}" },
    { format: "{foo}-{version}", code: "E_VERSION_TEMPLATE", text: "unknown name {foo}" },
    { format: "v{new_version", code: "E_VERSION_TEMPLATE", text: "a single '{'" },
  ];
  test.each(formats)("$format is a wrong input, whatever the pack says", async (wrong) => {
    for (const step of Object.values(steps)) {
      const { exitCode, stderr, record } = await project.run(step, {
        PACKAGE_FILES: "demo.tgz",
        CI_COMMIT_TAG: "rel",
        PACKED_VERSION: "1.0.dev",
        TAG_FORMAT: wrong.format,
      });
      expect({ exitCode, record }).toMatchObject({
        exitCode: 2,
        record: { error: { code: wrong.code } },
      });
      expect(stderr).toContain(wrong.text);
    }
    expect(project.gitlab.admin.requests()).toEqual([]);
  });

  test("that another tag does not follow is warned of, with the version that is taken", async () => {
    const { stdout, stderr } = await upload({ CI_COMMIT_TAG: "rel", PACKED_VERSION: "1.0.dev" });
    expect(stdout + stderr).toContain(
      "The tag rel is not of the form v{new_version} (the default): the version of the pack, 1.0.dev, is taken instead.",
    );
  });
});

test("missing files and files of the same name are all told", async () => {
  project.write("a/same.tgz", "1");
  project.write("b/same.tgz", "2");
  const { exitCode, stderr } = await upload({ PACKAGE_FILES: "*/same.tgz,none-*.tgz,absent.tgz" });
  expect(exitCode).toBe(2);
  for (const text of ["2 files would be same.tgz", "none-*.tgz", "absent.tgz"])
    expect(stderr).toContain(text);
});

test("a duplicate that the group forbids is told, and one of our own is found", async () => {
  project.gitlab.admin.setNamespace(project.gitlab.project.id, { genericDuplicatesAllowed: false });
  failPut({ kind: "drop", when: "after" });
  expect((await upload()).exitCode).toBe(0);
  const env = { PACKAGE_VERSION: "2.0.0.dev" };
  await upload(env);
  project.write("demo.tgz", "changed");
  expect(await upload(env)).toMatchObject({
    exitCode: 3,
    record: { error: { code: "E_PACKAGE_DUPLICATE" } },
  });
});

test("R09 two jobs that upload the same file at once both succeed", async () => {
  const both = await Promise.all([
    upload(),
    upload({ SLIPWAY_REPORT_DIR: "second", SLIPWAY_DOTENV: "second.env" }),
  ]);
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(new Set(await stored())).toEqual(new Set(once));
});

test("I2 no token is printed or written, whatever goes wrong", async () => {
  failPut({ kind: "status", status: 403, when: "before" }, 9);
  const { stdout, stderr, record } = await upload({ LOG_LEVEL: "debug" });
  expect(stdout + stderr + JSON.stringify(record)).not.toContain(project.gitlab.tokens.job);
});
