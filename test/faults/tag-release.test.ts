import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commitFiles, git, temporaryFolder } from "../support/repositories.ts";
import {
  jobFiles,
  plainFiles,
  release,
  type ReleaseProject,
  startReleaseProject,
} from "../support/release-project.ts";

const outputs = { RELEASE_TAG: "v0.15.0", RELEASE_VERSION: "0.15.0", NEXT_VERSION: "0.16.0.dev" };

/** What bump-version makes of the project's files. */
const releasedFiles = Object.fromEntries(
  Object.entries(jobFiles).map(([path, text]) => [
    path,
    String(text).replace("0.15.0.dev", "0.15.0"),
  ]),
);

/** What is printed, on both streams. */
const said = ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}\n${stderr}`;

/** What of git's push protocol the server saw. */
const pushRequests = ({ gitlab }: ReleaseProject) =>
  gitlab.admin
    .requests()
    .filter(({ path }) => path.includes("git-receive-pack"))
    .map(({ method, path, status }) => `${method} ${path.split(".git/")[1]} ${status}`);

async function expectRefused(
  project: ReleaseProject,
  run: Promise<{ exitCode: number; stdout: string; stderr: string }>,
  { exitCode, code }: { exitCode: number; code: string },
): Promise<string> {
  const before = project.refs();
  const done = await run;
  expect(said(done)).toContain(code);
  expect(done.exitCode).toBe(exitCode);
  expect(project.refs()).toBe(before);
  return said(done);
}

describe("what is there already", () => {
  test("G02 a release that is there is found: same ids, same outputs, nothing pushed", async () => {
    const project = await startReleaseProject();
    const first = await release(project);
    expect(said(first)).toContain("RELEASE_TAG=v0.15.0");
    expect(first).toMatchObject({ exitCode: 0, outputs });
    const refs = project.refs();
    expect(await release(project)).toMatchObject({ exitCode: 0, outputs });
    expect(project.refs()).toBe(refs);
  });

  test("G03 a tag on another commit is a conflict that shows both", async () => {
    const project = await startReleaseProject();
    const other = project.pushCommit("Other", "main");
    project.git("tag", "v0.15.0", other);
    project.git("update-ref", "refs/heads/main", project.sha);
    const text = await expectRefused(project, release(project), {
      exitCode: 3,
      code: "E_TAG_ELSEWHERE",
    });
    expect(text).toContain(`The tag v0.15.0 is on ${other}; this release would put it on `);
  });

  test.each([
    { title: "the tested commit", rewind: "v0.15.0^{commit}^" },
    { title: "the release commit", rewind: "v0.15.0^{commit}" },
  ])(
    "G04 a tag without its post-release commit, the branch on $title: only that is pushed",
    async ({ rewind }) => {
      const project = await startReleaseProject();
      await release(project);
      const refs = project.refs();
      project.git("update-ref", "refs/heads/main", project.git("rev-parse", rewind));
      const again = await release(project);
      expect(again).toMatchObject({ exitCode: 0, outputs });
      expect(said(again)).toContain("which the release v0.15.0 lacks");
      expect(project.refs()).toBe(refs);
    },
  );

  test("G04 the same by another pipeline of the same commit builds on the release commit that is there", async () => {
    const project = await startReleaseProject();
    await release(project);
    project.git("update-ref", "refs/heads/main", project.sha);
    const later = { CI_PIPELINE_CREATED_AT: "2026-02-02T00:00:00Z" };
    expect(await release(project, later)).toMatchObject({ exitCode: 0, outputs });
    expect(project.git("rev-parse", "main^")).toBe(project.git("rev-parse", "v0.15.0^{commit}"));
  });

  test("G04 where the branch moved on, the commands that are needed are named", async () => {
    const project = await startReleaseProject();
    await release(project);
    project.git("update-ref", "refs/heads/main", project.sha);
    project.pushCommit("Someone's work");
    const text = await expectRefused(project, release(project), {
      exitCode: 3,
      code: "E_HALF_RELEASED",
    });
    expect(text).toContain("Someone's work");
    expect(text).toContain("NEW_VERSION=0.16.0.dev");
  });

  test("G05 a branch that went on after the release is no hindrance", async () => {
    const project = await startReleaseProject();
    await release(project);
    project.pushCommit("Work on 0.16");
    const refs = project.refs();
    expect(await release(project)).toMatchObject({ exitCode: 0, outputs });
    expect(project.refs()).toBe(refs);
  });

  test("G05 a next version that another job opened with another part is told as it is", async () => {
    const project = await startReleaseProject();
    await release(project, { POST_RELEASE_VERSION_BUMP: "major" });
    const refs = project.refs();
    const again = await release(project);
    expect(said(again)).toContain("NEXT_VERSION=1.0.0.dev");
    expect(again).toMatchObject({
      exitCode: 0,
      outputs: { ...outputs, NEXT_VERSION: "1.0.0.dev" },
    });
    expect(project.refs()).toBe(refs);
  });

  test("a tag that is missing is made again, with the same id", async () => {
    const project = await startReleaseProject();
    await release(project);
    const refs = project.refs();
    project.git("tag", "-d", "v0.15.0");
    expect(await release(project)).toMatchObject({ exitCode: 0, outputs });
    expect(project.refs()).toBe(refs);
  });

  test("G01 a branch that was rewritten is not pushed to", async () => {
    const project = await startReleaseProject();
    const orphan = project.git("commit-tree", "main^{tree}", "-m", "Rewritten");
    project.git("update-ref", "refs/heads/main", orphan);
    const text = await expectRefused(project, release(project), {
      exitCode: 3,
      code: "E_BRANCH_MOVED",
    });
    expect(text).toContain("the branch was rewritten");
  });

  test("what the token lacks is told together with a branch that moved", async () => {
    const project = await startReleaseProject();
    project.pushCommit("Someone's work");
    const developer = { CI_PROJECT_PASSWORD: project.gitlab.tokens.developer };
    const text = await expectRefused(project, release(project, developer), {
      exitCode: 3,
      code: "E_BRANCH_MOVED",
    });
    expect(text).toContain("Someone's work");
    expect(text).toContain("Besides, main and v0.15.0 cannot be pushed:");
    expect(text).toContain("The branch main is protected, and the user of the token");
  });

  test("a dry run tells both, too, and ends with the conflict", async () => {
    const project = await startReleaseProject();
    const job = await project.job({ CI_PROJECT_PASSWORD: project.gitlab.tokens.developer });
    project.pushCommit("Someone's work");
    const text = said(await job.tag({ DRY_RUN: "true" }));
    expect(text).toContain("E_BRANCH_MOVED");
    expect(text).toContain("The branch main is protected, and the user of the token");
    expect(text).toContain("DRY RUN: nothing was changed");
  });
});

describe("versions", () => {
  test("G26 a newer version that is tagged elsewhere is a conflict", async () => {
    const project = await startReleaseProject();
    project.git("tag", "v0.16.0", project.pushCommit("Other"));
    project.git("update-ref", "refs/heads/main", project.sha);
    const text = await expectRefused(project, release(project), {
      exitCode: 3,
      code: "E_VERSION_NOT_GREATER",
    });
    expect(text).toContain("v0.16.0");
  });

  test("a maintenance branch may be older than what other branches released, but not than its own past", async () => {
    const project = await startReleaseProject();
    project.git("branch", "release/0.15", "main");
    project.git("tag", "v2.0.0", project.pushCommit("Far ahead"));
    const at = { branch: "release/0.15" };
    const env = { RELEASE_BRANCHES: "main, release/*", POST_RELEASE_VERSION_BUMP: "patch" };
    expect(await release(project, env, at)).toMatchObject({
      exitCode: 0,
      outputs: { ...outputs, NEXT_VERSION: "0.15.1.dev" },
    });
    project.git("tag", "v9.0.0", "release/0.15~2");
    const head = project.git("rev-parse", "release/0.15");
    await expectRefused(project, release(project, env, { ...at, sha: head }), {
      exitCode: 3,
      code: "E_VERSION_NOT_GREATER",
    });
  });

  test("without a development marker HEAD itself is tagged; once more, it is said to be released", async () => {
    const project = await startReleaseProject(plainFiles);
    expect(await release(project)).toMatchObject({
      exitCode: 0,
      outputs: { RELEASE_TAG: "v1.2.3", NEXT_VERSION: "1.3.0" },
    });
    expect(project.git("rev-parse", "v1.2.3^{commit}")).toBe(project.sha);
    expect(await release(project)).toMatchObject({ exitCode: 0 });
    const later = project.git("commit-tree", `${project.sha}^{tree}`, "-p", project.sha, "-m", "x");
    project.git("update-ref", "refs/heads/main", later);
    await expectRefused(project, release(project, {}, { sha: later }), {
      exitCode: 2,
      code: "E_VERSION_RELEASED",
    });
  });
});

describe("a released version of plain numbers, with commits since", () => {
  test.each([1, 2, 3, 20])(
    "is told as released, with the cure, from a checkout of depth %i",
    async (depth) => {
      const project = await startReleaseProject(plainFiles);
      project.git("tag", "v1.2.3", "main");
      project.pushCommit("One");
      const sha = project.pushCommit("Two");
      const text = await expectRefused(project, release(project, {}, { sha, depth }), {
        exitCode: 2,
        code: "E_VERSION_RELEASED",
      });
      expect(text).toContain("VERSION_BUMP=major, minor or patch");
    },
  );

  test("is told as tagged elsewhere where the tag is on another line", async () => {
    const project = await startReleaseProject(plainFiles);
    project.git("tag", "v1.2.3", project.git("commit-tree", "main^{tree}", "-m", "Elsewhere"));
    const sha = project.pushCommit("One");
    await expectRefused(project, release(project, {}, { sha, depth: 1 }), {
      exitCode: 3,
      code: "E_TAG_ELSEWHERE",
    });
  });
});

describe("a version that tags alone hold", () => {
  const scmFiles = {
    "pyproject.toml": '[project]\nname = "a"\ndynamic = ["version"]\n[tool.setuptools_scm]\n',
  };
  const start = async () => {
    const project = await startReleaseProject(scmFiles);
    project.git("tag", "v1.4.0", "main");
    const sha = project.pushCommit("More");
    const runIn = (env: Record<string, string>) =>
      release(project, env, { sha, depth: 100, hasTags: true });
    return { project, sha, runIn };
  };

  test.each([
    { env: { VERSION_BUMP: "minor" }, version: "1.5.0" },
    { env: { VERSION_BUMP: "minor", POST_RELEASE: "none" }, version: "1.5.0" },
    { env: { VERSION_BUMP: "major", POST_RELEASE: "merge_request" }, version: "2.0.0" },
    { env: { NEW_VERSION: "3.0.0" }, version: "3.0.0" },
  ])("is released as $version with $env: the tag alone is pushed, and found again", async (one) => {
    const { project, sha, runIn } = await start();
    const outputs = { RELEASE_TAG: `v${one.version}`, RELEASE_VERSION: one.version };
    expect(await runIn(one.env)).toMatchObject({ exitCode: 0, outputs });
    expect(project.git("rev-parse", `v${one.version}^{commit}`)).toBe(sha);
    expect(project.git("rev-parse", "main")).toBe(sha);
    const refs = project.refs();
    expect(await runIn(one.env)).toMatchObject({ exitCode: 0, outputs });
    expect(project.refs()).toBe(refs);
  });

  test("is found in the tags that TAG_FORMAT describes", async () => {
    const { project, sha, runIn } = await start();
    project.git("tag", "1.7.0", `${sha}~1`);
    expect(await runIn({ VERSION_BUMP: "minor", TAG_FORMAT: "{version}" })).toMatchObject({
      exitCode: 0,
      outputs: { RELEASE_TAG: "1.8.0" },
    });
  });

  test("is that of bump-version before it in the job, whatever tag-release is told", async () => {
    const { project, sha } = await start();
    const job = await project.job({}, { sha, depth: 100, hasTags: true });
    await job.bump({ VERSION_BUMP: "patch" });
    expect(await job.tag()).toMatchObject({ exitCode: 0, outputs: { RELEASE_TAG: "v1.4.1" } });
    expect(await job.tag()).toMatchObject({ exitCode: 0, outputs: { RELEASE_TAG: "v1.4.1" } });
  });

  test("is planned in a dry run of tag-release alone", async () => {
    const { project, sha } = await start();
    const job = await project.job({ VERSION_BUMP: "minor" }, { sha, depth: 100, hasTags: true });
    const refs = project.refs();
    const { exitCode, stdout } = await job.tag({ DRY_RUN: "true" });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("v1.5.0")]);
    expect(project.refs()).toBe(refs);
  });

  test("is released already where nobody asks for another one, and no development version", async () => {
    const { project, runIn } = await start();
    const text = await expectRefused(project, runIn({}), {
      exitCode: 2,
      code: "E_VERSION_RELEASED",
    });
    expect(text).toContain("VERSION_BUMP");
    await expectRefused(project, runIn({ NEW_VERSION: "2.0.0.dev1" }), {
      exitCode: 2,
      code: "E_NOT_BUMPED",
    });
  });
});

describe("the job is not as it must be", () => {
  test.each([
    { title: "another branch", env: { CI_COMMIT_BRANCH: "feature" }, code: "E_RELEASE_BRANCH" },
    {
      title: "a tag's pipeline",
      env: { CI_COMMIT_BRANCH: "", CI_COMMIT_REF_NAME: "v1" },
      code: "E_RELEASE_BRANCH",
    },
    {
      title: "G19 an option as a branch",
      env: { CI_COMMIT_BRANCH: "--upload-pack=touch x", RELEASE_BRANCHES: "*" },
      code: "E_REF_NAME",
    },
    { title: "G19 a tag that is none", env: { TAG_FORMAT: "v {new_version}" }, code: "E_REF_NAME" },
    { title: "an author with line breaks", env: { GIT_AUTHOR_NAME: "A <b>" }, code: "E_IDENTITY" },
    { title: "a part that is none", env: { POST_RELEASE_VERSION_BUMP: "minro" }, code: "minro" },
  ])("$title ends with 2", async ({ env, code }) => {
    const project = await startReleaseProject();
    const job = await project.job();
    await job.bump();
    await expectRefused(project, job.tag(env), { exitCode: 2, code });
  });

  test("a development version is not tagged", async () => {
    const project = await startReleaseProject();
    await expectRefused(project, (await project.job()).tag(), {
      exitCode: 2,
      code: "E_NOT_BUMPED",
    });
  });

  test("a commit that is neither the pipeline's nor made on it is not released", async () => {
    const project = await startReleaseProject();
    const job = await project.job();
    await job.bump();
    git(job.folder, ["commit", "-q", "--allow-empty", "-m", "Stray"]);
    await expectRefused(project, job.tag(), { exitCode: 2, code: "E_NOT_RELEASE_COMMIT" });
  });

  test("what a configuration asks of tags and does not get is told: an annotated tag, and none that is moved", async () => {
    const asked = "[bumpversion]\ntag_message =\nmoveable_tags = v{new_major}";
    const project = await startReleaseProject({
      ...jobFiles,
      ".bumpversion.cfg": String(jobFiles[".bumpversion.cfg"]).replace("[bumpversion]", asked),
    });
    project.git("tag", "v0", "main");
    const done = await release(project);
    expect([done.exitCode, project.git("rev-parse", "v0")]).toEqual([0, project.sha]);
    expect(project.git("cat-file", "-t", "v0.15.0")).toBe("tag");
    expect(project.git("tag", "-l", "--format=%(contents:subject)", "v0.15.0")).toBe(
      "Bump version: 0.15.0.dev → 0.15.0",
    );
    expect(said(done)).toContain("stay where they are: v0.");
    expect(said(done)).toContain("asks for a lightweight tag");
  });

  test.each([
    {
      title: "that also brings a file that no pipeline tested",
      files: { ...releasedFiles, "untested.txt": "1" },
      changes: "it changes: untested.txt.",
    },
    {
      title: "that edits by hand less than the configuration asks for",
      files: {
        "setup.cfg": releasedFiles["setup.cfg"] ?? "",
        ".bumpversion.cfg": `${releasedFiles[".bumpversion.cfg"]}# mine\n`,
      },
      changes: "it changes: .bumpversion.cfg.",
    },
  ])("a commit on the pipeline's $title is not released", async ({ files, changes }) => {
    const project = await startReleaseProject();
    const job = await project.job();
    await commitFiles(job.folder, files, "Release version 0.15.0");
    const text = await expectRefused(project, job.tag(), {
      exitCode: 2,
      code: "E_NOT_RELEASE_COMMIT",
    });
    expect(text).toContain(changes);
  });

  test("a commit on the pipeline's that is what bump-version makes of it is released, whoever made it", async () => {
    const project = await startReleaseProject();
    const job = await project.job();
    await commitFiles(job.folder, releasedFiles, "Mine");
    const { exitCode, outputs } = await job.tag();
    expect([exitCode, outputs["RELEASE_TAG"]]).toEqual([0, "v0.15.0"]);
  });

  test("a release commit that holds what hooks changed is the one that bump-version named", async () => {
    const hooked = `[bumpversion]\npre_commit_hooks =\n\t${process.execPath} -e 'require("fs").writeFileSync("lock","0.15.0")'`;
    const project = await startReleaseProject({
      ...jobFiles,
      ".bumpversion.cfg": String(jobFiles[".bumpversion.cfg"]).replace("[bumpversion]", hooked),
      lock: "0.15.0.dev",
    });
    const job = await project.job();
    const bumped = await job.bump({ VERSION_RUN_HOOKS: "true" });
    await expectRefused(project, job.tag({ SLIPWAY_DOTENV: "elsewhere.env" }), {
      exitCode: 2,
      code: "E_NOT_RELEASE_COMMIT",
    });
    expect([bumped.exitCode, (await job.tag()).exitCode]).toEqual([0, 0]);
    expect(project.git("show", "v0.15.0:lock")).toBe("0.15.0");
  });

  test("G23 a commit with a skip marker is not tagged: its pipeline would not run", async () => {
    const project = await startReleaseProject(plainFiles);
    const sha = project.pushCommit("Tidy up [skip ci]");
    await expectRefused(project, release(project, {}, { sha }), {
      exitCode: 2,
      code: "E_SKIP_MARKER",
    });
  });
});

