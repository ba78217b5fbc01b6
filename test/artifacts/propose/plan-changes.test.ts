import { expect, test } from "vitest";
import {
  planChanges,
  type Repository,
  type Rules,
  type WantedArtifact,
} from "../../../src/artifacts/propose/plan-changes.ts";
import { readPackageAddress } from "../../../src/artifacts/propose/package-address.ts";

const path = "analytics/config/artifacts.yaml";
const dag = "analytics/dags/job_dag.py";
const url = (version: string) =>
  `https://gitlab.example.org/api/v4/projects/7/packages/generic/job/${version}/job-${version}.conda.tgz`;

const wanted: WantedArtifact = {
  name: "job-0.16.0.conda.tgz",
  id: url("0.16.0"),
  kinship(id) {
    if (id === url("0.16.0")) return "same file";
    return readPackageAddress(id)?.project === "7" ? "same package" : "other";
  },
};

const entry = (name: string, id: string) => `  ${name}:\n    id: ${id}\n    source: url\n`;
const declaring = (...entries: readonly string[]) => `artifacts:\n${entries.join("")}`;
const old = entry("job-0.15.0.conda.tgz", url("0.15.0"));
const now = entry("job-0.16.0.conda.tgz", url("0.16.0"));
const jar = entry("refinery-0.2.3.jar", "org.example:refinery:0.2.3");

function repository(
  files: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>> = {},
): Repository {
  const all = (from: Readonly<Record<string, string>>) =>
    Object.entries(from).map(([file, text]) => ({ path: file, text }));
  return {
    artifactFiles: all(files),
    filesWith: async (text) => all(others).filter((file) => file.text.includes(text)),
  };
}

async function plan(
  files: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>> = {},
  rules: Partial<Rules> = {},
) {
  const { changes, artifacts } = await planChanges(repository(files, others), [wanted], {
    removeOld: false,
    replaceReferences: false,
    source: "url",
    ...rules,
  });
  const [planned] = artifacts;
  return { after: Object.fromEntries(changes.map((one) => [one.path, one.after])), planned };
}

test("an old entry that nothing else names is replaced in its place", async () => {
  const { after, planned } = await plan({ [path]: declaring(old, jar) });
  expect(after).toEqual({ [path]: declaring(now, jar) });
  expect(planned).toMatchObject({ old: [{ name: "job-0.15.0.conda.tgz" }], kept: [], path });
});

test("an old entry that the DAG names stays, and the places are listed", async () => {
  const code = '# a DAG\nartifact("job-0.15.0.conda.tgz")\n';
  const { after, planned } = await plan({ [path]: declaring(old, jar) }, { [dag]: code });
  expect(after).toEqual({ [path]: declaring(old, now, jar) });
  expect(planned).toMatchObject({
    kept: ["job-0.15.0.conda.tgz"],
    references: [{ name: "job-0.15.0.conda.tgz", path: dag, line: 2 }],
  });
});

test("REMOVE_OLD takes it away all the same, DEPLOY_REPLACE_REFERENCES changes the DAG along", async () => {
  const code = 'artifact("job-0.15.0.conda.tgz")  # not my-job-0.15.0.conda.tgz\n';
  const removed = await plan({ [path]: declaring(old, jar) }, { [dag]: code }, { removeOld: true });
  expect(removed.after).toEqual({ [path]: declaring(now, jar) });
  const replaced = await plan(
    { [path]: declaring(old, jar) },
    { [dag]: code },
    { replaceReferences: true },
  );
  expect(replaced.after).toEqual({
    [path]: declaring(now, jar),
    [dag]: 'artifact("job-0.16.0.conda.tgz")  # not my-job-0.15.0.conda.tgz\n',
  });
});

test("of several old entries the one that nothing names is replaced; REMOVE_OLD removes the others", async () => {
  const older = entry("job-0.14.0.conda.tgz", url("0.14.0"));
  const others = { [dag]: 'artifact("job-0.14.0.conda.tgz")\n' };
  const files = { [path]: declaring(older, old, jar) };
  expect((await plan(files, others)).after).toEqual({ [path]: declaring(older, now, jar) });
  expect((await plan(files, others, { removeOld: true })).after).toEqual({
    [path]: declaring(now, jar),
  });
});

test("what is declared already is nothing to change, in both forms of its address", async () => {
  expect((await plan({ [path]: declaring(now, jar) })).after).toEqual({});
  expect((await plan({ [path]: declaring(old, now) })).after).toEqual({});
});

test("the right name with another address gets the address", async () => {
  const wrong = entry("job-0.16.0.conda.tgz", url("0.15.0"));
  expect((await plan({ [path]: declaring(wrong) })).after).toEqual({ [path]: declaring(now) });
});

test.each([
  {
    title: "an entry of the same package with another name",
    entries: [entry("clickstream.tgz", url("0.15.0"))],
  },
  {
    title: "an entry of the same name but for the version, from elsewhere",
    entries: [entry("job-0.15.0-v0.15.0.conda.tgz", "https://example.org/job.tgz")],
  },
  {
    title: "an entry that people copied from the page of the registry",
    entries: [
      entry(
        "job-0.15.0-v0.15.0.conda.tgz",
        "https://gitlab.example.org/group/job/-/package_files/4711/download",
      ),
    ],
  },
])("$title is the old one", async ({ entries }) => {
  expect((await plan({ [path]: declaring(...entries, jar) })).after).toEqual({
    [path]: declaring(now, jar),
  });
});

test("another file of the same package is left alone", async () => {
  const other = entry("job-docs-0.15.0.zip", url("0.15.0"));
  const { after } = await plan({ [path]: declaring(other, old) });
  expect(after).toEqual({ [path]: declaring(other, now) });
});

test("every file with an old entry is changed; a new entry needs one certain file", async () => {
  const files = { [path]: declaring(old), "research/config/artifacts.yaml": declaring(old, jar) };
  expect((await plan(files)).after).toEqual({
    [path]: declaring(now),
    "research/config/artifacts.yaml": declaring(now, jar),
  });
  expect((await plan({ [path]: declaring(jar) })).after).toEqual({ [path]: declaring(jar, now) });
  await expect(plan({ [path]: "", "b.yaml": declaring(jar) })).rejects.toMatchObject({
    code: "E_ARTIFACTS_PLACE",
    message: `No file has an older entry of job-0.16.0.conda.tgz, and 2 files could declare it: ${path}, b.yaml.`,
  });
});
