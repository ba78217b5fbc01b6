import { access, constants, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Clock } from "./clock.ts";
import { commonInputs } from "./common-inputs.ts";
import type { BoundStep, Step, StepContext } from "./define.ts";
import { exit, type StepError } from "./errors.ts";
import type { Inputs, Values } from "./inputs/input.ts";
import {
  type Environment,
  type GivenText,
  type Problem,
  type ReadInputs,
  readInputs,
} from "./inputs/read.ts";
import { kitError } from "./kit-errors.ts";
import { humanLog, type LogOptions, type StepLog } from "./log/human.ts";
import { jsonLog } from "./log/json.ts";
import type { Terminal } from "./log/terminal.ts";
import { parseDotenv, renderDotenv } from "./outputs/dotenv.ts";
import { replaceFile } from "./outputs/replace-file.ts";
import { secretsInEnvironment } from "./redact/environment.ts";
import { Redactor } from "./redact/redactor.ts";
import type { Block } from "./report/blocks.ts";
import { type Link, openReportFolder, writeReport } from "./report/folder.ts";
import { journalAt, noJournal } from "./report/journal.ts";
import type { StepRecord } from "./report/record.ts";
import { writeReproduction } from "./reproduce.ts";
import { type EffectRecord, runEffects } from "./run-effects.ts";
import { asStepError } from "./translate.ts";
import { slipwayVersion } from "./version.ts";
import { Secret } from "./secret.ts";

/** The world that a step runs in: the process's, or a test's. */
export interface World {
  readonly env: Environment;
  readonly cwd: string;
  readonly out: Terminal;
  readonly err: Terminal;
  readonly clock: Clock;
  /** Aborted with the error to end with. */
  readonly signal: AbortSignal;
}

/** How long an effect that is under way may take to stop after a signal; GitLab kills about 10 s after it asks. */
const graceMs = 5000;

/** Runs a step from its environment to its report. @returns the exit code. */
export async function run(step: Step, world: World): Promise<number> {
  const redactor = new Redactor();
  redactor.add(...secretsInEnvironment(world.env));
  const common = readInputs(commonInputs, { env: world.env, earlier: new Map(), known: new Set() });
  const log = await openLog(step, world, redactor, common);
  return new Run(step, world, redactor, log, common).toTheEnd();
}

type Common = ReadInputs<typeof commonInputs>;

async function openLog(
  step: Step,
  world: World,
  redactor: Redactor,
  { values }: Common,
): Promise<StepLog> {
  const { env, out, err, clock } = world;
  const inJob = env["GITLAB_CI"] === "true";
  const wanted = env["NO_COLOR"]
    ? false
    : env["FORCE_COLOR"]
      ? env["FORCE_COLOR"] !== "0"
      : out.isTTY || inJob;
  const options: LogOptions = {
    out,
    err,
    redactor,
    level: values.LOG_LEVEL ?? "info",
    clock,
    colour: wanted,
    inJob,
  };
  return values.LOG_FORMAT === "json" ? jsonLog(options, step.name) : humanLog(options);
}

class Run {
  readonly #step: Step;
  readonly #world: World;
  readonly #redactor: Redactor;
  readonly #log: StepLog;
  readonly #common: Common;
  readonly #dryRun: boolean;
  readonly #effects: EffectRecord[] = [];
  readonly #outputs = new Map<string, string>();
  readonly #data: Record<string, unknown> = {};
  readonly #blocks: Block[] = [];
  readonly #links: Link[] = [];
  readonly #findings: StepError[] = [];
  readonly #cleanUps: (() => Promise<void> | void)[] = [];
  readonly #variables = new Set<string>();
  #given: ReadonlyMap<string, GivenText> = new Map();
  #reportFolder: string | undefined;
  #workFolder: Promise<string> | undefined;

  constructor(step: Step, world: World, redactor: Redactor, log: StepLog, common: Common) {
    this.#step = step;
    this.#world = world;
    this.#redactor = redactor;
    this.#log = log;
    this.#common = common;
    this.#dryRun = common.values.SLIPWAY_DRY_RUN ?? common.values.DRY_RUN ?? false;
  }

