import { type Collected, nothingCollected } from "./collected.ts";
import { commonInputs } from "./common-inputs.ts";
import { contextFor } from "./context.ts";
import type { BoundStep, Step, StepContext } from "./define.ts";
import { exit, type StepError } from "./errors.ts";
import { type Ended, tellStanding, writeEnd } from "./finish.ts";
import type { Inputs } from "./inputs/input.ts";
import { type GivenText, type ReadInputs, readInputs } from "./inputs/read.ts";
import { wrongInputs } from "./inputs/wrong-inputs.ts";
import { attempt } from "./interruption.ts";
import { knownNames, pathNames } from "./known-names.ts";
import type { StepLog } from "./log/human.ts";
import { openLog } from "./log/open.ts";
import { Places } from "./places.ts";
import { secretsInEnvironment } from "./redact/environment.ts";
import { shortestSecret } from "./redact/forms.ts";
import { Redactor } from "./redact/redactor.ts";
import { runEffects } from "./run-effects.ts";
import { Secret } from "./secret.ts";
import { asStepError } from "./translate.ts";
import type { World } from "./world.ts";

type Common = ReadInputs<typeof commonInputs>;

/** What clean-up may take after a signal; with the rest it stays below GitLab's 10 s (R07). */
const cleanUpGraceMs = 2000;

/**
 * Runs a step from its environment to its report.
 *
 * @param redactor learns every secret of the run.
 * @returns the exit code.
 */
export async function run(step: Step, world: World, redactor = new Redactor()): Promise<number> {
  redactor.add(...secretsInEnvironment(world.env, pathNames(step)));
  const known = knownNames(step);
  const common = readInputs(commonInputs, { env: world.env, earlier: new Map(), known });
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
  readonly #places: Places;
  readonly #collected: Collected = nothingCollected();
  #given: ReadonlyMap<string, GivenText> = new Map();

  constructor(step: Step, world: World, redactor: Redactor, log: StepLog, common: Common) {
    const { SLIPWAY_DRY_RUN, DRY_RUN = false } = common.values;
    this.#step = step;
    this.#world = world;
    this.#redactor = redactor;
    this.#log = log;
    this.#common = common;
    this.#dryRun = SLIPWAY_DRY_RUN ?? DRY_RUN;
    const { given, values: paths } = common;
    this.#places = new Places({ step, world, log, redactor, dryRun: this.#dryRun, given, paths });
  }

  async toTheEnd(): Promise<number> {
    const { clock } = this.#world;
    const startedAt = clock.now();
    const startMs = clock.monotonicMs();
    const failure = await attempt(() => this.#work(), this.#world);
    this.#log.leaveSections();
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
      given: new Map([...this.#common.given, ...this.#given]),
      reportFolder: this.#places.isReporting ? this.#places.reportFolder : undefined,
      image: this.#common.values.SLIPWAY_IMAGE,
    };
    tellStanding(ended, this.#collected);
    const unreported = await this.#writeEnd(ended);
    if (this.#dryRun) this.#log.tell("DRY RUN: nothing was changed");
    return (failure ?? unreported)?.exit ?? exit.ok;
  }

  async #work(): Promise<void> {
    await this.#places.open();
    const earlier = await this.#places.earlierOutputs();
    const reason = this.#idle(earlier);
    if (reason !== undefined) {
      this.#log.info(reason);
      this.#collected.blocks.push({ kind: "paragraph", text: reason });
      return;
    }
    const bound = await this.#bind(earlier);
    const context = contextFor(
      {
        world: this.#world,
        log: this.#log,
        redactor: this.#redactor,
        dryRun: this.#dryRun,
        reportFolder: this.#places.reportFolder,
        given: this.#given,
      },
      this.#collected,
    );
    const effects = await bound.plan(context);
    const [verdict] = this.#collected.verdicts;
    try {
      await runEffects(effects, this.#collected.effects, {
        log: this.#log,
        journal: this.#places.journal(),
        signal: this.#world.signal,
        dryRun: this.#dryRun,
      });
    } catch (error) {
      // What was judged stays judged: an effect that fails beside it is told, and is not the outcome.
      if (verdict === undefined || this.#world.signal.aborted) throw error;
      this.#log.error(asStepError(error));
    }
    if (!this.#dryRun) await this.#conclude(bound, context);
    if (verdict !== undefined) throw verdict;
  }

  async #conclude(bound: BoundStep, context: StepContext): Promise<void> {
    await bound.conclude(context);
    if (this.#collected.outputs.size > 0) await this.#places.writeOutputs(this.#collected.outputs);
  }

  #idle(earlier: ReadonlyMap<string, string>): string | undefined {
    const { env } = this.#world;
    return this.#step.idle({
      earlier: (output) => earlier.get(output) || undefined,
      variable: (name) => env[name] || undefined,
    });
  }

  async #bind(earlier: ReadonlyMap<string, string>): Promise<BoundStep> {
    const { inputs } = this.#step;
    const { env: environment, cwd, clock } = this.#world;
    const known = knownNames(this.#step);
    const read = readInputs<Inputs>(inputs, { env: this.#world.env, earlier, known });
    this.#given = read.given;
    this.#learnSecrets(Object.entries(read.values));
    for (const warning of [...this.#common.warnings, ...read.warnings]) this.#log.warn(warning);
    this.#tellChained();
    const wrong = new Set(read.problems.map(({ name }) => name));
    const problems = [
      ...this.#common.problems,
      ...read.problems,
      ...(await this.#step.check(read.values, wrong, { environment, cwd, clock })),
    ];
    if (problems.length > 0) throw wrongInputs(problems);
    return this.#step.bind(read.values);
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
      if (origin.kind !== "chain") continue;
      const shown = this.#step.inputs[name]?.secret === true ? "[MASKED]" : text;
      this.#log.info(`${name}: ${shown} (output ${origin.output} of an earlier step)`);
    }
  }

  async #writeEnd(ended: Ended): Promise<StepError | undefined> {
    try {
      await this.#places.orWarn("SLIPWAY_REPORT_DIR", "The report is incomplete", () =>
        writeEnd(ended, this.#collected),
      );
      return undefined;
    } catch (error) {
      const unreported = asStepError(error);
      this.#log.error(unreported);
      return unreported;
    }
  }

  async #cleanUp(): Promise<void> {
    const cleanUpAll = async () => {
      for (const cleanUp of this.#collected.cleanUps) {
        try {
          await cleanUp();
        } catch (error) {
          this.#log.warn(`Cleaning up: ${asStepError(error).message}`);
        }
      }
    };
    await attempt(cleanUpAll, this.#world, cleanUpGraceMs);
  }
}
