import { expect, test } from "vitest";
import { type Cache, cachedUri, isUnpacked } from "../../../src/artifacts/index.ts";

const place = { name: "cache", position: { file: "artifacts.yaml", line: 1 } };

const cases: readonly { cache: Cache; uri: string }[] = [
  { cache: { ...place, kind: "folder", path: "/mnt/a b" }, uri: "file:///mnt/a%20b/job.tgz" },
  {
    cache: { ...place, kind: "hdfs", api: "webhdfs", urls: [], path: "/c", uri: "hdfs://nn/c" },
    uri: "hdfs://nn/c/job.tgz",
  },
  {
    cache: { ...place, kind: "s3", bucket: "b", prefix: "", endpoint: undefined, region: "eu" },
    uri: "s3a://b/job.tgz",
  },
  {
    cache: { ...place, kind: "s3", bucket: "b", prefix: "x/y", endpoint: undefined, region: "eu" },
    uri: "s3a://b/x/y/job.tgz",
  },
];

test.each(cases)("Spark finds an artifact at $uri", ({ cache, uri }) => {
  expect(cachedUri(cache, "job.tgz")).toBe(uri);
});

test.each([
  ["job.conda.tgz", true],
  ["job.tar.gz", true],
  ["job.zip", true],
  ["job.JAR", true],
  ["job.conda", false],
  ["download", false],
])("%s is unpacked by its suffix: %s", (name, unpacked) => {
  expect(isUnpacked(name)).toBe(unpacked);
});
