/** Making an environment of a real channel, with packages to fetch or in the cache, against copying the same files. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { makeExampleChannel } from "../src/conda/index.ts";
import { silentLog } from "../src/step/index.ts";
import { summarise } from "./measure.ts";
import { sizeOf } from "./packing/environment.ts";
import { run } from "./packing/run.ts";

const rounds = Number(process.env["BENCH_ROUNDS"] || "5");
const channel = await makeExampleChannel({ env: process.env, log: silentLog });
const work = mkdtempSync(join(tmpdir(), "bench-environment-"));

try {
  compare();
} finally {
  rmSync(work, { recursive: true, force: true });
}

function compare(): void {
  const [model, made, packages] = ["model", "made", "packages"].map((name) => join(work, name));
  if (model === undefined || made === undefined || packages === undefined) return;
  const file = join(work, "environment.yaml");
  writeFileSync(file, `dependencies: [${channel.packages.join(", ")}]\n`);
  const create = (prefix: string) => [
    process.execPath,
    join(import.meta.dirname, "packing/create.ts"),
    prefix,
    file,
    channel.url,
    packages,
  ];
  run(create(model), {});
  const { files, bytes } = sizeOf(model);
  console.log(
    `\nMaking an environment of ${files} files, ${(bytes / 1e6).toFixed(0)} MB; median of ${rounds}, in turns`,
  );

  const contenders = [
    { title: "cp -a of the same files", args: ["cp", "-a", model, made], gone: [made] },
    { title: "ours, packages in the cache", args: create(made), gone: [made] },
    { title: "ours, empty cache", args: create(made), gone: [made, packages] },
  ];
  const seconds = new Map(contenders.map(({ title }): [string, number[]] => [title, []]));
  // The first round only warms the file cache.
  for (let round = -1; round < rounds; round += 1)
    for (const { title, args, gone } of contenders) {
      for (const place of gone) rmSync(place, { recursive: true, force: true });
      const cost = run(args, {});
      if (round >= 0) seconds.get(title)?.push(cost.seconds * 1000);
    }
  const timings = [...seconds].map(([title, times]) => summarise(title, times));
  const base = timings[0]?.medianMs ?? Number.NaN;
  for (const { title, minMs, medianMs } of timings)
    console.log(
      `  ${title.padEnd(36)} ${minMs.toFixed(0).padStart(7)} ${medianMs.toFixed(0).padStart(7)} ms  ${(medianMs / base).toFixed(2).padStart(6)} ×`,
    );
}
