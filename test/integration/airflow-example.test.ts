import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  cachedUri,
  Findings,
  readArtifactsFile,
  resolveArtifacts,
} from "../../src/artifacts/index.ts";
import { pythonTools } from "../support/python-tools.ts";
import { temporaryFolder, writeFiles } from "../support/repositories.ts";

const root = join(import.meta.dirname, "../..");
const example = join(root, "examples/airflow");
// Installed while the file is loaded: it takes minutes, once.
const tools = pythonTools(
  "airflow-3.3.2",
  ["apache-airflow==3.3.2"],
  ["apache-airflow-providers-apache-spark==6.3.4"],
);

// The helper needs no more than this.
const plain = pythonTools("pyyaml-6.0.3", ["PyYAML==6.0.3"]);

/** Asks a real Airflow what it makes of the folder of DAGs, and what the operator would start. */
const probe = `
import json, sys
from airflow.dag_processing.dagbag import DagBag

bag = DagBag(sys.argv[1])
task = bag.dags["count_views"].get_task("submit") if "count_views" in bag.dags else None
print("PROBE " + json.dumps({
    "errors": list(bag.import_errors.values()),
    "dags": sorted(bag.dags),
    "operator": type(task).__name__,
    "command": task._get_hook()._build_spark_submit_command(task.application) if task else None,
}))
`;

async function askAirflow(python: string, repository: string): Promise<unknown> {
  const home = await temporaryFolder();
  const dags = join(repository, "dags");
  const output = execFileSync(python, ["-c", probe, dags], {
    encoding: "utf8",
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      AIRFLOW_HOME: home,
      AIRFLOW__CORE__LOAD_EXAMPLES: "False",
      AIRFLOW__CORE__DAGS_FOLDER: dags,
      PYTHONPATH: dags,
      AIRFLOW_CONN_SPARK_DEFAULT: '{"conn_type": "spark", "host": "yarn"}',
    },
  });
  const line = output.split("\n").find((one) => one.startsWith("PROBE ")) ?? "PROBE null";
  const value: unknown = JSON.parse(line.slice(6));
  return value;
}

describe("the DAG of examples/airflow", () => {
  test("imports under a real Airflow, and its operator starts Spark with the cached address", async (context) => {
    if ("whyNot" in tools) return context.skip(tools.whyNot);
    const repository = join(await temporaryFolder(), "dags-repository");
    cpSync(example, repository, { recursive: true });
    expect(await askAirflow(join(tools.folder, "bin/python"), repository)).toEqual({
      errors: [],
      dags: ["count_views"],
      operator: "SparkSubmitOperator",
      command: [
        "spark-submit",
        "--master",
        "yarn",
        "--conf",
        "spark.submit.deployMode=cluster",
        "--conf",
        "spark.pyspark.python=./venv/bin/python",
        "--conf",
        "spark.pyspark.driver.python=./venv/bin/python",
        "--archives",
        "hdfs://analytics/data/cache/artifacts/example-job-project-0.15.0.conda.tgz#venv",
        "--name",
        expect.any(String),
        join(repository, "jobs/count_views.py"),
        "--input",
        "hdfs:///data/views/{{ ds }}",
        "--output",
        "hdfs:///data/counts/{{ ds }}",
      ],
    });
  });

  test("declares its artifact so that Slipway reads it without a word", () => {
    const findings = new Findings();
    const path = "config/artifacts.yaml";
    const { artifacts, caches } = readArtifactsFile(
      path,
      readFileSync(join(example, path), "utf8"),
      findings,
    );
    expect({ problems: findings.problems, warnings: findings.warnings }).toEqual({
      problems: [],
      warnings: [],
    });
    expect([artifacts.length, caches.length]).toEqual([1, 1]);
  });

  test("is what the documentation shows", () => {
    const page = readFileSync(join(root, "docs/deployment.md"), "utf8");
    for (const file of ["dags/count_views.py", "jobs/count_views.py", "config/artifacts.yaml"])
      expect(page).toContain(readFileSync(join(example, file), "utf8").trim());
  });
});