test("a repository without commits, and a folder without repository, end with 2", async () => {
  const project = await startReleaseProject();
  const job = await project.job();
  const empty = await temporaryFolder();
  expect((await job.tag({ PROJECT_DIR: empty })).exitCode).toBe(2);
  git(empty, ["init", "-q"]);
  const done = await job.tag({ PROJECT_DIR: empty });
  expect(said(done)).toContain("E_NO_COMMITS");
  expect(done.exitCode).toBe(2);
});

test.each([{ next: "push" }, { next: "merge_request" }, { next: "none" }])(
  "with POST_RELEASE=$next two requests carry the push, without git's own",
  async ({ next }) => {
    const project = await startReleaseProject();
    const done = await release(project, { POST_RELEASE: next });
    expect(done.exitCode).toBe(0);
    expect(pushRequests(project)).toEqual([
      "GET info/refs?service=git-receive-pack 200",
      "POST git-receive-pack 200",
    ]);
    expect(project.git("rev-parse", "v0.15.0^{commit}^")).toBe(project.sha);
  },
);

describe("a dry run", () => {
  test("plans on the release commit that bump-version would make, and changes nothing", async () => {
    const project = await startReleaseProject();
    const refs = project.refs();
    const dry = await (await project.job()).tag({ DRY_RUN: "true" });
    expect(said(dry)).toContain("would: Push tag v0.15.0 (0.15.0, on ");
    expect(dry.exitCode).toBe(0);
    expect(dry.stdout.trimEnd().split("\n").at(-1)).toBe("DRY RUN: nothing was changed");
    expect(project.refs()).toBe(refs);
    expect(pushRequests(project)).toEqual([]);
    const planned = /\(0\.15\.0, on ([0-9a-f]{8})\)/.exec(said(dry))?.[1];
    await release(project);
    expect(project.git("rev-parse", "v0.15.0^{commit}").slice(0, 8)).toBe(planned);
  });
});

