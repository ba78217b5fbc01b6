import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Clock, systemClock } from "./clock.ts";
import type { Step } from "./define.ts";
import type { Environment } from "./inputs/read.ts";
import type { Terminal } from "./log/terminal.ts";
import { parseDotenv } from "./outputs/dotenv.ts";
import { run } from "./run.ts";

export interface StepRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What the dotenv file holds afterwards. */
  readonly outputs: Readonly<Record<string, string>>;
  /** `<step>.json`, parsed; `undefined` where none was written. */
  readonly record: unknown;
}

/**
 * Runs a step inside this process, for tests: the same code as the command, with an environment of the caller's.
 *
 * @param options.cwd a folder of the test's own; report and dotenv file land there.
 */
export async function runStep(
  step: Step,
  options: { env: Environment; cwd: string; clock?: Clock; signal?: AbortSignal },
): Promise<StepRun> {
  const { env, cwd, clock = systemClock, signal = new AbortController().signal } = options;
  const [out, err] = [collector(), collector()];
  const exitCode = await run(step, { env, cwd, out, err, clock, signal });
  const dotenv = await readOr(resolve(cwd, env["SLIPWAY_DOTENV"] || "slipway.env"), "");
  const record = await readOr(
    join(resolve(cwd, env["SLIPWAY_REPORT_DIR"] || "slipway-report"), `${step.name}.json`),
    "null",
  );
  const parsed: unknown = JSON.parse(record);
  return {
    exitCode,
    stdout: out.text(),
    stderr: err.text(),
    outputs: Object.fromEntries(parseDotenv(dotenv)),
    record: parsed ?? undefined,
  };
}

function collector(): Terminal & { text(): string } {
  let collected = "";
  return {
    write: (text) => {
      collected += text;
    },
    text: () => collected,
    isTTY: false,
    columns: 80,
  };
}

async function readOr(path: string, otherwise: string): Promise<string> {
  return readFile(path, "utf8").catch(() => otherwise);
}
