import { expect, test } from "vitest";
import { overlaySource } from "../../src/version/file-source.ts";
import { planBump } from "../../src/version/plan.ts";
import { readHeldVersion } from "../../src/version/release-state.ts";
import {
  postReleaseMessage,
  releaseMessage,
  tagMessage,
  tagWarnings,
  tagName,
} from "../../src/version/release-texts.ts";
import { renderTemplate } from "../../src/version/text/names.ts";
import { memorySource } from "./memory-source.ts";
import { plainConfig, plan, workflowProject } from "./planning.ts";
import { around } from "./schemes.ts";

test("the whole flow: 0.15.0.dev, the release, the next development version", async () => {
  const start = memorySource(workflowProject);
  const release = await planBump({ source: start, operation: { kind: "release" }, around });
  expect(releaseMessage(release, undefined)).toBe("Release version 0.15.0");

  const released = overlaySource(start, release.edits);
  const held = await readHeldVersion({ source: released, around, from: release.currentVersion });
  expect(held).toMatchObject({ version: "0.15.0", isReleased: true, marksDevelopment: true });
  expect(tagName(held.plan, undefined)).toBe("v0.15.0");
  expect(tagName(held.plan, "job-{version}")).toBe("job-0.15.0");
  expect(tagMessage(held.plan)).toBe("Bump version: 0.15.0.dev → 0.15.0");

  const next = await planBump({
    source: released,
    operation: { kind: "post-release", part: "minor" },
    around,
  });
  expect(next.newVersion).toBe("0.16.0.dev");
  expect(postReleaseMessage(next, undefined)).toBe("Bump version: 0.15.0 → 0.16.0.dev");
  expect(next.edits.map(({ path }) => path).toSorted()).toEqual([".bumpversion.cfg", "setup.cfg"]);
});

test("a tag format that does not hold the version is refused: every release would get the same tag", async () => {
  const { plan: held } = await readHeldVersion({ source: memorySource(workflowProject), around });
  expect(() => tagName(held, "release")).toThrow(
    expect.objectContaining({
      code: "E_VERSION_TAG_FORMAT",
      exit: 2,
      message: "TAG_FORMAT is 'release', without {version} in it.",
    }),
  );
});

test("without configuration the flow keeps the spelling", async () => {
  const start = memorySource({ VERSION: "0.15.0.dev\n" });
  const release = await planBump({ source: start, operation: { kind: "release" }, around });
  const released = overlaySource(start, release.edits);
  const held = await readHeldVersion({ source: released, around, from: release.currentVersion });
  expect(held).toMatchObject({ version: "0.15.0", isReleased: true, marksDevelopment: true });
  expect(tagMessage(held.plan)).toBe("Bump version: 0.15.0.dev → 0.15.0");
  const next = await planBump({
    source: released,
    operation: { kind: "post-release", part: "patch", like: release.currentVersion },
    around,
  });
  expect(next.newVersion).toBe("0.15.1.dev");
});

test("a scheme of plain numbers marks no development version", async () => {
  const source = memorySource({ ".bumpversion.cfg": plainConfig("1.2.3") });
  expect(await readHeldVersion({ source, around })).toMatchObject({
    version: "1.2.3",
    isReleased: true,
    marksDevelopment: false,
  });
});

test("a development version is not released", async () => {
  const source = memorySource(workflowProject);
  expect(await readHeldVersion({ source, around })).toMatchObject({ isReleased: false });
});

test.each([
  "[skip ci] Release {new_version}",
  "Release {new_version} [ci skip]",
  "Release {new_version} [CI-SKIP]",
  "Release [skip_ci] {new_version}",
])("G23 the message '%s' of the release commit loses its skip marker", async (message) => {
  const config = workflowProject[".bumpversion.cfg"].replace("\n", `\nmessage = ${message}\n`);
  const release = await plan({ ...workflowProject, ".bumpversion.cfg": config });
  expect(releaseMessage(release, undefined)).toBe("Release 0.15.0");
  expect(releaseMessage(release, `${message} {current_version}`)).toMatch(
    /^Release 0\.15\.0 0\.15\.0\.dev$/,
  );
  expect(postReleaseMessage(release, undefined)).toContain("[");
});

test("a message that was only a skip marker becomes the usual one", async () => {
  const release = await plan(workflowProject);
  expect(releaseMessage(release, "[skip ci]")).toBe("Release version 0.15.0");
});

const withOption = (option: string) => ({
  ...workflowProject,
  ".bumpversion.cfg": workflowProject[".bumpversion.cfg"].replace("\n", `\n${option}\n`),
});

test("an explicitly empty tag message asks for a lightweight tag; it gets the usual message, and is told so", async () => {
  const release = await plan(withOption("tag_message ="));
  expect(tagMessage(release)).toBe("Bump version: 0.15.0.dev → 0.15.0");
  expect(tagWarnings(release)).toEqual([
    expect.stringContaining("tag_message of the bump configuration is empty"),
  ]);
});

test("moveable tags are named as what stays where it is, also where a name cannot be told", async () => {
  const release = await plan(withOption("moveable_tags =\n\tv{new_major}\n\t{nope}"));
  expect(tagWarnings(release)).toEqual([
    expect.stringContaining("stay where they are: v0, {nope}."),
  ]);
  expect(tagWarnings(await plan(workflowProject))).toEqual([]);
});

test("messages know the parts of both versions and the surroundings, but no credential", async () => {
  const release = await plan(
    workflowProject,
    { kind: "release" },
    {
      env: { CI_JOB_TOKEN: "x", CI_JOB_NAME: "job" },
      commitSha: "0123456789",
    },
  );
  const template = "{current_release} {new_minor} {short_commit_sha} {$CI_JOB_NAME} {utcnow:%Y}";
  expect(renderTemplate(template, release.names, "here")).toBe("dev 15 0123456 job 2026");
  expect(() => releaseMessage(release, "{$CI_JOB_TOKEN}")).toThrow("must not be written");
  expect(() => releaseMessage(release, "{nope}")).toThrow(
    "VERSION_COMMIT_MESSAGE: unknown name 'nope'",
  );
});
