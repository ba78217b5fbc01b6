import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ReleaseWorld, worldOf } from "../support/release-world.ts";
import { writeFiles } from "../support/repositories.ts";
import { workflowConfig } from "../version/planning.ts";

type Git = ReleaseWorld["git"];

const projectAt = (version: string) => ({
  ".bumpversion.cfg": workflowConfig.replace("0.15.0.dev", version),
  "setup.cfg": `[metadata]\nname = job\nversion = ${version}\n`,
});

/** A project that was released as 0.14.0 and goes on with a development version, after that these commits. */
function releasedBefore(
  messages: readonly string[],
  { development = "0.15.0.dev" }: { development?: string } = {},
) {
  return worldOf(async (clone, git) => {
    await writeFiles(clone, { ...projectAt("0.14.0"), "CHANGELOG.md": "## Unreleased\n\n- A\n" });
    await git("add", "--all");
    await git("commit", "--quiet", "--message=feat!: everything before");
    await git("tag", "--annotate", "--message=v0.14.0", "v0.14.0");
    await git("tag", "v0.14.0rc1");
    await git("tag", "other-9.9.9");
    await writeFiles(clone, projectAt(development));
    await git("commit", "--quiet", "--all", `--message=Bump version: 0.14.0 → ${development}`);
    for (const message of messages) await commit(git, message);
  });
}

const commit = (git: Git, message: string) =>
  git("commit", "--quiet", "--allow-empty", `--message=${message}`);

const auto = { VERSION_BUMP: "auto" };

/** Both commands in one job, in the shallow clone of a runner. */
async function release(world: ReleaseWorld, variables: Readonly<Record<string, string>> = {}) {
  const pipeline = await world.server.startPipeline();
  const job = await world.job(pipeline, "trigger_release", { ...auto, ...variables });
  const bumped = await job.run("bump-version");
  const tagged = await job.run("tag-release");
  return { bumped, tagged, job };
}

const cases: readonly {
  title: string;
  commits: readonly string[];
  development?: string;
  released: string;
  next?: string;
  decided: string;
  because: string;
}[] = [
  {
    title: "a fix raises the patch of the last release, although the files announce a minor one",
    commits: ["docs: x", "fix(core): no crash", "chore: y"],
    released: "0.14.1",
    next: "0.15.0.dev",
    decided: "patch",
    because: '"fix(core): no crash"',
  },
  {
    title: "a feature raises the minor",
    commits: ["feat: a thing", "fix: newer, but smaller"],
    released: "0.15.0",
    decided: "minor",
    because: '"feat: a thing"',
  },
  {
    title: "a breaking change raises the major",
    commits: ["feat: a", "fix: b\n\nBREAKING CHANGE: c is gone"],
    released: "1.0.0",
    decided: "major",
    because: '"fix!: b"',
  },
  {
    title: "a squashed merge request counts by its title",
    commits: ["feat: squashed (!7)\n\n* fix: wip\n* wip\n\nSee merge request group/job-project!7"],
    released: "0.15.0",
    decided: "minor",
    because: '"feat: squashed" (!7)',
  },
  {
    title: "what a person announced is the least that is released",
    commits: ["fix: a"],
    development: "1.0.0.dev",
    released: "1.0.0",
    decided: "patch",
    because: "The files announce 1.0.0, which is more than the commits ask for (0.14.1)",
  },
];

