import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";

import step from "../../steps/conda-pack.ts";
import { makeExampleChannel } from "../../src/conda/index.ts";
import { runStep, silentLog } from "../../src/step/index.ts";
import { unpack } from "../conda/support/packs.ts";
import { temporaryFolder } from "../conda/support/temporary-folder.ts";
import { probe, sparkHome, sparkSubmit } from "../support/spark.ts";

vi.setConfig({ testTimeout: 600_000 });

const project = join(import.meta.dirname, "../../examples/job-project");

test("spark-submit --archives pack#venv runs the example job with the pack's python on its executors", async (context) => {
  const root = await temporaryFolder();
  const home = await sparkHome(context, root);
  const channel = await makeExampleChannel({ env: process.env, log: silentLog });
  const output = join(root, "job.conda.tgz");
  const packed = await runStep(step, {
    cwd: root,
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      PROJECT_DIR: project,
      CONDA_CHANNELS: channel.url,
      PACK_OUTPUT: output,
    },
  });
  expect(packed.stderr).toBe("");
  // The driver is the same python, unpacked at a place of its own; Spark brings pyspark.
  const driver = unpack(output, join(root, "driver"));
  const submit = (job: string, ...args: string[]) =>
    sparkSubmit(home, root, { archive: output, driver, job }, ...args);

  writeFileSync(join(root, "probe.py"), probe);
  const probed = submit(join(root, "probe.py"));
  const line =
    /^PROBE (.*)$/m.exec(probed.stdout)?.[1] ?? `${probed.stdout}\n${probed.stderr.slice(-3000)}`;
  expect(line).toMatch(/^\[\[/);
  const rows: unknown = JSON.parse(line);
  const place = /\/work\/app-[^/]*\/0\/venv(?:\/|$)/;
  expect(rows).toStrictEqual(
    [1, 2].map(() => [expect.stringMatching(place), expect.stringMatching(place)]),
  );

  writeFileSync(
    join(root, "views.tsv"),
    "2024-03-01T10:00:00+00:00\t/a\n2024-03-01T11:00:00+00:00\t/a\n2024-03-02T00:30:00+00:00\t/b\n",
  );
  const site = readdirSync(join(driver, "lib")).find((name) => name.startsWith("python3")) ?? "";
  const job = join(driver, "lib", site, "site-packages/example_job_project/count_views.py");
  const counted = submit(job, "--input", join(root, "views.tsv"), "--output", join(root, "counts"));
  expect(counted.stderr.slice(-3000)).not.toContain("Traceback");
  expect(counted.status).toBe(0);
  const counts = readdirSync(join(root, "counts"))
    .filter((name) => name.startsWith("part-"))
    .toSorted()
    .map((name) => readFileSync(join(root, "counts", name), "utf8"))
    .join("");
  expect(counts).toBe("2024-03-01\t/a\t2\n2024-03-02\t/b\t1\n");

  // The control: the machine's own python has no such project.
  const control = spawnSync("python3", ["-c", "import example_job_project"], { cwd: root });
  expect(control.status).toBe(1);
});
