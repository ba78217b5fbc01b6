import { expect, test } from "vitest";
import { nearMisses } from "../../../src/step/inputs/near-miss.ts";

const wanted = ["POST_RELEASE_VERSION_BUMP", "PACKAGE_NAME", "DRY_RUN", "PORT"];

const misses: readonly { got: string; meant: string | undefined }[] = [
  { got: "POST_RELEASE_VERSION_BUM", meant: "POST_RELEASE_VERSION_BUMP" },
  { got: "POST_RELASE_VERSION_BUMP", meant: "POST_RELEASE_VERSION_BUMP" },
  { got: "post_release_version_bump", meant: "POST_RELEASE_VERSION_BUMP" },
  { got: "POST_RELEASE_VERISON_BUMP", meant: "POST_RELEASE_VERSION_BUMP" },
  { got: "DRYRUN", meant: "DRY_RUN" },
  { got: "DRY_RNU", meant: "DRY_RUN" },
  { got: "PACKED_NAME", meant: undefined },
  { got: "PACKAGE_FILES", meant: undefined },
  { got: "PART", meant: undefined },
  { got: "VERSION_BUMP", meant: undefined },
  { got: "SOMETHING_ELSE", meant: undefined },
];

test.each(misses)("$got means $meant", ({ got, meant }) => {
  const found = nearMisses([got], new Set(wanted), wanted);
  expect(found).toEqual(meant === undefined ? [] : [{ got, meant }]);
});

test("a name that another declaration knows is no misspelling", () => {
  expect(nearMisses(["DRY_RUNS"], new Set([...wanted, "DRY_RUNS"]), wanted)).toEqual([]);
});