  async toTheEnd(): Promise<number> {
    const startedAt = this.#world.clock.now();
    const startMs = this.#world.clock.monotonicMs();
    let failure = await this.#attempt(() => this.#work());
    failure ??= this.#dryRun ? undefined : await this.#attempt(() => this.#writeOutputs());
    await this.#cleanUp();
    if (failure !== undefined) this.#log.error(failure);
    this.#tellStanding(failure);

    const record: StepRecord = {
      step: this.#step.name,
      version: slipwayVersion,
      startedAt: startedAt.toISOString(),
      seconds: Math.round(this.#world.clock.monotonicMs() - startMs) / 1000,
      exitCode: failure?.exit ?? exit.ok,
      dryRun: this.#dryRun,
      ...(failure === undefined ? {} : { error: plainError(failure) }),
      inputs: this.#plainInputs(),
      effects: this.#effects,
      outputs: this.#dryRun ? {} : Object.fromEntries(this.#outputs),
      data:
        this.#findings.length === 0
          ? this.#data
          : { ...this.#data, findings: this.#findings.map(plainError) },
    };
    const unreported = await this.#attempt(() => this.#report(record, failure));
    if (unreported !== undefined) this.#log.error(unreported);
    if (this.#dryRun) this.#world.out.write("DRY RUN: nothing was changed\n");
    return failure?.exit ?? unreported?.exit ?? exit.ok;
  }

  /** Runs a part to its end, or until a signal and a little grace have passed. */
  async #attempt(part: () => Promise<void>): Promise<StepError | undefined> {
    const { signal, clock } = this.#world;
    const stop = new AbortController();
    const work = part();
    try {
      await Promise.race([work, interruption(signal, clock, stop.signal)]);
      return undefined;
    } catch (error) {
      return signal.aborted ? asStepError(signal.reason) : asStepError(error);
    } finally {
      stop.abort();
      work.catch(() => {});
    }
  }

  async #work(): Promise<void> {
    await this.#openReport();
    const bound = await this.#bind();
    const context = this.#context();
    const effects = await bound.plan(context);
    const journal =
      this.#dryRun || this.#reportFolder === undefined
        ? noJournal
        : journalAt(
            join(this.#reportFolder, "journal.ndjson"),
            this.#step.name,
            this.#world.clock,
            this.#redactor,
          );
    await runEffects(effects, this.#effects, {
      log: this.#log,
      journal,
      signal: this.#world.signal,
      dryRun: this.#dryRun,
      refuse: context.refuse,
    });
    if (!this.#dryRun) await bound.conclude(context);
  }

  async #bind(): Promise<BoundStep> {
    const { env } = this.#world;
    const read = readInputs<Inputs>(this.#step.inputs, {
      env,
      earlier: await this.#earlierOutputs(),
      known: new Set([
        ...Object.keys(commonInputs),
        ...Object.keys(this.#step.outputs),
        ...namesReadBy(this.#step.inputs),
      ]),
    });
    this.#given = read.given;
    this.#learnSecrets(read.values);
    for (const warning of [...this.#common.warnings, ...read.warnings]) this.#log.warn(warning);
    this.#tellOrigins();
    const problems = [...this.#common.problems, ...read.problems];
    if (problems.length > 0) throw wrongInputs(problems);
    const bound = this.#step.bind(read.values);
    if (bound.problems.length > 0) throw wrongInputs(bound.problems);
    return bound;
  }

  #learnSecrets(values: Values<Inputs>): void {
    for (const [name, value] of Object.entries(values)) {
      if (!(value instanceof Secret)) continue;
      const text = value.reveal();
      this.#redactor.add(text);
      // GitLab masks nothing shorter either (S09).
      if (text.length < 8)
        this.#log.warn(`${name} has fewer than 8 characters, too few to be masked in the log.`);
    }
  }

  #tellOrigins(): void {
    for (const [name, { text, origin }] of this.#given) {
      if (origin.kind !== "chain") continue;
      const shown = this.#step.inputs[name]?.secret === true ? "[MASKED]" : text;
      this.#log.info(`${name}: ${shown} (output ${origin.output} of an earlier step)`);
    }
  }

  #context(): StepContext {
    const { env, cwd, clock, signal } = this.#world;
    return {
      inputs: {},
      origins: Object.fromEntries(
        [...this.#given].map(([name, { origin }]) => [name, originName(name, origin)]),
      ),
      variable: (name) => {
        this.#variables.add(name);
        return env[name] === "" ? undefined : env[name];
      },
      environment: env,
      cwd,
      clock,
      signal,
      log: this.#log,
      redactor: this.#redactor,
      dryRun: this.#dryRun,
      version: slipwayVersion,
      reportFolder: this.#reportPath(),
      workFolder: () => (this.#workFolder ??= mkdtemp(join(env["TMPDIR"] || tmpdir(), "slipway-"))),
      defer: (cleanUp) => this.#cleanUps.unshift(cleanUp),
      output: (name, value) => this.#outputs.set(name, value),
      fact: (name, value) => {
        this.#data[name] = value;
      },
      report: (...blocks) => this.#blocks.push(...blocks),
      link: (label, url) => this.#links.push({ label, url }),
      refuse: (error) => {
        if (!this.#dryRun) throw error;
        this.#findings.push(error);
        this.#log.error(error);
      },
    };
  }

  async #earlierOutputs(): Promise<ReadonlyMap<string, string>> {
    try {
      return parseDotenv(await readFile(this.#dotenvPath(), "utf8"));
    } catch {
      return new Map();
    }
  }

  async #openReport(): Promise<void> {
    try {
      await openReportFolder(this.#reportPath());
      this.#reportFolder = this.#reportPath();
    } catch (error) {
      if (!this.#isDefault("SLIPWAY_REPORT_DIR")) throw error;
      this.#log.warn(`No report is written: ${asStepError(error).message}`);
    }
    // A dotenv file that somebody asked for and that cannot be written must fail before anything is changed.
    if (!this.#isDefault("SLIPWAY_DOTENV") && !this.#dryRun)
      await access(dirname(this.#dotenvPath()), constants.W_OK);
  }

  async #writeOutputs(): Promise<void> {
    if (this.#outputs.size === 0) return;
    const { content, leftOut } = renderDotenv(await this.#earlierOutputs(), this.#outputs);
    for (const { name, reason } of leftOut)
      this.#log.warn(`The output ${name} is left out: ${reason}.`);
    for (const [name, value] of this.#outputs) this.#log.info(`${name}=${value}`);
    try {
      await replaceFile(this.#dotenvPath(), content);
    } catch (error) {
      if (!this.#isDefault("SLIPWAY_DOTENV")) throw error;
      this.#log.warn(
        `Outputs are not written to ${this.#dotenvPath()}: ${asStepError(error).message}`,
      );
    }
  }

  async #report(record: StepRecord, failure: StepError | undefined): Promise<void> {
    if (this.#reportFolder === undefined) return;
    if (failure !== undefined && !this.#dryRun) {
      const command = await writeReproduction(
        {
          step: this.#step,
          given: this.#given,
          variables: new Set(
            [...this.#variables, ...namesReadBy(this.#step.inputs)].filter((name) =>
              name.startsWith("CI_"),
            ),
          ),
          env: this.#world.env,
          cwd: this.#world.cwd,
          reportFolder: this.#reportFolder,
          image: this.#common.values.SLIPWAY_IMAGE ?? `slipway:${slipwayVersion}`,
        },
        this.#redactor,
      );
      this.#log.info(
        `To see this again on your machine, in the checkout of the same commit:\n  ${command}`,
      );
      this.#blocks.push({
        kind: "paragraph",
        text: "To see this again on your machine, in the checkout of the same commit:",
      });
      this.#blocks.push({ kind: "code", text: command });
    }
    await writeReport(
      this.#reportFolder,
      { record, blocks: this.#blocks, links: this.#links },
      this.#redactor,
    );
  }

  #tellStanding(failure: StepError | undefined): void {
    if (failure === undefined || this.#effects.length === 0) return;
    for (const { sentence, state } of this.#effects)
      this.#log.info(`  ${stateInWords[state]}: ${sentence}`);
  }

  async #cleanUp(): Promise<void> {
    for (const cleanUp of this.#cleanUps) {
      const error = await Promise.try(cleanUp).catch((thrown: unknown) => asStepError(thrown));
      if (error !== undefined) this.#log.warn(`Cleaning up: ${error.message}`);
    }
    if (this.#workFolder !== undefined)
      await rm(await this.#workFolder, { recursive: true, force: true });
  }

  #plainInputs(): Readonly<Record<string, string>> {
    const shown = [...this.#given].filter(([name]) => this.#step.inputs[name]?.secret !== true);
    return Object.fromEntries(shown.map(([name, { text }]) => [name, text]));
  }

  #reportPath(): string {
    return resolve(this.#world.cwd, this.#common.values.SLIPWAY_REPORT_DIR ?? "slipway-report");
  }

  #dotenvPath(): string {
    return resolve(this.#world.cwd, this.#common.values.SLIPWAY_DOTENV ?? "slipway.env");
  }

  #isDefault(name: keyof typeof commonInputs): boolean {
    return this.#common.given.get(name)?.origin.kind === "default";
  }
}

const stateInWords: Readonly<Record<EffectRecord["state"], string>> = {
  done: "was done before",
  applied: "done",
  planned: "planned",
  pending: "not begun",
  failed: "failed",
  unknown: "begun, outcome not known (the next run finds out)",
};

async function interruption(signal: AbortSignal, clock: Clock, stop: AbortSignal): Promise<never> {
  if (!signal.aborted) {
    await new Promise((resolveAborted) => {
      signal.addEventListener("abort", resolveAborted, { once: true });
      stop.addEventListener("abort", () => signal.removeEventListener("abort", resolveAborted));
    });
  }
  await clock.sleep(graceMs, stop);
  throw signal.reason;
}

function wrongInputs(problems: readonly Problem[]): StepError {
  const count =
    problems.length === 1 ? "One input is wrong" : `${problems.length} inputs are wrong`;
  const lines = problems.map(
    ({ name, got, expected, cure }) => `  ${name}: got ${got}, expected ${expected}; ${cure}`,
  );
  return kitError("E_INPUTS", `${count}:\n${lines.join("\n")}`);
}

function namesReadBy(inputs: Inputs): readonly string[] {
  return Object.values(inputs).flatMap(({ from = [], chain = [] }) => [...from, ...chain]);
}

function originName(name: string, origin: GivenText["origin"]): string {
  switch (origin.kind) {
    case "own":
      return name;
    case "default":
      return "default";
    case "file":
      return `${name}_FILE`;
    case "chain":
      return origin.output;
    case "variable":
      return origin.name;
  }
}

function plainError({ code, message, hint }: StepError): {
  code: string;
  message: string;
  hint?: string;
} {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
