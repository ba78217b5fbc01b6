/** Packing against conda-pack 0.9.2 on an environment of real packages: time, processor time, size, memory. */
import { mkdirSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pythonTools } from "../test/support/python-tools.ts";
import { makeEnvironment, sizeOf } from "./packing/environment.ts";
import { run, type Cost } from "./packing/run.ts";

const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "slipway-tests");
const rounds = Number(process.env["BENCH_ROUNDS"] || "3");
const tools = pythonTools("conda-pack-0.9.2", ["conda-pack==0.9.2", "setuptools<81"]);
if ("whyNot" in tools) {
  console.log(`pack: left out, ${tools.whyNot}`);
  process.exit(0);
}
mkdirSync(cache, { recursive: true });
const prefix = makeEnvironment(join(cache, "bench-env"));
const { files, bytes } = sizeOf(prefix);
console.log(
  `\nPacking ${files} files, ${(bytes / 1e6).toFixed(0)} MB; best of ${rounds}, in turns`,
);

const out = join(cache, "bench-out");
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

interface Contender {
  title: string;
  file: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Times as fast as conda-pack's default. */
  goal?: number;
  before?: () => void;
}

const condaPack = join(tools.folder, "bin/conda-pack");
const theirs = (title: string, name: string, ...args: readonly string[]): Contender => ({
  title,
  file: join(out, name),
  args: [condaPack, "-q", "-f", "-p", prefix, "-o", join(out, name), ...args],
});
const ours = (
  title: string,
  name: string,
  env: Readonly<Record<string, string>>,
  more: Pick<Contender, "goal" | "before"> = {},
): Contender => ({
  title,
  file: join(out, name),
  args: [join(import.meta.dirname, "../dist/bin/conda-pack")],
  env: {
    CONDA_PREFIX_TO_PACK: prefix,
    PACK_OUTPUT: join(out, name),
    PACK_SMOKE_TEST: "false",
    SLIPWAY_REPORT_DIR: join(out, "report"),
    SLIPWAY_DOTENV: join(out, "slipway.env"),
    SOURCE_DATE_EPOCH: "1700000000",
    ...env,
  },
  ...more,
});
const segments = join(out, "segments");
const cached = { PACK_CACHE_DIR: segments };

const contenders: readonly Contender[] = [
  theirs("conda-pack, default (-j 1)", "theirs.tar.gz"),
  theirs("conda-pack -j 2", "theirs2.tar.gz", "-j", "2"),
  ours("ours, builtin", "builtin.tgz", { PACK_COMPRESSOR: "builtin" }),
  ours(
    "ours, equal size (libdeflate)",
    "equal.tgz",
    { PACK_COMPRESSOR: "libdeflate" },
    { goal: 2.5 },
  ),
  ours("ours, default in the image (igzip)", "default.tgz", {}, { goal: 6 }),
  ours("ours, igzip, cold cache", "cold.tgz", cached, {
    before: () => rmSync(segments, { recursive: true, force: true }),
  }),
  ours("ours, igzip, warm cache", "warm.tgz", cached, { goal: 15 }),
  ours("ours, zstd", "ours.tar.zst", {}),
];

const best = new Map<Contender, Cost>();
for (let round = -1; round < rounds; round++) {
  for (const contender of contenders) {
    // A job starts without an earlier pack; replacing one costs all alike.
    rmSync(contender.file, { force: true });
    contender.before?.();
    const cost = run(contender.args, contender.env ?? {});
    const before = best.get(contender);
    // The first round only warms the file cache.
    if (round >= 0 && (before === undefined || cost.seconds < before.seconds))
      best.set(contender, cost);
  }
}

const base = best.get(contenders[0] ?? theirs("", ""));
for (const contender of contenders) {
  const cost = best.get(contender);
  if (cost === undefined || base === undefined) continue;
  const ratio = base.seconds / cost.seconds;
  const size = statSync(contender.file).size;
  const goal =
    contender.goal === undefined
      ? ""
      : `  (goal ≥ ${contender.goal}${ratio >= contender.goal ? "" : ", MISSED"})`;
  console.log(
    `  ${contender.title.padEnd(36)} ${cost.seconds.toFixed(2).padStart(7)} s ${cost.processorSeconds.toFixed(2).padStart(7)} cpu s ${(size / 1e6).toFixed(1).padStart(7)} MB ${(cost.peakBytes / 1e6).toFixed(0).padStart(5)} MB RSS  ${ratio.toFixed(2).padStart(6)} × as fast${goal}`,
  );
}

rmSync(out, { recursive: true, force: true });