/** Runs a line of Python with the helper, its folder holding these files. */
async function askHelper(
  python: string,
  files: Readonly<Record<string, string>>,
  line: string,
): Promise<string> {
  const folder = await temporaryFolder();
  await writeFiles(folder, files);
  const paths = Object.keys(files).map((name) => JSON.stringify(join(folder, name)));
  const script = `from artifacts import Artifacts\nartifacts = Artifacts(${paths.join(", ")})\n${line}`;
  const { status, stdout, stderr } = spawnSync(python, ["-c", script], {
    encoding: "utf8",
    env: { PYTHONPATH: join(example, "dags"), PYTHONDONTWRITEBYTECODE: "1" },
  });
  return status === 0 ? stdout.trim() : (stderr.trim().split("\n").at(-1) ?? "");
}

describe("the helper that turns names into addresses", () => {
  const ours = `default_caches: [hdfs]
artifacts:
  a.tgz: {id: x, source: url}
  b.jar: {id: y, source: url, caches: [s3, nfs, named]}
caches:
  hdfs: {type: webhdfs, url: "https://nn", path: /cache/}
  named: {type: httpfs, url: "https://nn", path: /cache, uri: hdfs://cluster/cache/}
  s3: {type: s3, bucket: b, prefix: /x/y/}
  nfs: {type: folder, path: /mnt/a b}
`;
  const theirs = `default_artifact_caches: [hadoop, store, local]
artifacts:
  a.tgz: {id: x, source: url}
`;
  const surroundings = `artifact_caches:
  hadoop: {class_name: FsArtifactCache, base_uri: "hdfs://nn/cache/"}
  store: {class_name: FsArtifactCache, base_uri: "s3://b/x"}
  local: {class_name: FsArtifactCache, base_uri: "file:///srv/artifacts"}
`;

  test.for([
    { spelling: "ours", files: { "artifacts.yaml": ours } },
    { spelling: "theirs", files: { "artifacts.yaml": theirs, "caches.yaml": surroundings } },
  ])("says what sync-artifacts says, in the spelling of $spelling", async ({ files }, context) => {
    if ("whyNot" in plain) return context.skip(plain.whyNot);
    const findings = new Findings();
    const read = Object.entries(files).map(([path, text]) =>
      readArtifactsFile(path, text, findings),
    );
    const expected = resolveArtifacts(read, findings).flatMap(({ name, caches }) =>
      caches.map((cache) => [name, cache.name, cachedUri(cache, name)]),
    );
    expect(findings.problems).toEqual([]);
    expect(expected.length).toBeGreaterThan(2);
    const asked = JSON.stringify(expected.map(([name, cache]) => [name, cache]));
    const line = `import json; print(json.dumps([[n, c, artifacts.uri(n, c)] for n, c in ${asked}]))`;
    expect(JSON.parse(await askHelper(join(plain.folder, "bin/python"), files, line))).toEqual(
      expected,
    );
  });

  test.for([
    { line: 'print(artifacts.archive("a.tgz", alias="env"))', says: "hdfs:///cache/a.tgz#env" },
    {
      line: 'artifacts.uri("c.tgz")',
      says: /There is no artifact in .*artifacts\.yaml called c\.tgz; there are a\.tgz, b\.jar\./,
    },
    {
      line: 'artifacts.uri("a.tgz", "s3")',
      says: /The artifact a\.tgz is kept in hdfs, not in s3\./,
    },
    {
      line: 'artifacts.archive("download")',
      says: /Spark does not unpack download: it must end in \.tgz/,
    },
  ])("$line says so", async ({ line, says }, context) => {
    if ("whyNot" in plain) return context.skip(plain.whyNot);
    expect(
      await askHelper(join(plain.folder, "bin/python"), { "artifacts.yaml": ours }, line),
    ).toMatch(says);
  });
});
