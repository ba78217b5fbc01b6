import { access, constants, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Collected, nothingCollected } from "./collected.ts";
import { commonInputs } from "./common-inputs.ts";
import { contextFor } from "./context.ts";
import type { BoundStep, Step } from "./define.ts";
import { exit, type StepError } from "./errors.ts";
import { type Ended, tellStanding, writeEnd } from "./finish.ts";
import type { Inputs } from "./inputs/input.ts";
import { type GivenText, namesReadBy, type ReadInputs, readInputs } from "./inputs/read.ts";
import { wrongInputs } from "./inputs/wrong-inputs.ts";
import { attempt } from "./interruption.ts";
import type { StepLog } from "./log/human.ts";
import { openLog } from "./log/open.ts";
import { addOutputs, readOutputs } from "./outputs/outputs-file.ts";
import { secretsInEnvironment } from "./redact/environment.ts";
import { shortestSecret } from "./redact/forms.ts";
import { Redactor } from "./redact/redactor.ts";
import { openReportFolder } from "./report/folder.ts";
import { journalAt, noJournal } from "./report/journal.ts";
import { runEffects } from "./run-effects.ts";
import { Secret } from "./secret.ts";
import { asStepError } from "./translate.ts";
import type { World } from "./world.ts";

type Common = ReadInputs<typeof commonInputs>;

/** Runs a step from its environment to its report. @returns the exit code. */
export async function run(step: Step, world: World): Promise<number> {
  const redactor = new Redactor();
  redactor.add(...secretsInEnvironment(world.env));
  const common = readInputs(commonInputs, { env: world.env, earlier: new Map(), known: new Set() });
  const { LOG_FORMAT: format = "human", LOG_LEVEL: level = "info" } = common.values;
  const log = await openLog(world, { step: step.name, format, level, redactor });
  return new Run(step, world, redactor, log, common).toTheEnd();
}

class Run {
  readonly #step: Step;
  readonly #world: World;
  readonly #redactor: Redactor;
  readonly #log: StepLog;
  readonly #common: Common;
  readonly #dryRun: boolean;
  #reportFolder: string;
  readonly #dotenv: string;
  readonly #collected: Collected = nothingCollected();
  #given: ReadonlyMap<string, GivenText> = new Map();
  #reporting = false;

  constructor(step: Step, world: World, redactor: Redactor, log: StepLog, common: Common) {
    const { SLIPWAY_DRY_RUN, DRY_RUN = false, SLIPWAY_REPORT_DIR, SLIPWAY_DOTENV } = common.values;
    this.#step = step;
    this.#world = world;
    this.#redactor = redactor;
    this.#log = log;
    this.#common = common;
    this.#dryRun = SLIPWAY_DRY_RUN ?? DRY_RUN;
    this.#reportFolder = resolve(world.cwd, SLIPWAY_REPORT_DIR);
    this.#dotenv = resolve(world.cwd, SLIPWAY_DOTENV);
  }

