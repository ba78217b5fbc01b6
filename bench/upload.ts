/**
 * Uploads one large file with `upload-package` and with what a person would use instead: throughput as ratios, and the
 * peak of memory.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { summarise } from "./measure.ts";

const gibibyte = 1024 ** 3;
const sizeBytes = Number(process.env["BENCH_GIB"] ?? "1") * gibibyte;
const rounds = Number(process.env["BENCH_ROUNDS"] ?? "5");
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "bench-upload-"));

const ours = "upload-package";
let version = 0;

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
  const url = `${sink.url}/file`;
  const curl = ["curl", "--silent", "--fail", "--header", "Expect:", "--upload-file", file, url];
  const reader = fileURLToPath(new URL("readers/whole-file.mjs", import.meta.url));
  const samples = new Map<string, Sample[]>();
  const take = async (title: string, ...commands: readonly (readonly string[])[]) => {
    const parts: Sample[] = [];
    for (const command of commands) parts.push(await run(command, environment(sink.url)));
    const ms = parts.reduce((sum, part) => sum + part.ms, 0);
    const peakMiB = Math.max(...parts.map((part) => part.peakMiB));
    samples.set(title, [...(samples.get(title) ?? []), { ms, peakMiB }]);
  };
  try {
    // In turns, so that what else the machine does meets all of them.
    for (let round = 0; round < rounds; round += 1) {
      await take(ours, [join(root, "dist/bin/upload-package")]);
      await take("curl alone", curl);
      await take("curl, openssl dgst", ["openssl", "dgst", "-sha256", file], curl);
      await take("curl, sha256sum", ["sha256sum", file], curl);
      // Node reads no file of more than 2 GiB whole.
      if (sizeBytes < 2 * gibibyte) await take("whole file", [process.execPath, reader, file, url]);
    }
  } finally {
    sink.stop();
  }
  report(samples);
}

function environment(sinkUrl: string): Readonly<Record<string, string>> {
  return {
    CI_API_V4_URL: `${sinkUrl}/api/v4`,
    CI_PROJECT_ID: "7",
    CI_PROJECT_NAME: "bench",
    CI_JOB_TOKEN: "bench-token",
    PACKAGE_FILES: "large.bin",
    // A version of its own each time: nothing is there yet.
    PACKAGE_VERSION: `1.${(version += 1)}`,
  };
}

function report(samples: ReadonlyMap<string, readonly Sample[]>): void {
  console.log(`\nUpload of ${sizeBytes / gibibyte} GiB to this machine (${rounds} rounds)`);
  const own = samples.get(ours) ?? [];
  for (const [title, all] of samples) {
    const times = all.map(({ ms }) => ms);
    const { medianMs } = summarise(title, times);
    const speed = sizeBytes / 1024 ** 2 / (medianMs / 1000);
    const peak = Math.max(...all.map(({ peakMiB }) => peakMiB));
    const ratios = times.map((ms, round) => ms / (own[round]?.ms ?? Number.NaN));
    const ratio =
      title === ours ? "" : `   ours is ${summarise(title, ratios).medianMs.toFixed(2)} ×`;
    console.log(
      `${title.padEnd(20)} ${speed.toFixed(0).padStart(6)} MiB/s   peak ${peak.toFixed(0).padStart(5)} MiB${ratio}`,
    );
  }
  console.log("Targets, with the digest: 0.90 × curl with a digest, 150 MiB.");
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
