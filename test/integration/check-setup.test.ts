import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type EmbeddedGitlab, startEmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";
import { runStep } from "../../src/step/index.ts";
import checkSetup from "../../steps/check-setup.ts";
import type { Check } from "../../steps/check-setup/check.ts";
import { call } from "../embedded-gitlab/call.ts";
import { git, makeRepository, temporaryFolder, writeFiles } from "../support/repositories.ts";
import { workflowProject } from "../version/planning.ts";

const project = {
  ...workflowProject,
  "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\n',
  "conda-environment.yaml": "channels: [conda-forge]\ndependencies: [python=3.11, pip]\n",
};

/** A sound project on a GitLab of the test's own, its clone, and the variables of a job in it. */
interface World {
  readonly gitlab: EmbeddedGitlab;
  readonly clone: string;
  readonly env: Record<string, string>;
}

let world: World;

beforeEach(async () => {
  const clone = await makeRepository(project);
  const gitlab = await startEmbeddedGitlab({
    project: "group/job-project",
    importRepository: clone,
  });
  onTestFinished(() => gitlab.close());
  world = {
    gitlab,
    clone,
    env: {
      CI_API_V4_URL: gitlab.api,
      CI_PROJECT_ID: String(gitlab.project.id),
      CI_PROJECT_NAME: "job-project",
      CI_DEFAULT_BRANCH: "main",
      CI_JOB_ID: "1",
      CI_JOB_TOKEN: gitlab.tokens.job,
      CI_PROJECT_PASSWORD: gitlab.tokens.maintainer,
      CHECK_FREE_SPACE: "1MiB",
    },
  };
  await setVariable({ key: "CI_PROJECT_PASSWORD", masked: true, protected: true });
});

/** Sets a CI/CD variable of the project, in place of one of that name. */
async function setVariable(json: { key: string; [setting: string]: unknown }): Promise<void> {
  const path = `/projects/${world.gitlab.project.id}/variables`;
  const token = world.gitlab.tokens.maintainer;
  await call(world.gitlab, `${path}/${json.key}`, { method: "DELETE", token });
  const made = { value: "glpat-0123456789", ...json };
  const { status } = await call(world.gitlab, path, { method: "POST", token, json: made });
  expect(status).toBe(201);
}

interface Examined {
  readonly exitCode: number;
  readonly stdout: string;
  readonly checks: readonly Check[];
  /** The checks that are not ok, by id. */
  readonly findings: Readonly<Record<string, Check>>;
}

async function examine(env: Record<string, string> = {}): Promise<Examined> {
  const folder = await temporaryFolder();
  const { exitCode, stdout, stderr, record } = await runStep(checkSetup, {
    cwd: world.clone,
    env: {
      PATH: process.env["PATH"],
      SLIPWAY_REPORT_DIR: join(folder, "report"),
      SLIPWAY_DOTENV: join(folder, "slipway.env"),
      ...world.env,
      ...env,
    },
  });
  const checks = readChecks(Object(record).data);
  const findings = Object.fromEntries(
    checks.filter(({ state }) => state !== "ok").map((check) => [check.id, check]),
  );
  return { exitCode, stdout: stdout + stderr, checks, findings };
}

function readChecks(data: unknown): Check[] {
  const found = typeof data === "object" && data !== null && "checks" in data ? data.checks : [];
  return Array.isArray(found) ? found : [];
}

const edit = (path: string, content: string) => writeFiles(world.clone, { [path]: content });
const tokenWith = (init: Partial<Parameters<EmbeddedGitlab["admin"]["createToken"]>[0]>) =>
  world.gitlab.admin.createToken({
    kind: "project",
    scopes: ["api", "write_repository"],
    project: world.gitlab.project.id,
    role: "maintainer",
    ...init,
  }).value;