  async toTheEnd(): Promise<number> {
    const { clock, out } = this.#world;
    const startedAt = clock.now();
    const startMs = clock.monotonicMs();
    const failure = await attempt(() => this.#work(), this.#world);
    await this.#cleanUp();
    if (failure !== undefined) this.#log.error(failure);
    const ended: Ended = {
      step: this.#step,
      world: this.#world,
      log: this.#log,
      redactor: this.#redactor,
      dryRun: this.#dryRun,
      startedAt,
      seconds: Math.round(clock.monotonicMs() - startMs) / 1000,
      failure,
      given: this.#given,
      reportFolder: this.#reportFolder,
      image: this.#common.values.SLIPWAY_IMAGE,
    };
    tellStanding(ended, this.#collected);
    const unreported = this.#reporting ? await this.#writeEnd(ended) : undefined;
    if (this.#dryRun) out.write("DRY RUN: nothing was changed\n");
    return (failure ?? unreported)?.exit ?? exit.ok;
  }

  async #work(): Promise<void> {
    await this.#openFiles();
    const bound = await this.#bind();
    const context = contextFor(
      {
        world: this.#world,
        log: this.#log,
        redactor: this.#redactor,
        dryRun: this.#dryRun,
        reportFolder: this.#reportFolder,
        given: this.#given,
      },
      this.#collected,
    );
    const effects = await bound.plan(context);
    const journaling = this.#reporting && !this.#dryRun;
    await runEffects(effects, this.#collected.effects, {
      log: this.#log,
      journal: journaling ? this.#journal() : noJournal,
      signal: this.#world.signal,
      dryRun: this.#dryRun,
      refuse: context.refuse,
    });
    if (this.#dryRun) return;
    await bound.conclude(context);
    await this.#writeOutputs();
  }

  /** Opens what somebody asked for before anything is changed; what is only the default may be missing. */
  async #openFiles(): Promise<void> {
    if (this.#step.report === "temporary" && this.#isDefault("SLIPWAY_REPORT_DIR")) {
      this.#reportFolder = await mkdtemp(
        join(this.#world.env["TMPDIR"] || tmpdir(), `${this.#step.name}-`),
      );
      this.#log.info(`The report goes to ${this.#reportFolder}`);
    }
    try {
      await openReportFolder(this.#reportFolder);
      this.#reporting = true;
    } catch (error) {
      if (!this.#isDefault("SLIPWAY_REPORT_DIR")) throw error;
      this.#log.warn(`No report is written: ${asStepError(error).message}`);
    }
    if (!this.#isDefault("SLIPWAY_DOTENV") && !this.#dryRun) {
      await access(dirname(this.#dotenv), constants.W_OK);
    }
  }

  async #bind(): Promise<BoundStep> {
    const { inputs, outputs } = this.#step;
    const known = new Set([
      ...Object.keys(commonInputs),
      ...Object.keys(outputs),
      ...namesReadBy(inputs),
    ]);
    const earlier = await readOutputs(this.#dotenv);
    const read = readInputs<Inputs>(inputs, { env: this.#world.env, earlier, known });
    this.#given = read.given;
    this.#learnSecrets(Object.entries(read.values));
    for (const warning of [...this.#common.warnings, ...read.warnings]) this.#log.warn(warning);
    this.#tellChained();
    const problems = [...this.#common.problems, ...read.problems];
    if (problems.length > 0) throw wrongInputs(problems);
    const bound = this.#step.bind(read.values);
    if (bound.problems.length > 0) throw wrongInputs(bound.problems);
    return bound;
  }

  #learnSecrets(values: readonly (readonly [string, unknown])[]): void {
    for (const [name, value] of values) {
      if (!(value instanceof Secret)) continue;
      const text = value.reveal();
      this.#redactor.add(text);
      if (text.length >= shortestSecret) continue;
      this.#log.warn(
        `${name} has fewer than ${shortestSecret} characters: too few to be masked in a log.`,
      );
    }
  }

  #tellChained(): void {
    for (const [name, { text, origin }] of this.#given) {
      if (origin.kind === "chain")
        this.#log.info(`${name}: ${text} (output ${origin.output} of an earlier step)`);
    }
  }

  async #writeOutputs(): Promise<void> {
    const { outputs } = this.#collected;
    if (outputs.size === 0) return;
    for (const [name, value] of outputs) this.#log.info(`${name}=${value}`);
    try {
      for (const { name, reason } of await addOutputs(this.#dotenv, outputs)) {
        this.#log.warn(`The output ${name} is left out: ${reason}.`);
      }
    } catch (error) {
      if (!this.#isDefault("SLIPWAY_DOTENV")) throw error;
      this.#log.warn(`No outputs are written: ${asStepError(error).message}`);
    }
  }

  async #writeEnd(ended: Ended): Promise<StepError | undefined> {
    try {
      await writeEnd(ended, this.#collected);
      return undefined;
    } catch (error) {
      const unreported = asStepError(error);
      if (this.#isDefault("SLIPWAY_REPORT_DIR"))
        this.#log.warn(`The report is incomplete: ${unreported.message}`);
      else this.#log.error(unreported);
      return this.#isDefault("SLIPWAY_REPORT_DIR") ? undefined : unreported;
    }
  }

  async #cleanUp(): Promise<void> {
    for (const cleanUp of this.#collected.cleanUps) {
      const failure = await attempt(async () => cleanUp(), {
        ...this.#world,
        signal: new AbortController().signal,
      });
      if (failure !== undefined) this.#log.warn(`Cleaning up: ${failure.message}`);
    }
  }

  #journal() {
    const path = join(this.#reportFolder, "journal.ndjson");
    return journalAt(path, this.#step.name, this.#world.clock, this.#redactor);
  }

  #isDefault(name: keyof typeof commonInputs): boolean {
    return this.#common.given.get(name)?.origin.kind === "default";
  }
}