describe("tokens and rights", () => {
  const cases: readonly {
    title: string;
    exitCode: number;
    text: RegExp;
    arrange(project: ReleaseProject): Record<string, string>;
  }[] = [
    {
      title: "a developer on a protected branch",
      exitCode: 3,
      text: /branch main is protected/,
      arrange: ({ gitlab }) => ({ CI_PROJECT_PASSWORD: gitlab.tokens.developer }),
    },
    {
      title: "a token without the scope",
      exitCode: 3,
      text: /write_repository/,
      arrange: ({ gitlab }) => ({
        CI_PROJECT_PASSWORD: gitlab.admin.createToken({
          kind: "project",
          project: gitlab.project.id,
          role: "maintainer",
          scopes: ["read_api", "read_repository"],
        }).value,
      }),
    },
    {
      title: "an expired token",
      exitCode: 3,
      text: /expired/,
      arrange: ({ gitlab }) => {
        gitlab.admin.expireToken(gitlab.tokens.maintainer, "2020-01-01");
        return {};
      },
    },
    {
      title: "a revoked token",
      exitCode: 3,
      text: /revoked/,
      arrange: ({ gitlab }) => {
        gitlab.admin.revokeToken(gitlab.tokens.maintainer);
        return {};
      },
    },
    {
      title: "a protected tag",
      exitCode: 3,
      text: /tag v0\.15\.0 is protected/,
      arrange: ({ gitlab }) => {
        gitlab.admin.protectTag(gitlab.project.id, "v*", { createLevel: 0 });
        return {};
      },
    },
    {
      title: "a job token that may not push",
      exitCode: 3,
      text: /E_GIT_FORBIDDEN.*gitlab-ci-token/s,
      arrange: ({ gitlab }) => ({ CI_PROJECT_PASSWORD: "", CI_JOB_TOKEN: gitlab.tokens.job }),
    },
    {
      title: "no token at all",
      exitCode: 2,
      text: /CI_PROJECT_PASSWORD/,
      arrange: () => ({ CI_PROJECT_PASSWORD: "" }),
    },
  ];
  test.each(cases)(
    "$title: nothing is pushed, and the cure is named",
    async ({ arrange, exitCode, text }) => {
      const project = await startReleaseProject();
      const env = arrange(project);
      const before = project.refs();
      const done = await release(project, env);
      expect(said(done)).toMatch(text);
      expect(done.exitCode).toBe(exitCode);
      expect(project.refs()).toBe(before);
    },
  );

  test("G24 a push by job token starts the tag's pipeline, once", async () => {
    const project = await startReleaseProject();
    const { admin, project: handle, tokens } = project.gitlab;
    await admin.setProject(handle.id, { jobTokenPush: true });
    const env = { CI_PROJECT_PASSWORD: "", CI_JOB_TOKEN: tokens.job };
    const triggers = () =>
      admin.requests().filter(({ path }) => path.includes("/trigger/pipeline")).length;
    const first = await release(project, env);
    expect(said(first)).toContain("Start the pipeline of v0.15.0");
    expect(first).toMatchObject({ exitCode: 0, outputs });
    expect(triggers()).toBe(1);
    expect(await release(project, env)).toMatchObject({ exitCode: 0, outputs });
    expect(triggers()).toBe(1);
  });
});

