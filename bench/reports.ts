/** Reading test reports: ours against python's expat and the readers that others build on, in time and memory. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { rolldown } from "rolldown";
import { writeGiantText, writeLargeReport } from "../test/support/large-reports.ts";

interface Reader {
  title: string;
  command: (report: string) => readonly string[];
  /** Megabytes above which it needs more memory than a machine of a job has. */
  most?: number;
}

/** Of one run, as `readers/measured.py` prints it. */
interface Sample {
  seconds: number;
  /** Seconds of processor: steadier than the other where the machine has more to do. */
  cpu: number;
  /** Largest memory in KiB. */
  rss: number;
}

const readers = join(import.meta.dirname, "readers");
const folder = mkdtempSync(join(tmpdir(), "bench-reports-"));
const node = process.execPath;
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 3);

try {
  await compareAll();
} finally {
  rmSync(folder, { recursive: true });
}

async function compareAll(): Promise<void> {
  const all = await allReaders();
  const line = "2024-01-01 INFO a line of output\n";
  const report = join(folder, "report.xml");
  const files: readonly [string, (file: string) => number][] = [
    ["30 MB, 150,000 cases", (file) => writeLargeReport(file, { cases: 150_000 })],
    ["1,000,000 cases", (file) => writeLargeReport(file, { cases: 1_000_000, repeatEvery: 5000 })],
    [
      "20,000 cases with 10 KB of output each",
      (file) => writeLargeReport(file, { cases: 20_000, output: line.repeat(310) }),
    ],
    ["400 MB in one text", (file) => writeGiantText(file, 400_000_000)],
  ];
  for (const [title, write] of files) compare(title, all, report, write(report));
  rmSync(report);

  const many = join(folder, "many");
  mkdirSync(many);
  let bytes = 0;
  for (let number = 0; number < 10_000; number += 1)
    bytes += writeLargeReport(join(many, `TEST-${number}.xml`), {
      cases: 5,
      firstCase: number * 5,
    });
  const several = all.filter(({ title }) => /expat|ours|step/.test(title));
  compare("10,000 files, 50,000 cases", several, many, bytes);
}

/** What is written in TypeScript is bundled first, as it is for its users: to strip types takes half a second. */
async function allReaders(): Promise<readonly Reader[]> {
  const bundle = async (file: string): Promise<string> => {
    const bundler = await rolldown({ input: join(readers, file), platform: "node" });
    const output = join(folder, `${basename(file, ".ts")}.mjs`);
    await bundler.write({ file: output, format: "esm", codeSplitting: false });
    return output;
  };
  const [ours, saxes, fastXmlParser] = await Promise.all(
    ["ours.ts", "saxes.ts", "fast-xml-parser.ts"].map(bundle),
  );
  const large = "--max-old-space-size=6000";
  return [
    {
      title: "expat (python), no listener",
      command: (report) => ["python3", join(readers, "expat.py"), report],
    },
    { title: "ours: counts, keys, lint", command: (report) => [node, ours ?? "", report] },
    { title: "the step, with its outputs", command: stepCommand },
    { title: "saxes, counting cases", command: (report) => [node, saxes ?? "", report] },
    {
      title: "fast-xml-parser, tree",
      command: (report) => [node, large, fastXmlParser ?? "", report],
      most: 200,
    },
    {
      title: "xml2js, tree",
      command: (report) => [node, large, join(readers, "xml2js.mjs"), report],
      most: 60,
    },
  ];
}

function stepCommand(report: string): readonly string[] {
  return [
    "env",
    `JUNIT_REPORTS=${report.endsWith(".xml") ? report : `${report}/*.xml`}`,
    "REPORT_ONLY=true",
    `SLIPWAY_REPORT_DIR=${join(folder, "slipway-report")}`,
    `SLIPWAY_DOTENV=${join(folder, "slipway.env")}`,
    join(import.meta.dirname, "../dist/bin/junit-report-check"),
  ];
}

function compare(title: string, all: readonly Reader[], report: string, bytes: number): void {
  const megabytes = bytes / 1e6;
  console.log(`\n${title} (${megabytes.toFixed(0)} MB): whole process, median of ${rounds}`);
  const fitting = all.filter(({ most = Infinity }) => megabytes <= most);
  const samples = new Map<Reader, Sample[]>(fitting.map((reader) => [reader, []]));
  // In turns, so that whatever else the machine does falls on all alike.
  for (let round = 0; round < rounds; round += 1)
    for (const reader of fitting) {
      const sample = run(reader.command(report));
      if (sample !== undefined) samples.get(reader)?.push(sample);
    }
  const [base] = fitting.map((reader) => samples.get(reader) ?? []);
  for (const reader of fitting) {
    const own = samples.get(reader) ?? [];
    const name = `  ${reader.title.padEnd(28)}`;
    if (own.length === 0) {
      console.log(`${name} cannot read it`);
      continue;
    }
    const speed = (megabytes / median(own, "seconds")).toFixed(0).padStart(5);
    const memory = (median(own, "rss") / 1024).toFixed(0).padStart(6);
    const ratio = (of: keyof Sample) => (median(base ?? [], of) / median(own, of)).toFixed(2);
    console.log(
      `${name} ${speed} MB/s ${memory} MB RSS  ${ratio("seconds")} × the speed of the first, ${ratio("cpu")} × by processor time`,
    );
  }
}

function run(command: readonly string[]): Sample | undefined {
  const measured = [join(readers, "measured.py"), ...command];
  const { stdout } = spawnSync("python3", measured, { encoding: "utf8" });
  const taken: Sample & { status: number } = JSON.parse(stdout);
  return taken.status === 0 ? taken : undefined;
}

function median(samples: readonly Sample[], of: keyof Sample): number {
  const sorted = samples.map((sample) => sample[of]).toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
