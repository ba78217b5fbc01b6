import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Pipeline } from "../../src/rehearsal/variables.ts";
import { exampleWorld, type Ran, type ReleaseWorld } from "../support/release-world.ts";

/** The manual job: both commands in one clone. */
async function triggerRelease(
  world: ReleaseWorld,
  pipeline: Pipeline,
  variables: Record<string, string> = {},
): Promise<Ran> {
  const job = await world.job(pipeline, "trigger_release", variables);
  const bumped = await job.run("bump-version");
  return bumped.exitCode === 0 ? job.run("tag-release") : bumped;
}

/** The jobs of the tag's pipeline: a package of fixed bytes, then the release. */
async function publish(
  world: ReleaseWorld,
  pipeline: Pipeline,
): Promise<{ uploaded: Ran; released: Ran }> {
  const upload = await world.job(pipeline, "publish_conda_env", { CI_PROJECT_PASSWORD: "" });
  mkdirSync(join(upload.folder, "dist"));
  writeFileSync(join(upload.folder, "dist/job-project-0.15.0.tgz"), "the bytes of the package");
  const uploaded = await upload.run("upload-package", { PACKAGE_FILES: "dist/*.tgz" });
  const release = await world.job(pipeline, "create_release", {
    CI_PROJECT_PASSWORD: "",
    ...uploaded.outputs,
  });
  return { uploaded, released: await release.run("create-release") };
}

async function tagPipeline(world: ReleaseWorld): Promise<Pipeline> {
  const pipeline = await world.server.tagPipeline("v0.15.0");
  if (pipeline === undefined) throw new Error("The push of the tag started no pipeline");
  return pipeline;
}

const outputs = {
  BUMPED_VERSION: "0.15.0",
  RELEASE_TAG: "v0.15.0",
  RELEASE_VERSION: "0.15.0",
  NEXT_VERSION: "0.16.0.dev",
};

test("a release goes from 0.15.0.dev to tag, package, release and 0.16.0.dev; every job of it can run again, and in another pipeline, and changes nothing", async () => {
  await using world = await exampleWorld();
  const pipeline = await world.server.startPipeline();
  const first = await triggerRelease(world, pipeline);
  expect(first.output).toContain("RELEASE_TAG=v0.15.0");
  expect(first).toMatchObject({ exitCode: 0, outputs });

  await world.git(
    "fetch",
    "--quiet",
    "origin",
    "+refs/heads/*:refs/remotes/origin/*",
    "+refs/tags/*:refs/tags/*",
  );
  expect((await world.git("log", "--format=%s", "origin/main")).split("\n")).toEqual([
    "Bump version: 0.15.0 → 0.16.0.dev",
    "Release version 0.15.0",
    "Add the job",
  ]);
  expect(await world.git("rev-parse", "v0.15.0^{commit}")).toBe(
    await world.git("rev-parse", "origin/main~1"),
  );
  expect(await world.git("cat-file", "-t", "v0.15.0")).toBe("tag");
  expect(await world.git("diff", "--numstat", "origin/main~2", "origin/main~1")).toBe(
    "1\t1\t.bumpversion.cfg\n1\t1\tsetup.cfg",
  );
  expect(await world.git("show", "origin/main:setup.cfg")).toContain("version = 0.16.0.dev");
  expect((await world.git("log", "-2", "--format=%an <%ae>", "origin/main")).split("\n")[0]).toBe(
    "Slipway <slipway@noreply.127.0.0.1>",
  );

  const { uploaded, released } = await publish(world, await tagPipeline(world));
  expect(uploaded).toMatchObject({ exitCode: 0, outputs: { PACKAGE_FILE_COUNT: "1" } });
  expect(released).toMatchObject({
    exitCode: 0,
    outputs: { RELEASE_URL: expect.stringContaining("/-/releases/v0.15.0") },
  });
  const before = await world.snapshot();
  expect(before).toMatchObject({
    holdings: {
      files: [
        { package: "job-project", version: "0.15.0", name: "job-project-0.15.0.tgz", size: 24 },
        { package: "job-project", version: "0.15.0", name: "job-project-0.15.0.tgz.intoto.json" },
        { package: "job-project", version: "0.15.0", name: "SHA256SUMS" },
      ],
      releases: [
        {
          tag: "v0.15.0",
          links: expect.arrayContaining(
            ["SHA256SUMS", "job-project-0.15.0.tgz", "job-project-0.15.0.tgz.intoto.json"].map(
              (name) => expect.objectContaining({ name }),
            ),
          ),
        },
      ],
    },
  });

  expect(await triggerRelease(world, pipeline)).toMatchObject({
    exitCode: 0,
    outputs: first.outputs,
  });
  const again = await publish(world, await tagPipeline(world));
  expect(again.uploaded).toMatchObject({ exitCode: 0, outputs: uploaded.outputs });
  expect(again.released).toMatchObject({ exitCode: 0, outputs: released.outputs });
  expect(await world.snapshot()).toEqual(before);

  const later = {
    ...pipeline,
    id: pipeline.id,
    createdAt: new Date(Date.now() + 3_600_000).toISOString(),
  };
  const { exitCode, outputs: laterOutputs } = await triggerRelease(world, later);
  expect({ exitCode, outputs: { ...laterOutputs, BUMPED_COMMIT_SHA: "" } }).toEqual({
    exitCode: 0,
    outputs: { ...first.outputs, BUMPED_COMMIT_SHA: "" },
  });
  expect(await world.snapshot()).toEqual(before);
});

test("G25 of two jobs of the same commit one pushes, the other finds the release there, and both succeed", async () => {
  await using world = await exampleWorld();
  const pipeline = await world.server.startPipeline();
  const later = { ...pipeline, createdAt: new Date(Date.now() + 60_000).toISOString() };
  const [left, right] = await Promise.all([
    triggerRelease(world, pipeline),
    triggerRelease(world, later),
  ]);
  expect([left.exitCode, right.exitCode], `${left.output}\n${right.output}`).toEqual([0, 0]);
  expect(left.outputs["RELEASE_TAG"]).toBe("v0.15.0");
  expect(right.outputs["RELEASE_TAG"]).toBe("v0.15.0");
  await world.git("fetch", "--quiet", "origin", "main");
  expect(await world.git("rev-list", "--count", "FETCH_HEAD")).toBe("3");
});

test("G01 a job whose branch moved on pushes nothing, ends with 3, and names the commits in between", async () => {
  await using world = await exampleWorld();
  const pipeline = await world.server.startPipeline();
  const job = await world.job(pipeline, "trigger_release");
  await job.run("bump-version");
  await world.git("commit", "--quiet", "--allow-empty", "--message=A colleague was quicker");
  await world.git("push", "--quiet", "origin", "main");
  const before = await world.snapshot();
  const { exitCode, output } = await job.run("tag-release");
  expect(output).toContain("A colleague was quicker");
  expect(exitCode).toBe(3);
  expect(await world.snapshot()).toEqual(before);
});