describe("the server fails", () => {
  test("G08 a lost answer to the push is decided by looking", async () => {
    const project = await startReleaseProject();
    project.gitlab.admin.addFault({
      method: "POST",
      path: "git-receive-pack",
      action: { kind: "drop", when: "after" },
    });
    expect(await release(project)).toMatchObject({ exitCode: 0, outputs });
  });

  test.each([
    { title: "HTML everywhere", status: 200, exitCode: 2 },
    { title: "502 everywhere", status: 502, exitCode: 4 },
  ])("$title ends with $exitCode", async ({ status, exitCode }) => {
    const project = await startReleaseProject();
    project.gitlab.admin.addFault({
      times: 1000,
      action: {
        kind: "status",
        status,
        when: "before",
        body: "<html><body>Sign in</body></html>",
        headers: { "content-type": "text/html" },
      },
    });
    const before = project.refs();
    const done = await release(project);
    expect([done.exitCode, said(done)]).toEqual([exitCode, expect.any(String)]);
    expect(project.refs()).toBe(before);
  });

  test("G22 a renamed project is told, and nothing is pushed anywhere", async () => {
    const project = await startReleaseProject();
    const { admin, project: handle } = project.gitlab;
    const job = await project.job();
    await job.bump();
    await admin.setProject(handle.id, { path: "group/new-name" });
    const text = await expectRefused(project, job.tag(), { exitCode: 2, code: "E_PROJECT_MOVED" });
    expect(text).toContain("group/new-name");
  });

  test("no network ends with 4", async () => {
    const project = await startReleaseProject();
    const nowhere = {
      CI_API_V4_URL: "http://127.0.0.1:9/api/v4",
      CI_PROJECT_URL: "http://127.0.0.1:9/group/demo",
    };
    expect((await release(project, nowhere)).exitCode).toBe(4);
  });
});

