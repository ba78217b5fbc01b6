import { expect, test } from "vitest";
import { releaseDates } from "../../src/git/release-dates.ts";

const base = { committer: { name: "A", email: "a@b", seconds: 1_700_000_000, zone: "+0100" } };

test.each([
  ["2026-11-24T10:00:00Z", "2026-11-24T10:00:01.000Z", "2026-11-24T10:00:02.000Z"],
  ["2026-11-24T10:00:00.900+01:00", "2026-11-24T09:00:01.000Z", "2026-11-24T09:00:02.000Z"],
  [undefined, "2023-11-14T22:13:21.000Z", "2023-11-14T22:13:22.000Z"],
  ["soon", "2023-11-14T22:13:21.000Z", "2023-11-14T22:13:22.000Z"],
])("a pipeline of %s releases at %s and goes on at %s", (createdAt, release, postRelease) => {
  const dates = releaseDates(createdAt, base);
  expect(dates.release.toISOString()).toBe(release);
  expect(dates.postRelease.toISOString()).toBe(postRelease);
});
