import { execFileSync, type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "vitest";
import { hasProgram } from "../conda/support/packs.ts";
import { pythonTools } from "./python-tools.ts";

/** Asks the executors' python who it is, and whether the project is in it. */
export const probe = `
import json, sys
from pyspark import SparkContext

def look(rows):
    import example_job_project, sys
    list(rows)
    yield [sys.prefix, example_job_project.__file__]

context = SparkContext()
print("PROBE " + json.dumps(context.parallelize([1, 2], 2).mapPartitions(look).collect()))
context.stop()
`;

/** A Spark of its own: a local cluster writes into its home. */
export async function sparkHome(context: TestContext, root: string): Promise<string> {
  if (!hasProgram("java")) return context.skip("no java on this machine");
  const tools = pythonTools("pyspark", ["pyspark==4.1.0"]);
  if ("whyNot" in tools) return context.skip(tools.whyNot);
  const find = "import os, pyspark; print(os.path.dirname(pyspark.__file__))";
  const real = execFileSync(join(tools.folder, "bin/python"), ["-c", find], { encoding: "utf8" });
  const home = join(root, "spark");
  mkdirSync(home);
  for (const name of readdirSync(real.trim()))
    if (name !== "work") symlinkSync(join(real.trim(), name), join(home, name));
  return home;
}

/** Runs a Python job on a local cluster, with a pack as the executors' python. */
export function sparkSubmit(
  home: string,
  cwd: string,
  { archive, driver, job }: { archive: string; driver: string; job: string },
  ...args: readonly string[]
): SpawnSyncReturns<string> {
  return spawnSync(
    join(home, "bin/spark-submit"),
    [
      "--master",
      "local-cluster[1,1,1024]",
      "--archives",
      `${archive}#venv`,
      "--conf",
      "spark.pyspark.python=./venv/bin/python",
      "--conf",
      `spark.pyspark.driver.python=${driver}/bin/python`,
      "--conf",
      "spark.ui.enabled=false",
      job,
      ...args,
    ],
    {
      cwd,
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        HOME: cwd,
        SPARK_HOME: home,
        SPARK_LOCAL_IP: "127.0.0.1",
        JAVA_HOME: process.env["JAVA_HOME"],
      },
    },
  );
}