describe("VERSION_BUMP=auto", () => {
  test.each(cases)("$title", async ({ commits, development, released, next, decided, because }) => {
    await using world = await releasedBefore(commits, { ...(development && { development }) });
    const { bumped, tagged } = await release(world);
    expect(bumped).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining(because),
      outputs: { BUMPED_VERSION: released, VERSION_BUMP_DECIDED: decided },
    });
    expect(tagged).toMatchObject({
      exitCode: 0,
      outputs: { RELEASE_TAG: `v${released}`, ...(next && { NEXT_VERSION: next }) },
    });
  });

  test("nothing that counts: both commands end well and change nothing", async () => {
    await using world = await releasedBefore(["docs: a", "chore: b", "Just a text"]);
    const before = await world.snapshot();
    const { bumped, tagged, job } = await release(world);
    expect(bumped).toMatchObject({ exitCode: 0, outputs: { VERSION_BUMP_DECIDED: "none" } });
    expect(bumped.output).toContain("Nothing to release. No commit since v0.14.0 asks");
    expect(Object.keys(bumped.outputs)).toEqual(["VERSION_BUMP_DECIDED"]);
    expect(tagged).toMatchObject({ exitCode: 0, outputs: { VERSION_BUMP_DECIDED: "none" } });
    expect(tagged.output).toContain("Nothing to release");
    const dry = await job.run("tag-release", { DRY_RUN: "true", SLIPWAY_DOTENV: "none.env" });
    expect([dry.exitCode, dry.output]).toEqual([
      0,
      expect.stringContaining("Nothing to release. No commit since v0.14.0"),
    ]);
    for (const command of ["conda-pack", "upload-package", "create-release"])
      expect(await job.run(command)).toMatchObject({
        exitCode: 0,
        output: expect.stringContaining("Nothing to release: bump-version found no commit"),
        outputs: { VERSION_BUMP_DECIDED: "none" },
      });
    expect(await world.snapshot()).toEqual(before);
  });

  test("what an earlier job found keeps nobody from a development version, but is reason enough for no release", async () => {
    await using world = await releasedBefore(["docs: a"]);
    const pipeline = await world.server.startPipeline();
    const job = await world.job(pipeline, "publish", { VERSION_BUMP_DECIDED: "none" });
    writeFileSync(join(job.folder, "x.tgz"), "x");
    const uploaded = await job.run("upload-package", { PACKAGE_FILES: "x.tgz" });
    expect(uploaded).toMatchObject({ exitCode: 0, outputs: { PACKAGE_FILE_COUNT: "1" } });
    const released = await job.run("create-release", { SLIPWAY_DOTENV: "none.env" });
    expect([released.exitCode, released.output]).toEqual([
      0,
      expect.stringContaining("Nothing to release"),
    ]);
    const tagged = await job.run("create-release", { RELEASE_TAG: "v9.9.9" });
    expect([tagged.exitCode, tagged.output]).toEqual([2, expect.stringContaining("v9.9.9")]);
  });

  test("a revert takes back what it reverts", async () => {
    await using world = await worldOf(async (clone, git) => {
      await writeFiles(clone, projectAt("0.14.0"));
      await git("add", "--all");
      await git("commit", "--quiet", "--message=first");
      await git("tag", "v0.14.0");
      await commit(git, "feat: a");
      const id = await git("rev-parse", "HEAD");
      await commit(git, `Revert "feat: a"\n\nThis reverts commit ${id}.`);
    });
    expect((await release(world)).bumped.outputs).toEqual({ VERSION_BUMP_DECIDED: "none" });
  });

  test("the first release is what the files announce", async () => {
    await using world = await worldOf(async (clone, git) => {
      await writeFiles(clone, projectAt("0.1.0.dev"));
      await git("add", "--all");
      await git("commit", "--quiet", "--message=first");
    });
    const { bumped, tagged } = await release(world);
    expect(bumped.output).toContain("this is the first release, as 0.1.0");
    expect(tagged.outputs).toMatchObject({ RELEASE_TAG: "v0.1.0", VERSION_BUMP_DECIDED: "first" });
  });

  test("a retried job, and a dry run in its place, make the same commits with the changelog in them", async () => {
    await using world = await releasedBefore(["feat: a"]);
    const pipeline = await world.server.startPipeline();
    const variables = { ...auto, CHANGELOG_FILE: "CHANGELOG.md" };
    const rehearsed = await world.job(pipeline, "trigger_release", variables);
    const dry = await rehearsed.run("tag-release", { DRY_RUN: "true" });
    const job = await world.job(pipeline, "trigger_release", variables);
    const first = await job.run("bump-version");
    const id = first.outputs["BUMPED_COMMIT_SHA"] ?? "none";
    expect(dry.output).toContain(`would make, ${id.slice(0, 8)}`);
    const again = await job.run("bump-version");
    expect([again.exitCode, again.outputs]).toEqual([0, first.outputs]);
    const tagged = await job.run("tag-release");
    const before = await world.snapshot();
    const retried = await world.job(pipeline, "trigger_release", variables);
    expect((await retried.run("bump-version")).outputs).toEqual(first.outputs);
    expect(await retried.run("tag-release")).toMatchObject({
      exitCode: 0,
      outputs: tagged.outputs,
    });
    expect(await world.snapshot()).toEqual(before);
  });

  test("a release whose changelog was dated by the pipeline of another day is the same release", async () => {
    await using world = await releasedBefore(["feat: a"]);
    const run = async (day: string) =>
      release(world, {
        CHANGELOG_FILE: "CHANGELOG.md",
        POST_RELEASE: "none",
        CI_PIPELINE_CREATED_AT: `${day}T10:00:00Z`,
      });
    const first = await run("2026-02-03");
    expect(first.tagged).toMatchObject({ exitCode: 0, outputs: { RELEASE_TAG: "v0.15.0" } });
    const before = await world.snapshot();
    const second = await run("2026-02-05");
    expect(second.tagged).toMatchObject({ exitCode: 0, outputs: { RELEASE_TAG: "v0.15.0" } });
    expect(await world.snapshot()).toEqual(before);
    await world.git("fetch", "--quiet", "--tags", "origin");
    expect(await world.git("show", "v0.15.0:CHANGELOG.md")).toContain("0.15.0 - 2026-02-03");
  });

  test("the next release counts from the one before", async () => {
    await using world = await releasedBefore(["feat: a"]);
    await release(world);
    await world.git("pull", "--quiet", "--rebase", "origin", "main");
    await commit(world.git, "fix: later");
    await world.git("push", "--quiet", "origin", "HEAD:main");
    const { bumped } = await release(world);
    expect(bumped.output).toContain("Since v0.15.0");
    expect(bumped.outputs).toMatchObject({ BUMPED_VERSION: "0.15.1" });
  });

  test("a release whose commit never came to the branch, because only its tag was pushed, counts as well", async () => {
    await using world = await worldOf(async (clone, git) => {
      await writeFiles(clone, projectAt("0.15.0.dev"));
      await git("add", "--all");
      await git("commit", "--quiet", "--message=feat: a");
      await git("checkout", "--quiet", "--detach");
      await commit(git, "Release version 0.15.0");
      await git("tag", "v0.15.0");
      await git("checkout", "--quiet", "main");
      await commit(git, "fix: b");
    });
    const { bumped } = await release(world);
    expect(bumped.output).toContain("Since v0.15.0");
    expect(bumped.outputs).toMatchObject({ BUMPED_VERSION: "0.15.1" });
  });

  test("in a monorepo the project's own tags and folders count", async () => {
    await using world = await worldOf(async (clone, git) => {
      await writeFiles(clone, {
        "api/VERSION": "1.3.0.dev",
        "jobs/VERSION": "0.3.0.dev",
        "libs/shared/a": "1",
      });
      await git("add", "--all");
      await git("commit", "--quiet", "--message=first");
      await git("tag", "api-1.2.0");
      await git("tag", "jobs-0.2.0");
      await writeFiles(clone, { "jobs/a": "1" });
      await git("add", "--all");
      await git("commit", "--quiet", "--message=feat!: a job");
      await writeFiles(clone, { "libs/shared/a": "2" });
      await git("commit", "--quiet", "--all", "--message=feat: shared");
      await writeFiles(clone, { "api/a": "1" });
      await git("add", "--all");
      await git("commit", "--quiet", "--message=fix: the api");
    });
    const decide = async (variables: Record<string, string>) => {
      const pipeline = await world.server.startPipeline();
      const job = await world.job(pipeline, "trigger_release", { ...auto, ...variables });
      return (await job.run("bump-version")).outputs;
    };
    const api = { PROJECT_DIR: "api", TAG_FORMAT: "api-{version}" };
    expect(await decide(api)).toMatchObject({ BUMPED_VERSION: "1.2.1" });
    expect(await decide({ ...api, RELEASE_PATHS: "api, libs/*" })).toMatchObject({
      BUMPED_VERSION: "1.3.0",
    });
    expect(await decide({ PROJECT_DIR: "jobs", TAG_FORMAT: "jobs-{version}" })).toMatchObject({
      BUMPED_VERSION: "1.0.0",
    });
  });

  test("a shallow checkout without a token is an error that names the cure; a whole one needs none", async () => {
    const many = Array.from({ length: 25 }, (_, index) => `chore: ${index}`);
    await using world = await releasedBefore(["feat: a", ...many]);
    const pipeline = await world.server.startPipeline();
    const job = await world.job(pipeline, "trigger_release", auto);
    const nobody = { CI_JOB_TOKEN: "", CI_PROJECT_PASSWORD: "", GITLAB_TOKEN: "" };
    const shallow = await job.run("bump-version", nobody);
    expect([shallow.exitCode, shallow.output]).toEqual([
      2,
      expect.stringMatching(/E_HISTORY_SHALLOW[\s\S]*GIT_DEPTH: 0/),
    ]);
    const refused = await job.run("bump-version", { ...nobody, CI_JOB_TOKEN: "glcbt-wrong" });
    expect([refused.exitCode, refused.output]).toEqual([
      3,
      expect.stringMatching(/E_GIT_TOKEN_REFUSED[\s\S]*GIT_DEPTH: 0/),
    ]);
    await world.git("-C", job.folder, "fetch", "--quiet", "--unshallow", "--tags", world.clone);
    const local = await job.run("bump-version", { ...nobody, CI_PROJECT_URL: "" });
    expect(local).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining("Version 0.15.0.dev → 0.15.0"),
    });
  });

  test("uncommitted edits are decided by the commits, too", async () => {
    await using world = await releasedBefore(["fix: a"]);
    const pipeline = await world.server.startPipeline();
    const job = await world.job(pipeline, "trigger_release", auto);
    expect(await job.run("bump-version", { VERSION_COMMIT: "false" })).toMatchObject({
      exitCode: 0,
      outputs: { BUMPED_VERSION: "0.14.1" },
    });
  });
});
