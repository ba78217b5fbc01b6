import { expect, test } from "vitest";
import { previousTag, versionTags } from "../../steps/shared/version-tags.ts";

const names = [
  "v1.0.0",
  "v1.2.0rc1",
  "v1.10.0",
  "v1.2.0",
  "v1.2.1.dev1",
  "nightly",
  "api/v9",
  "v2",
];

test("the tags of a format are ordered by their versions, not by their letters", () => {
  expect(versionTags(names, "v{new_version}").map(({ name }) => name)).toEqual([
    "v2",
    "v1.10.0",
    "v1.2.1.dev1",
    "v1.2.0",
    "v1.2.0rc1",
    "v1.0.0",
  ]);
});

const cases: readonly [version: string, previous: string | undefined][] = [
  ["1.10.0", "v1.2.0"],
  ["1.2.0", "v1.0.0"],
  ["1.2.0rc2", "v1.2.0rc1"],
  ["1.2.0rc1", "v1.0.0"],
  ["1.2.5", "v1.2.0"],
  ["3.0.0", "v2"],
  ["1.0.0", undefined],
];
test.each(cases)("the release before %s is %s", (version, previous) => {
  expect(previousTag(versionTags(names, "v{new_version}"), version)?.name).toBe(previous);
});

test("in a monorepo only the tags of the project count", () => {
  const tags = versionTags(["api-1.0.0", "web-2.0.0", "api-0.9.0"], "api-{new_version}");
  expect(previousTag(tags, "1.1.0")?.name).toBe("api-1.0.0");
});
