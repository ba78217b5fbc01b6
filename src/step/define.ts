import type { Clock } from "./clock.ts";
import type { Effect } from "./effect.ts";
import type { ErrorDefinition, StepError } from "./errors.ts";
import type { Inputs, Values } from "./inputs/input.ts";
import type { Environment, Problem } from "./inputs/read.ts";
import type { Log } from "./log.ts";
import type { Redactor } from "./redact/redactor.ts";
import type { Block } from "./report/blocks.ts";

export type OutputNames = Readonly<Record<string, string>>;

/** What a step's plan is handed: everything it needs of the world, so that a test can hand in its own. */
export interface StepContext<In extends Inputs = Inputs, Out extends OutputNames = OutputNames> {
  readonly inputs: Values<In>;
  /** Name, for each input that was given, of where its value came from: `CI_COMMIT_TAG`, `PACK_FILE`, `default`. */
  readonly origins: Readonly<Partial<Record<keyof In & string, string>>>;
  /** Variables that GitLab or the runner set. What is read here is part of the reproduction. */
  variable(name: string): string | undefined;
  /** The whole environment, only to be passed on: proxies, `PIP_*`, `PATH`. */
  readonly environment: Environment;
  /** The working directory; relative inputs are relative to it. */
  readonly cwd: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted on SIGTERM and SIGINT. */
  readonly signal: AbortSignal;
  readonly redactor: Redactor;
  readonly dryRun: boolean;
  /** `name` and version of this Slipway, for User-Agent headers and provenance. */
  readonly version: string;
  /** A private folder that is removed at the end, whatever happens. */
  workFolder(): Promise<string>;
  /** Where the report goes: for files that a step adds to it. */
  readonly reportFolder: string;
  /** Runs when the step ends, whatever happens; last registered first. */
  defer(cleanUp: () => Promise<void> | void): void;
  /** Outputs are written when all effects are proven, never in a dry run. */
  output(name: keyof Out & string, value: string): void;
  /** Facts for machines, in `data` of `<step>.json`. */
  fact(name: string, value: unknown): void;
  /** Adds to the step's part of `summary.md` and `index.html`. */
  report(...blocks: readonly Block[]): void;
  /** A link in the job's page: the release, the package. */
  link(label: string, url: string): void;
  /**
   * In a plan: the run is to end with this error, after its effects are proven and its outputs are written, for a gate
   * that says no. The first one counts.
   */
  fail(error: StepError): void;
  /** Ends the run with this error; in a dry run it is only a finding, so that read rights are enough to see the plan. */
  refuse(error: StepError): void;
}

export interface Example {
  title: string;
  /** One shell command that runs as it stands. */
  command: string;
}

/** Where inputs are judged: relative paths are relative to the working directory. */
export type Place = Pick<StepContext, "cwd" | "environment" | "clock">;

/**
 * What is wrong with inputs that each are right by themselves, and with what they name. An error with a code of its own
 * is the run's where nothing else is wrong. Reads only.
 */
export type Rule<In extends Inputs> = (
  values: Values<In>,
  place: Place,
) => readonly (Problem | StepError)[] | Promise<readonly (Problem | StepError)[]>;

/** What earlier steps of the same job left in `SLIPWAY_DOTENV`, and what the job was given. */
export interface Beforehand {
  earlier(output: string): string | undefined;
  variable(name: string): string | undefined;
}

export interface StepDefinition<In extends Inputs = Inputs, Out extends OutputNames = OutputNames> {
  /** The command on PATH. */
  name: string;
  /** One sentence without a full stop. */
  summary: string;
  inputs: In;
  /** Name → what it holds. */
  outputs: Out;
  examples: readonly [Example, Example, ...Example[]];
  /** The error tables of the domains it uses, for docs/errors.md. */
  errors?: readonly Readonly<Record<string, ErrorDefinition>>[];
  /** Steps that the printed reproduction runs first, in the same container and for real: they write to the checkout alone. */
  reproduceAfter?: readonly string[];
  /** `temporary` where the working directory must stay untouched: without SLIPWAY_REPORT_DIR the report goes to a new folder whose path is printed. */
  report?: "here" | "temporary";
  /** Rules across inputs ("exactly one of"), checked in the same pass as the inputs themselves; each is judged where all that it reads is right. */
  check?: Rule<In> | readonly Rule<In>[];
  /** Why there is nothing to do after the earlier steps of the job. The run then ends well before any input is judged. */
  idle?(beforehand: Beforehand): string | undefined;
  /** Looks at the world and decides what to do; changes nothing. */
  plan(context: StepContext<In, Out>): Promise<readonly Effect[]>;
  /** After all effects: sets the outputs, facts and report that depend on their results. */
  conclude?(context: StepContext<In, Out>): Promise<void> | void;
}

