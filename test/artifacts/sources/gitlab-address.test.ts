import { expect, test } from "vitest";
import { packageFileAt } from "../../../src/artifacts/sources/gitlab-address.ts";

const read = (url: string, server = "https://gitlab.example.org"): unknown =>
  packageFileAt(new URL(url), server);

test("the API's address names project, package, version and file", () => {
  expect(
    read("https://gitlab.example.org/api/v4/projects/group%2Fjob/packages/generic/job/1.0/x.tgz"),
  ).toMatchObject({
    project: "group/job",
    file: { package: "job", version: "1.0", name: "x.tgz" },
  });
});

test("the web page's address names project and number", () => {
  expect(read("https://gitlab.example.org/a/b/job/-/package_files/4711/download")).toMatchObject({
    project: "a/b/job",
    fileId: 4711,
  });
});

test("a GitLab below a path is read from there", () => {
  const server = "https://example.org/gitlab";
  expect(read("https://example.org/gitlab/a/b/-/package_files/1/download", server)).toMatchObject({
    project: "a/b",
    fileId: 1,
  });
  expect(read("https://example.org/a/b/-/package_files/1/download", server)).toBeUndefined();
});

test.each([
  "https://gitlab.example.org.evil.example/a/b/-/package_files/1/download",
  "http://gitlab.example.org/a/b/-/package_files/1/download",
  "https://gitlab.example.org/a/b/-/releases/v1/downloads/x.tgz",
])("%s is no package file of this GitLab", (url) => {
  expect(read(url)).toBeUndefined();
});
