import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, type TestContext } from "vitest";
import createRelease from "../../steps/create-release.ts";
import uploadPackage from "../../steps/upload-package.ts";
import { startTaggedProject, type TaggedProject } from "../support/tagged-project.ts";

let project: TaggedProject;

beforeEach(async () => {
  project = await startTaggedProject();
  project.write("demo.tgz", "the pack");
});

let unmount = (): void => {};

afterEach(async () => {
  unmount();
  await project.close();
});

/** A temporary folder without a byte of room. */
function fullFolder(context: TestContext): string {
  const folder = join(project.folder, "full");
  mkdirSync(folder);
  const made = spawnSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", folder]);
  if (made.status !== 0) context.skip("a disk of 4 KiB cannot be mounted here");
  unmount = () => void spawnSync("umount", ["-l", folder]);
  writeFileSync(join(folder, "filler"), Buffer.alloc(4096));
  return folder;
}

test("H18 a full disk is exit 5 that names the place, before anything speaks of what it lacks", async (context) => {
  const job = {
    CI_SERVER_URL: project.gitlab.url,
    CI_PROJECT_URL: `${project.gitlab.url}/group/demo`,
    CI_JOB_URL: `${project.gitlab.url}/group/demo/-/jobs/1`,
    PACKAGE_FILES: "demo.tgz",
  };
  const TMPDIR = fullFolder(context);
  const uploaded = await project.run(uploadPackage, { ...job, TMPDIR });
  expect(uploaded).toMatchObject({ exitCode: 5, record: { error: { code: "E_DISK" } } });
  expect(uploaded.stderr).toContain(TMPDIR);

  expect(await project.run(uploadPackage, job)).toMatchObject({ exitCode: 0 });
  project.write("notes.md", "Notes.");
  const release = { ...job, RELEASE_NOTES_FILE: "notes.md" };
  const released = await project.run(createRelease, { ...release, TMPDIR });
  expect(released).toMatchObject({ exitCode: 5, record: { error: { code: "E_DISK" } } });
  expect(released.stderr).toContain(TMPDIR);
  // SHA256SUMS comes after the release, but that there is no room for it is found before.
  const posts = project.gitlab.admin.requests().filter(({ method }) => method === "POST");
  expect(posts).toEqual([]);

  expect(await project.run(createRelease, release)).toMatchObject({ exitCode: 0 });
});
