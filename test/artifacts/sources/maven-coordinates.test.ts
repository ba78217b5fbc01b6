import { expect, test } from "vitest";
import { parseCoordinates, pathOf } from "../../../src/artifacts/sources/maven-coordinates.ts";

const paths: readonly [id: string, path: string][] = [
  ["org.example:job:1.2", "org/example/job/1.2/job-1.2.jar"],
  ["org.example:job:tgz:1.2", "org/example/job/1.2/job-1.2.tgz"],
  [
    "org.example.refinery:refinery-job:jar:shaded:0.2.3",
    "org/example/refinery/refinery-job/0.2.3/refinery-job-0.2.3-shaded.jar",
  ],
  ["org.example:job:maven-plugin:1", "org/example/job/1/job-1.jar"],
  [
    "org.example:job:1.2-20260131.101500-3",
    "org/example/job/1.2-SNAPSHOT/job-1.2-20260131.101500-3.jar",
  ],
];

test.each(paths)("%s lies at %s", (id, path) => {
  const coordinates = parseCoordinates(id);
  expect("problem" in coordinates ? coordinates.problem : pathOf(coordinates)).toBe(path);
});

const refused: readonly [id: string, why: RegExp][] = [
  ["org.example:job", /Maven coordinates are group:artifact:version/],
  ["a:b:c:d:e:f", /Maven coordinates are/],
  ["org.example:job:1.2-SNAPSHOT", /different file with every build/],
  ["org.example:../job:1.2", /cannot be a part/],
  ["org.example:..:1.2", /cannot be a part/],
  ["https://repo.example.org/job.jar", /cannot be a part|Maven coordinates are/],
];

test.each(refused)("%s is refused", (id, why) => {
  const coordinates = parseCoordinates(id);
  expect("problem" in coordinates ? coordinates.problem : "").toMatch(why);
});
