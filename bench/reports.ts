/** Reading test reports: ours against python's expat and the readers that others build on, in time and memory. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeGiantText, writeLargeReport } from "../test/support/large-reports.ts";

interface Reader {
  title: string;
  file: string;
  args: readonly string[];
  /** Megabytes above which it needs more memory than a machine of a job has. */
  most?: number;
}

const readers = join(import.meta.dirname, "readers");
const node = process.execPath;
const all: readonly Reader[] = [
  { title: "expat (python), no listener", file: "python3", args: [join(readers, "expat.py")] },
  { title: "ours: counts, keys, lint", file: node, args: [join(readers, "ours.ts")] },
  { title: "saxes, counting cases", file: node, args: [join(readers, "saxes.ts")] },
  {
    title: "fast-xml-parser, tree",
    file: node,
    args: ["--max-old-space-size=6000", join(readers, "fast-xml-parser.ts")],
    most: 200,
  },
  {
    title: "xml2js, tree",
    file: node,
    args: ["--max-old-space-size=6000", join(readers, "xml2js.mjs")],
    most: 60,
  },
];

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 3);
const folder = mkdtempSync(join(tmpdir(), "bench-reports-"));
try {
  const line = "2024-01-01 INFO a line of output\n";
  const files: readonly [string, (file: string) => number][] = [
    ["30 MB, 150,000 cases", (file) => writeLargeReport(file, { cases: 150_000 })],
    ["1,000,000 cases", (file) => writeLargeReport(file, { cases: 1_000_000, repeatEvery: 5000 })],
    [
      "20,000 cases with 10 KB of output each",
      (file) => writeLargeReport(file, { cases: 20_000, output: line.repeat(310) }),
    ],
    ["400 MB in one text", (file) => writeGiantText(file, 400_000_000)],
  ];
  for (const [title, write] of files) {
    const file = join(folder, "report.xml");
    compare(title, file, write(file));
  }
} finally {
  rmSync(folder, { recursive: true });
}

function compare(title: string, file: string, bytes: number): void {
  const megabytes = bytes / 1e6;
  console.log(`\n${title} (${megabytes.toFixed(0)} MB): whole process, median of ${rounds}`);
  const fitting = all.filter(({ most = Infinity }) => megabytes <= most);
  const samples = new Map<Reader, { ms: number; rssMb: number }[]>(
    fitting.map((reader) => [reader, []]),
  );
  // In turns, so that whatever else the machine does falls on all alike.
  for (let round = 0; round < rounds; round += 1)
    for (const reader of fitting) {
      const sample = run(reader, file);
      if (sample !== undefined) samples.get(reader)?.push(sample);
    }
  const [base] = fitting.map((reader) => median(samples.get(reader) ?? []));
  for (const reader of fitting) {
    const measured = median(samples.get(reader) ?? []);
    if (measured === undefined) {
      console.log(`  ${reader.title.padEnd(30)} cannot read it`);
      continue;
    }
    const ratio =
      base === undefined ? "" : `${(base.ms / measured.ms).toFixed(2)} × the speed of the first`;
    console.log(
      `  ${reader.title.padEnd(30)} ${(megabytes / (measured.ms / 1000)).toFixed(0).padStart(5)} MB/s ${measured.rssMb.toFixed(0).padStart(6)} MB RSS  ${ratio}`,
    );
  }
}

function run({ file, args }: Reader, report: string): { ms: number; rssMb: number } | undefined {
  const start = performance.now();
  const { stdout, status } = spawnSync(file, [...args, report], { encoding: "utf8" });
  const ms = performance.now() - start;
  return status === 0 ? { ms, rssMb: Number.parseInt(stdout, 10) / 1024 } : undefined;
}

function median(
  samples: readonly { ms: number; rssMb: number }[],
): { ms: number; rssMb: number } | undefined {
  return samples.toSorted((one, other) => one.ms - other.ms)[Math.floor(samples.length / 2)];
}