test("a signed release is verified by git, and keeps its ids", async () => {
  const key = join(await temporaryFolder(), "key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  const project = await startReleaseProject();
  const env = { GIT_SIGNING_KEY_FILE: key };
  expect(await release(project, env)).toMatchObject({ exitCode: 0, outputs });
  const refs = project.refs();
  const allowed = join(await temporaryFolder(), "allowed");
  await writeFile(allowed, `slipway@noreply.127.0.0.1 ${await readFile(`${key}.pub`, "utf8")}`);
  const verify = (command: string, id: string) =>
    project.git("-c", `gpg.ssh.allowedSignersFile=${allowed}`, command, "--raw", id);
  expect(() => verify("verify-commit", "main")).not.toThrow();
  expect(() => verify("verify-commit", "main^")).not.toThrow();
  expect(() => verify("verify-tag", "v0.15.0")).not.toThrow();
  project.git("update-ref", "refs/heads/main", project.sha);
  project.git("tag", "-d", "v0.15.0");
  expect(await release(project, env)).toMatchObject({ exitCode: 0 });
  expect(project.refs()).toBe(refs);
});

test("all that is wrong with the tag, the next part and the message is told together, before anything is asked", async () => {
  const project = await startReleaseProject();
  const wrong = {
    TAG_FORMAT: "v{nope}",
    POST_RELEASE_VERSION_BUMP: "micro",
    NEXT_COMMIT_MESSAGE: "{zzz}",
  };
  const job = await project.job();
  await job.bump();
  const text = await expectRefused(project, job.tag(wrong), {
    exitCode: 2,
    code: "E_VERSION_TEMPLATE",
  });
  expect(text).toContain("3 problems:");
  expect(text).toContain("- TAG_FORMAT: unknown name 'nope'.");
  expect(text).toContain("- No part named 'micro'.");
  expect(text).toContain("- NEXT_COMMIT_MESSAGE: unknown name 'zzz'.");
});
