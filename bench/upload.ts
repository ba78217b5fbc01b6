/** Uploads one large file with `upload-package` and with curl: throughput as a ratio, and the peak of memory. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { summarise } from "./measure.ts";

const gibibyte = 1024 ** 3;
const sizeBytes = Number(process.env["BENCH_GIB"] ?? "2") * gibibyte;
const rounds = Number(process.env["BENCH_ROUNDS"] ?? "3");
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "bench-upload-"));

interface Sample {
  ms: number;
  peakMiB: number;
}

try {
  await compare();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare(): Promise<void> {
  const file = join(folder, "large.bin");
  writeFileSync(file, "");
  truncateSync(file, sizeBytes);
  const sink = await startSink();
  const step = [join(root, "dist/bin/upload-package")];
  const curl = ["curl", "--silent", "--fail", "--header", "Expect:", "--upload-file", file];
  const samples: Record<"curl" | "step", Sample[]> = { curl: [], step: [] };
  try {
    for (let round = 0; round < rounds; round += 1) {
      samples.curl.push(await run([...curl, `${sink.url}/file`], {}));
      samples.step.push(
        await run(step, {
          CI_API_V4_URL: `${sink.url}/api/v4`,
          CI_PROJECT_ID: "7",
          CI_PROJECT_NAME: "bench",
          CI_JOB_TOKEN: "bench-token",
          PACKAGE_FILES: "large.bin",
          // A version of its own each time: nothing is there yet.
          PACKAGE_VERSION: `1.${round}`,
        }),
      );
    }
  } finally {
    sink.stop();
  }
  report(samples);
}

function report({ curl, step }: Record<"curl" | "step", Sample[]>): void {
  const times = [
    summarise(
      "curl",
      curl.map(({ ms }) => ms),
    ),
    summarise(
      "upload-package",
      step.map(({ ms }) => ms),
    ),
  ];
  console.log(`\nUpload of ${sizeBytes / gibibyte} GiB to this machine (${rounds} rounds)`);
  for (const [index, { title, medianMs }] of times.entries()) {
    const peak = Math.max(...(index === 0 ? curl : step).map(({ peakMiB }) => peakMiB));
    const speed = sizeBytes / 1024 ** 2 / (medianMs / 1000);
    console.log(
      `${title.padEnd(16)} ${speed.toFixed(0).padStart(6)} MiB/s   peak ${peak.toFixed(0)} MiB`,
    );
  }
  const ratio = (times[0]?.medianMs ?? 0) / (times[1]?.medianMs ?? 1);
  console.log(`throughput with digest against curl without: ${ratio.toFixed(2)} (target 0.90)`);
}

async function run(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Sample> {
  const [file = "", ...args] = command;
  const start = performance.now();
  const child = spawn(file, args, {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  let peakMiB = 0;
  const poll = setInterval(() => (peakMiB = Math.max(peakMiB, peakOf(child.pid))), 20);
  await once(child, "close");
  clearInterval(poll);
  if (child.exitCode !== 0) throw new Error(`${file} ended with ${child.exitCode}`);
  return { ms: performance.now() - start, peakMiB };
}

function peakOf(pid: number | undefined): number {
  try {
    return (
      Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024
    );
  } catch {
    return 0;
  }
}

/** A server in a process of its own that only swallows bytes, so that what is measured is the sender. */
async function startSink(): Promise<{ url: string; stop: () => void }> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL("sink/upload-sink.ts", import.meta.url))],
    {
      env: { SINK_BYTES: String(sizeBytes) },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const [line]: unknown[] = await once(child.stdout, "data");
  return { url: String(line).trim(), stop: () => child.kill() };
}
