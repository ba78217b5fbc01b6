import { expect, test } from "vitest";
import { occurrencesOf, renameOccurrences } from "../../../src/artifacts/propose/occurrences.ts";
import { readPackageAddress } from "../../../src/artifacts/propose/package-address.ts";
import { nameStem } from "../../../src/artifacts/propose/stem.ts";

test.each([
  ["job-project-0.15.0-v0.15.0.conda.tgz", "job-project.conda.tgz"],
  ["job-project-0.15.0.conda.tgz", "job-project.conda.tgz"],
  ["job-project-0.16.0.dev0-main-1a2b3c4d.conda.tgz", "job-project.conda.tgz"],
  ["job-project-0.16.0.dev-fix-the-thing-1a2b3c4d.conda.tgz", "job-project.conda.tgz"],
  ["job-project-1.0.0rc1.conda.tgz", "job-project.conda.tgz"],
  ["job-project.conda.tgz", "job-project.conda.tgz"],
  ["refinery-job-0.2.3-shaded.jar", "refinery-job-shaded.jar"],
  ["refinery-job-0.2.4-SNAPSHOT-shaded.jar", "refinery-job-shaded.jar"],
  ["python3-job-1.2.tgz", "python3-job.tgz"],
  ["job2-1.2.3.zip", "job2.zip"],
])("%s without its version is %s", (name, stem) => {
  expect(nameStem(name)).toBe(stem);
});

test("an address of the registry is read in both of its forms", () => {
  expect(
    readPackageAddress(
      "https://gitlab.example.org/api/v4/projects/group%2Fjob/packages/generic/job/0.15.0/job-0.15.0%2B1.tgz",
    ),
  ).toEqual({
    server: "https://gitlab.example.org",
    project: "group/job",
    file: { package: "job", version: "0.15.0", name: "job-0.15.0+1.tgz" },
    fileId: undefined,
  });
  expect(
    readPackageAddress("https://gitlab.example.org/group/sub/job/-/package_files/4711/download"),
  ).toEqual({
    server: "https://gitlab.example.org",
    project: "group/sub/job",
    file: undefined,
    fileId: 4711,
  });
  for (const other of ["org.example:job:1.0", "https://example.org/job.tgz", "file:///srv/job.tgz"])
    expect(readPackageAddress(other)).toBeUndefined();
});

const code = `artifact("job-0.15.0.tgz")
uri = "job-0.15.0.tgz#venv"
other = "my-job-0.15.0.tgz"
digest = "job-0.15.0.tgz.sha256"
more = "job-0x15.0.tgz"
# it is job-0.15.0.tgz.
`;

test("a name is found as a whole, not within another one", () => {
  expect(occurrencesOf("job-0.15.0.tgz", code).map(({ line }) => line)).toEqual([1, 2, 6]);
});

test("a name is replaced where it is found, also by one that looks like a pattern", () => {
  expect(renameOccurrences(code, "job-0.15.0.tgz", "$&-1.tgz")).toBe(
    code
      .replace('("job-0.15.0.tgz")', '("$$&-1.tgz")')
      .replace('"job-0.15.0.tgz#venv"', '"$$&-1.tgz#venv"')
      .replace("is job-0.15.0.tgz.", "is $$&-1.tgz."),
  );
});
