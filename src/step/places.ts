import { access, constants, mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Step } from "./define.ts";
import type { GivenText } from "./inputs/read.ts";
import type { StepLog } from "./log/human.ts";
import { addOutputs, readOutputs } from "./outputs/outputs-file.ts";
import type { Redactor } from "./redact/redactor.ts";
import { openReportFolder } from "./report/folder.ts";
import { forgivingJournal, type Journal, journalAt, noJournal } from "./report/journal.ts";
import { asStepError, asUnwritable } from "./translate.ts";
import type { World } from "./world.ts";

interface Wanted {
  step: Step;
  world: World;
  log: StepLog;
  redactor: Redactor;
  dryRun: boolean;
  /** The inputs that every step has. */
  given: ReadonlyMap<string, GivenText>;
  paths: { SLIPWAY_REPORT_DIR: string; SLIPWAY_DOTENV: string };
}

/** Where a run leaves what it has to say. What somebody asked for must work; what is only the default may be missing. */
export class Places {
  readonly #wanted: Wanted;
  readonly #dotenv: string;
  #reportFolder: string;
  #isReporting = false;

  constructor(wanted: Wanted) {
    const { paths, world } = wanted;
    this.#wanted = wanted;
    this.#reportFolder = resolve(world.cwd, paths.SLIPWAY_REPORT_DIR);
    this.#dotenv = resolve(world.cwd, paths.SLIPWAY_DOTENV);
  }

  get reportFolder(): string {
    return this.#reportFolder;
  }

  /** Whether there is a folder to report to. */
  get isReporting(): boolean {
    return this.#isReporting;
  }

  /** Opens both before anything is changed. @throws {StepError} where one was asked for and cannot be written. */
  async open(): Promise<void> {
    await this.orWarn("SLIPWAY_REPORT_DIR", "No report is written", () => this.#openReport());
    if (this.#wanted.dryRun || this.#isDefault("SLIPWAY_DOTENV")) return;
    await this.orWarn("SLIPWAY_DOTENV", "No outputs are written", async () => {
      await mkdir(dirname(this.#dotenv), { recursive: true });
      await access(dirname(this.#dotenv), constants.W_OK);
    });
  }

  async earlierOutputs(): Promise<ReadonlyMap<string, string>> {
    let earlier: ReadonlyMap<string, string> = new Map();
    await this.orWarn("SLIPWAY_DOTENV", "Outputs of earlier steps are not read", async () => {
      earlier = await readOutputs(this.#dotenv);
    });
    return earlier;
  }

  async writeOutputs(outputs: ReadonlyMap<string, string>): Promise<void> {
    const { log, redactor } = this.#wanted;
    for (const [name, value] of outputs) log.info(`${name}=${value}`);
    await this.orWarn("SLIPWAY_DOTENV", "No outputs are written", async () => {
      for (const { name, reason } of await addOutputs(this.#dotenv, outputs, redactor))
        log.warn(`The output ${name} is left out: ${reason}.`);
    });
  }

  journal(): Journal {
    const { step, world, redactor, dryRun, log } = this.#wanted;
    if (!this.#isReporting || dryRun) return noJournal;
    const path = join(this.#reportFolder, "journal.ndjson");
    const journal = journalAt(path, step.name, world.clock, redactor);
    return this.#isDefault("SLIPWAY_REPORT_DIR")
      ? forgivingJournal(journal, (error) =>
          log.warn(`The journal ends here: ${asStepError(error).message}`),
        )
      : journal;
  }

  /** Does what writes to one of the two places; only where it was asked for does it fail. */
  async orWarn(
    name: "SLIPWAY_REPORT_DIR" | "SLIPWAY_DOTENV",
    otherwise: string,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      const path = name === "SLIPWAY_DOTENV" ? this.#dotenv : this.#reportFolder;
      if (!this.#isDefault(name)) throw asUnwritable(name, path, error);
      this.#wanted.log.warn(`${otherwise}: ${asStepError(error).message}`);
    }
  }

  async #openReport(): Promise<void> {
    const { step, world, log } = this.#wanted;
    const isDefault = this.#isDefault("SLIPWAY_REPORT_DIR");
    if (step.report === "temporary" && isDefault) {
      const parent = world.env["TMPDIR"] || tmpdir();
      this.#reportFolder = await mkdtemp(join(parent, `${step.name}-`));
      log.info(`The report goes to ${this.#reportFolder}`);
    }
    this.#isReporting = await openReportFolder(this.#reportFolder, !isDefault);
    if (!this.#isReporting)
      log.warn(`No report is written: ${this.#reportFolder} is a symbolic link.`);
  }

  #isDefault(name: string): boolean {
    return this.#wanted.given.get(name)?.origin.kind === "default";
  }
}
