import type { Collected } from "./collected.ts";
import type { Step } from "./define.ts";
import { exit, type StepError } from "./errors.ts";
import type { GivenText } from "./inputs/read.ts";
import type { StepLog } from "./log/human.ts";
import type { Redactor } from "./redact/redactor.ts";
import { writeReport } from "./report/folder.ts";
import type { StepRecord } from "./report/record.ts";
import { writeReproduction } from "./reproduce/write.ts";
import type { EffectState } from "./run-effects.ts";
import { slipwayVersion } from "./version.ts";
import type { World } from "./world.ts";

export interface Ended {
  step: Step;
  world: World;
  log: StepLog;
  redactor: Redactor;
  dryRun: boolean;
  startedAt: Date;
  seconds: number;
  failure: StepError | undefined;
  given: ReadonlyMap<string, GivenText>;
  /** `undefined` where no report can be written. */
  reportFolder: string | undefined;
  image: string | undefined;
}

/** Says how far a failed run came, effect by effect. */
export function tellStanding({ failure, log }: Ended, { effects }: Collected): void {
  if (failure === undefined) return;
  for (const { sentence, state } of effects) log.tell(`  ${stateInWords[state]}: ${sentence}`);
}

const stateInWords: Readonly<Record<EffectState, string>> = {
  done: "was done before",
  applied: "done",
  planned: "planned",
  pending: "not begun",
  failed: "failed",
  undone: "taken back",
  unknown: "begun, outcome not known (the next run finds out)",
};

/** Writes the step's part of the report; where it failed, with how to see it again. */
export async function writeEnd(ended: Ended, collected: Collected): Promise<void> {
  const { failure, reportFolder, redactor, log } = ended;
  const { blocks, links } = collected;
  if (failure !== undefined && !isReproduction(ended)) {
    const command = await reproduction(ended, collected);
    const title = "To see this again on your machine, in a checkout of the same commit:";
    log.tell(`${title}\n  ${command}`);
    blocks.push({ kind: "paragraph", text: title }, { kind: "code", text: command });
  }
  if (reportFolder === undefined) return;
  const parts = { record: recordOf(ended, collected), blocks, links };
  const leftOut = await writeReport(reportFolder, parts, redactor);
  if (leftOut > 0) log.warn(`${leftOut} links are left out of annotations.json: see its limits.`);
}

/** A dry run outside a job is most likely the printed command itself. */
function isReproduction({ dryRun, world }: Ended): boolean {
  return dryRun && world.env["GITLAB_CI"] !== "true";
}

function reproduction(
  { step, world, given, reportFolder, redactor, image }: Ended,
  { variables }: Collected,
): Promise<string> {
  return writeReproduction(
    {
      step,
      given,
      variables,
      env: world.env,
      cwd: world.cwd,
      reportFolder,
      image: image ?? `slipway:${slipwayVersion}`,
    },
    redactor,
  );
}

function recordOf(ended: Ended, { effects, outputs, data, findings }: Collected): StepRecord {
  const { step, startedAt, seconds, failure, dryRun, given } = ended;
  const shown = [...given].filter(([name]) => step.inputs[name]?.secret === false);
  return {
    step: step.name,
    version: slipwayVersion,
    startedAt: startedAt.toISOString(),
    seconds,
    exitCode: failure?.exit ?? exit.ok,
    dryRun,
    ...(failure === undefined ? {} : { error: plainError(failure) }),
    inputs: Object.fromEntries(shown.map(([name, { text }]) => [name, text])),
    effects,
    outputs: dryRun ? {} : Object.fromEntries(outputs),
    data: findings.length === 0 ? data : { ...data, findings: findings.map(plainError) },
  };
}

function plainError({ code, message, hint }: StepError): {
  code: string;
  message: string;
  hint?: string;
} {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