test("a sound project ends with 0, and every check is told with what was found", async () => {
  const { exitCode, stdout, checks, findings } = await examine();
  expect(Object.keys(findings)).toEqual(["registry-limits"]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(
    "0.15.0.dev → 0.15.0 (v0.15.0) → 0.16.0.dev in setup.cfg, .bumpversion.cfg",
  );
  expect(stdout).toMatch(/✓ Push to main +the token in CI_PROJECT_PASSWORD may push to main/);
  expect(stdout).not.toContain(world.gitlab.tokens.maintainer);
  for (const check of checks)
    expect(check).toEqual({
      id: expect.stringMatching(/^[a-z-]+(:[A-Z_]+)?$/),
      title: expect.stringMatching(/./),
      state: expect.stringMatching(/^(?:ok|not provable)$/),
      found: expect.stringMatching(/./),
      expected: expect.stringMatching(/./),
      cure: expect.any(String),
    });
});

test("with the job's token alone it is the user who may push, and whether the token may is not provable", async () => {
  const { stdout, findings } = await examine({ CI_PROJECT_PASSWORD: "" });
  expect(stdout).toMatch(/✓ Push to main +the user of CI_JOB_TOKEN may push to main/);
  expect(findings["job-token-push"]?.state).toBe("not provable");
});

interface Case {
  title: string;
  /** Breaks one thing. @returns variables of the job. */
  spoil(): Promise<Record<string, string> | void> | Record<string, string> | void;
  id: string;
  state: Check["state"];
  found: RegExp;
  cure: RegExp;
}

/** Lets the server's clock be so many seconds ahead. */
function answerAt(seconds: number): void {
  const date = new Date(Date.now() + seconds * 1000).toUTCString();
  world.gitlab.admin.addFault({
    method: "GET",
    path: "/version",
    action: {
      kind: "status",
      status: 200,
      when: "before",
      body: '{"version":"19.5.0"}',
      headers: { date, "content-type": "application/json" },
    },
  });
}

const soon = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const id = () => world.gitlab.project.id;

const cases: readonly Case[] = [
  {
    title: "a personal token",
    spoil: () => ({
      CI_PROJECT_PASSWORD: tokenWith({ kind: "personal" }),
    }),
    id: "token-kind",
    state: "warning",
    found: /a token of the person/,
    cure: /project access token/,
  },
  {
    title: "an expired token",
    spoil: () => world.gitlab.admin.expireToken(world.gitlab.tokens.maintainer, "2020-01-01"),
    id: "token-kind",
    state: "wrong",
    found: /expired/,
    cure: /Make a new one/,
  },
  {
    title: "a token that ends soon",
    spoil: () => ({ CI_PROJECT_PASSWORD: tokenWith({ expiresAt: soon(10) }) }),
    id: "token-expiry",
    state: "warning",
    found: /in 10 days/,
    cure: /rotate the token/,
  },
  {
    title: "a token that may only read",
    spoil: () => ({ CI_PROJECT_PASSWORD: tokenWith({ scopes: ["read_api"] }) }),
    id: "token-scopes",
    state: "wrong",
    found: /^read_api$/,
    cure: /scopes api and write_repository/,
  },
  {
    title: "a token of a Reporter",
    spoil: () => ({ CI_PROJECT_PASSWORD: tokenWith({ role: "reporter" }) }),
    id: "token-role",
    state: "wrong",
    found: /^Reporter$/,
    cure: /role Maintainer/,
  },
  {
    title: "a token of a Developer on a protected branch",
    spoil: () => ({ CI_PROJECT_PASSWORD: tokenWith({ role: "developer" }) }),
    id: "branch-push",
    state: "wrong",
    found: /main is protected/,
    cure: /Protected branches/,
  },
  {
    title: "a membership that ends soon",
    async spoil() {
      const token = world.gitlab.tokens.maintainer;
      const self = await call(world.gitlab, "/personal_access_tokens/self", { token });
      const user = Object(self.body).user_id;
      const json = { access_level: 40, expires_at: soon(5) };
      await call(world.gitlab, `/projects/${id()}/members/${user}`, { method: "PUT", token, json });
    },
    id: "token-role",
    state: "warning",
    found: /^Maintainer until/,
    cure: /Extend the membership/,
  },
  {
    title: "a token of another project",
    async spoil() {
      await world.gitlab.admin.createProject({ path: "group/other" });
      return { CI_PROJECT_PASSWORD: tokenWith({ project: "group/other" }) };
    },
    id: "project",
    state: "wrong",
    found: /of another project/,
    cure: /access token of this project/,
  },
  {
    title: "an archived project",
    spoil: () => world.gitlab.admin.setProject(id(), { archived: true }),
    id: "project",
    state: "wrong",
    found: /archived/,
    cure: /./,
  },
  {
    title: "a tag that nobody may make",
    spoil: () => world.gitlab.admin.protectTag(id(), "v*", { createLevel: 0 }),
    id: "tag-create",
    state: "wrong",
    found: /v0\.15\.0 is protected/,
    cure: /Protected tags/,
  },
  {
    title: "a tag that is there already",
    async spoil() {
      const token = world.gitlab.tokens.maintainer;
      const json = { tag_name: "v0.15.0", ref: "main" };
      const path = `/projects/${id()}/repository/tags`;
      await call(world.gitlab, path, { method: "POST", token, json });
    },
    id: "tag-create",
    state: "wrong",
    found: /v0\.15\.0 exists already/,
    cure: /Raise the version/,
  },
  {
    title: "a project that every job may enter",
    spoil: () => world.gitlab.admin.setProject(id(), { jobTokenInbound: false }),
    id: "job-token-scope",
    state: "warning",
    found: /every project/,
    cure: /allowlist/,
  },
  {
    title: "a registry that is switched off",
    spoil: () => world.gitlab.admin.setProject(id(), { registryAccess: "disabled" }),
    id: "registry",
    state: "wrong",
    found: /switched off/,
    cure: /Package registry/,
  },
  {
    title: "a package that only owners may store",
    async spoil() {
      const path = `/projects/${id()}/packages/protection/rules`;
      const json = {
        package_name_pattern: "job-*",
        package_type: "generic",
        minimum_access_level_for_push: "owner",
      };
      await call(world.gitlab, path, {
        method: "POST",
        token: world.gitlab.tokens.maintainer,
        json,
      });
    },
    id: "registry-package",
    state: "wrong",
    found: /protected \(job-\*\)/,
    cure: /Lower the rule/,
  },
  {
    title: "a package name that GitLab does not take",
    spoil: () => ({ PACKAGE_NAME: "job project" }),
    id: "registry-package",
    state: "wrong",
    found: /job project/,
    cure: /PACKAGE_NAME/,
  },
  {
    title: "a push token in a variable that is not masked",
    spoil: () => setVariable({ key: "CI_PROJECT_PASSWORD", protected: true }),
    id: "variable:CI_PROJECT_PASSWORD",
    state: "wrong",
    found: /not masked/,
    cure: /Mask it/,
  },
  {
    title: "a push token in a variable that every branch sees",
    spoil: () => setVariable({ key: "CI_PROJECT_PASSWORD", masked: true }),
    id: "variable:CI_PROJECT_PASSWORD",
    state: "warning",
    found: /not protected/,
    cure: /Protect it/,
  },
  {
    title: "R15 a protected variable that the branch's jobs do not get",
    spoil: () => world.gitlab.admin.unprotectBranch(id(), "main"),
    id: "variable:CI_PROJECT_PASSWORD",
    state: "wrong",
    found: /the branch main is not/,
    cure: /Protect main/,
  },
  {
    title: "a variable for one environment",
    spoil: () =>
      setVariable({
        key: "DEPLOY_TOKEN",
        masked: true,
        protected: true,
        environment_scope: "production",
      }),
    id: "variable:DEPLOY_TOKEN",
    state: "wrong",
    found: /environment production/,
    cure: /scope \*/,
  },
  {
    title: "a signing key that is no file",
    spoil: () => setVariable({ key: "SIGNING_KEY_FILE", protected: true }),
    id: "variable:SIGNING_KEY_FILE",
    state: "wrong",
    found: /not masked/,
    cure: /type File/,
  },
  {
    title: "a file that holds another version than the configuration",
    spoil: () => edit("setup.cfg", "[metadata]\nname = job\nversion = 0.14.0\n"),
    id: "version",
    state: "wrong",
    found: /Did not find 'version = 0\.15\.0\.dev' in file: 'setup\.cfg'/,
    cure: /./,
  },
  {
    title: "a part that the scheme does not have",
    spoil: () => ({ POST_RELEASE_VERSION_BUMP: "sprint" }),
    id: "version",
    state: "wrong",
    found: /No part named 'sprint'/,
    cure: /./,
  },
  {
    title: "an environment file without python",
    spoil: () => edit("conda-environment.yaml", "dependencies: [pip]\n"),
    id: "conda-environment",
    state: "wrong",
    found: /must pin python/,
    cure: /./,
  },
  {
    title: "a project that pip does not find",
    spoil: () => rm(join(world.clone, "pyproject.toml")),
    id: "python-project",
    state: "wrong",
    found: /neither pyproject\.toml nor setup\.py/,
    cure: /Add a pyproject\.toml/,
  },
  {
    title: "metadata that pip refuses",
    spoil: () => edit("pyproject.toml", '[build-system]\nx = 1\n[project]\nversion = "1.0"\n'),
    id: "python-project",
    state: "wrong",
    found: /\[build-system\] has no list 'requires'; \[project\] has no name/,
    cure: /Correct it/,
  },
  {
    title: "a clock that is a minute late",
    spoil: () => answerAt(60),
    id: "clock",
    state: "warning",
    found: /^(?:59|6\d) s behind GitLab$/,
    cure: /time server/,
  },
  {
    title: "a clock that is ten minutes early",
    spoil: () => answerAt(-600),
    id: "clock",
    state: "wrong",
    found: /^6\d\d s ahead of GitLab$/,
    cure: /time server/,
  },
  {
    title: "a disk that is too small",
    spoil: () => ({ CHECK_FREE_SPACE: "1000TiB" }),
    id: "disk",
    state: "wrong",
    found: /\/.*: \d/,
    cure: /Make room/,
  },
  {
    title: "a file of authorities that holds none",
    async spoil() {
      await edit("ca.pem", "no certificate");
      return { EXTRA_CA_FILE: join(world.clone, "ca.pem") };
    },
    id: "authorities",
    state: "wrong",
    found: /holds no certificate/,
    cure: /./,
  },
  {
    title: "a proxy that is no address",
    spoil: () => ({ HTTPS_PROXY: "socks5://proxy:1080" }),
    id: "proxies",
    state: "wrong",
    found: /no http\(s\) address/,
    cure: /http:\/\/host:port/,
  },
  {
    title: "two spellings of a proxy variable that differ",
    spoil: () => ({ NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1,localhost" }),
    id: "proxies",
    state: "warning",
    found: /no_proxy and NO_PROXY differ/,
    cure: /same value/,
  },
];

describe("one thing is broken", () => {
  test.each(cases)("$title: $state", async ({ spoil, id: wanted, state, found, cure }) => {
    const env = (await spoil()) ?? {};
    const { exitCode, stdout, findings } = await examine(env);
    expect(findings[wanted]).toMatchObject({
      state,
      found: expect.stringMatching(found),
      cure: expect.stringMatching(cure),
    });
    expect(exitCode).toBe(state === "wrong" ? 2 : 0);
    if (state === "wrong") expect(stdout).toContain("E_SETUP_WRONG");
  });
});

test.each([
  ["none", /not needed/],
  ["merge_request", /may make slipway\/next-0\.16\.0\.dev and propose it to main/],
])("with POST_RELEASE=%s nobody need push to the branch", async (way, found) => {
  world.gitlab.admin.protectBranch(id(), "main", { pushLevel: 0 });
  const pushed = await examine();
  expect(pushed.findings["branch-push"]).toMatchObject({ state: "wrong" });
  const { exitCode, checks } = await examine({ POST_RELEASE: way });
  expect(checks.find((check) => check.id === "branch-push")).toMatchObject({
    state: "ok",
    found: expect.stringMatching(found),
  });
  expect(exitCode).toBe(0);
});

test("all that is wrong is told at once", async () => {
  await edit("setup.cfg", "[metadata]\nversion = 1\n");
  await edit("conda-environment.yaml", "dependencies: [pip]\n");
  await world.gitlab.admin.setProject(id(), { registryAccess: "disabled" });
  const { findings, stdout } = await examine({ CHECK_FREE_SPACE: "1000TiB" });
  const wrong = Object.values(findings).filter(({ state }) => state === "wrong");
  expect(wrong.map((check) => check.id)).toEqual([
    "registry",
    "version",
    "conda-environment",
    "disk",
  ]);
  expect(stdout).toContain("4 of ");
});

describe("what a token may not read is not provable, with what would prove it", () => {
  test("a token that may only write the repository", async () => {
    const token = tokenWith({ scopes: ["write_repository"] });
    const { exitCode, findings } = await examine({ CI_PROJECT_PASSWORD: token });
    expect(exitCode).toBe(0);
    expect(findings["branch-push"]).toMatchObject({
      state: "not provable",
      cure: expect.stringContaining("read_api"),
    });
    expect(findings["variables"]).toMatchObject({
      state: "not provable",
      cure: "Provable with a token of the role Maintainer and the scope read_api.",
    });
  });

  test("a Developer's token leaves the settings open", async () => {
    const token = tokenWith({ role: "developer" });
    await world.gitlab.admin.protectBranch(id(), "main", { pushLevel: 30 });
    const { exitCode, findings } = await examine({ CI_PROJECT_PASSWORD: token });
    expect(exitCode).toBe(0);
    const open = Object.values(findings).filter(({ state }) => state === "not provable");
    expect(open.map((check) => check.id)).toEqual(
      expect.arrayContaining(["variables", "job-token-scope", "registry-limits"]),
    );
  });

  test("the job token alone", async () => {
    const { exitCode, findings } = await examine({ CI_PROJECT_PASSWORD: "" });
    expect(exitCode).toBe(0);
    expect(findings["token-kind"]).toMatchObject({
      state: "warning",
      cure: expect.stringContaining("CI_PROJECT_PASSWORD"),
    });
    expect(findings["job-token-push"]).toMatchObject({
      state: "not provable",
      cure: expect.stringContaining("access token of role Maintainer"),
    });
  });

  test("a push token that comes from a group", async () => {
    await call(world.gitlab, `/projects/${id()}/variables/CI_PROJECT_PASSWORD`, {
      method: "DELETE",
      token: world.gitlab.tokens.maintainer,
    });
    const { exitCode, findings } = await examine();
    expect(exitCode).toBe(0);
    expect(findings["variable:CI_PROJECT_PASSWORD"]).toMatchObject({
      state: "not provable",
      found: expect.stringContaining("from a group"),
    });
    const onLaptop = await examine({ CI_JOB_ID: "" });
    expect(onLaptop.findings["variable:CI_PROJECT_PASSWORD"]).toMatchObject({
      state: "warning",
      cure: expect.stringContaining("masked and protected"),
    });
  });

  test("without a server the checkout and the machine are examined all the same", async () => {
    const nowhere = { CI_API_V4_URL: "", CI_PROJECT_ID: "", CI_JOB_ID: "" };
    const { exitCode, findings, checks } = await examine(nowhere);
    expect(exitCode).toBe(0);
    expect(findings["gitlab"]).toMatchObject({
      state: "not provable",
      cure: expect.stringContaining("GITLAB_API"),
    });
    expect(checks.map((check) => check.id)).toContain("version");
  });
});

test("a server that is not GitLab is the one finding about it", async () => {
  const { exitCode, findings } = await examine({ CI_API_V4_URL: `${world.gitlab.url}/nowhere` });
  expect(exitCode).toBe(2);
  expect(findings["gitlab"]).toMatchObject({ state: "wrong" });
});

test("a version from tags needs the tags: a shallow clone is wrong", async () => {
  const { "setup.cfg": _one, ".bumpversion.cfg": _two, ...rest } = project;
  const origin = await makeRepository({
    ...rest,
    "pyproject.toml":
      '[build-system]\nrequires = ["setuptools-scm"]\n[project]\nname = "x"\ndynamic = ["version"]\n',
  });
  git(origin, ["commit", "-q", "--allow-empty", "-m", "second"]);
  const clone = join(await temporaryFolder(), "clone");
  git(origin, ["clone", "-q", "--depth=1", `file://${origin}`, clone]);
  world = { ...world, clone };
  const { findings } = await examine();
  expect(findings["version"]).toMatchObject({ cure: expect.stringContaining("GIT_DEPTH: 0") });
  git(origin, ["tag", "v1.4.0", "main~1"]);
  git(clone, ["fetch", "-q", "--unshallow", "--tags"]);
  const unset = await examine();
  expect(unset.findings["version"]).toMatchObject({
    state: "warning",
    cure: expect.stringContaining("Set VERSION_BUMP"),
  });
  const set = await examine({ VERSION_BUMP: "minor" });
  expect(set.checks).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        id: "version",
        state: "ok",
        found: "1.4.0 → 1.5.0 (v1.5.0), as a tag alone",
      }),
      expect.objectContaining({
        id: "branch-push",
        found: expect.stringContaining("only the tag is pushed"),
      }),
    ]),
  );
});

test("a folder without git is wrong, and everything else is examined", async () => {
  const clone = await temporaryFolder();
  await mkdir(join(clone, "empty"));
  await writeFile(join(clone, "VERSION"), "1.0.0.dev0\n");
  world = { ...world, clone };
  const { exitCode, findings } = await examine();
  expect(exitCode).toBe(2);
  expect(findings["git-history"]).toMatchObject({ cure: expect.stringContaining("checkout") });
});