/** A step whose types were checked against its own declaration and are no longer needed. */
export interface Step {
  readonly name: string;
  readonly summary: string;
  readonly inputs: Inputs;
  readonly outputs: OutputNames;
  readonly examples: readonly Example[];
  readonly errors: readonly Readonly<Record<string, ErrorDefinition>>[];
  readonly reproduceAfter: readonly string[];
  readonly report: "here" | "temporary";
  idle(beforehand: Beforehand): string | undefined;
  /** What the rules across inputs say, as far as they can be judged: `wrong` inputs have no value. */
  check(
    values: Readonly<Record<string, unknown>>,
    wrong: ReadonlySet<string>,
    place: Place,
  ): Promise<readonly (Problem | StepError)[]>;
  bind(values: Readonly<Record<string, unknown>>): BoundStep;
}

/** A step with its inputs. */
export interface BoundStep {
  plan(context: StepContext): Promise<readonly Effect[]>;
  conclude(context: StepContext): Promise<void>;
}

/**
 * Declares a step: the single source of its inputs, outputs, help, docs, schema and CI component.
 *
 * @see docs/custom-steps.md
 */
export function defineStep<const In extends Inputs, const Out extends OutputNames>(
  definition: StepDefinition<In, Out>,
): Step {
  const {
    name,
    summary,
    inputs,
    outputs,
    examples,
    errors = [],
    reproduceAfter = [],
    report = "here",
  } = definition;
  return {
    name,
    summary,
    inputs,
    outputs,
    examples,
    errors,
    reproduceAfter,
    report,
    idle: (beforehand) => definition.idle?.(beforehand),
    async check(values, wrong, place) {
      const judged = withoutWrong(values, wrong);
      if (!holdsAll(judged, inputs)) return [];
      const rules = [definition.check ?? []].flat();
      return (await Promise.all(rules.map((rule) => judge(rule, judged, place)))).flat();
    },
    bind(values) {
      if (!holdsAll(values, inputs)) throw new TypeError(`The inputs of ${name} are incomplete`);
      const typed = (context: StepContext): StepContext<In, Out> => ({
        ...context,
        inputs: values,
      });
      return {
        plan: (context) => definition.plan(typed(context)),
        conclude: async (context) => {
          await definition.conclude?.(typed(context));
        },
      };
    },
  };
}

/** A rule asked for an input that is itself wrong: it can be judged when that one is mended. */
class NotJudged extends Error {}

async function judge<In extends Inputs>(
  rule: Rule<In>,
  values: Values<In>,
  place: Place,
): Promise<readonly (Problem | StepError)[]> {
  try {
    return await rule(values, place);
  } catch (error) {
    if (error instanceof NotJudged) return [];
    throw error;
  }
}

function withoutWrong(
  values: Readonly<Record<string, unknown>>,
  wrong: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  const judged = { ...values };
  for (const name of wrong) {
    Object.defineProperty(judged, name, {
      enumerable: false,
      get: () => {
        throw new NotJudged(name);
      },
    });
  }
  return judged;
}

/** The values come from the parsers of these very inputs, so that having all of them is having them well-typed. */
function holdsAll<In extends Inputs>(
  values: Readonly<Record<string, unknown>>,
  inputs: In,
): values is Readonly<Record<string, unknown>> & Values<In> {
  return Object.entries(inputs).every(
    ([name, input]) => input.optional === true || Object.hasOwn(values, name),
  );
}
