import { spawnSync } from "node:child_process";

export interface Command {
  readonly title: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface Timing {
  readonly title: string;
  readonly minMs: number;
  readonly medianMs: number;
  readonly maxMs: number;
}

/**
 * Runs commands in turns, so that whatever else the machine does falls on all of them alike.
 *
 * The times of one machine on one day mean little; the ratios between them are what is quoted.
 */
export function measure(commands: readonly Command[], rounds: number): readonly Timing[] {
  const samples = new Map<Command, number[]>(commands.map((command) => [command, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const command of commands) {
      const start = performance.now();
      spawnSync(command.file, command.args, {
        stdio: "ignore",
        env: command.env ?? { PATH: process.env["PATH"], HOME: process.env["HOME"] },
        ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
      });
      // The first round only warms the file cache.
      if (round >= 0) samples.get(command)?.push(performance.now() - start);
    }
  }
  return commands.map((command) => summarise(command.title, samples.get(command) ?? []));
}

export function summarise(title: string, milliseconds: readonly number[]): Timing {
  const sorted = milliseconds.toSorted((left, right) => left - right);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { title, minMs: at(0), medianMs: at(0.5), maxMs: at(1) };
}

/** Prints times and, what counts, ratios to the first row. */
export function printTable(
  title: string,
  timings: readonly Timing[],
  limits: ReadonlyMap<string, number> = new Map(),
): void {
  const base = timings[0]?.medianMs ?? Number.NaN;
  console.log(`\n${title}`);
  for (const { title: name, minMs, medianMs, maxMs } of timings) {
    const ratio = medianMs / base;
    const limit = limits.get(name);
    const verdict =
      limit === undefined ? "" : `  (goal ≤ ${limit}${ratio <= limit ? "" : ", MISSED"})`;
    const times = [minMs, medianMs, maxMs].map((ms) => ms.toFixed(1).padStart(8)).join(" ");
    console.log(`  ${name.padEnd(36)} ${times} ms  ${ratio.toFixed(2).padStart(6)} ×${verdict}`);
  }
}
