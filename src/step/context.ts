import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Collected } from "./collected.ts";
import type { StepContext } from "./define.ts";
import type { GivenText, Origin } from "./inputs/read.ts";
import type { StepLog } from "./log/human.ts";
import type { Redactor } from "./redact/redactor.ts";
import { asUnwritable } from "./translate.ts";
import { slipwayVersion } from "./version.ts";
import type { World } from "./world.ts";

interface Parts {
  world: World;
  log: StepLog;
  redactor: Redactor;
  dryRun: boolean;
  reportFolder: string;
  given: ReadonlyMap<string, GivenText>;
}

/** Hands the world to a plan, and gathers what the plan says. The inputs are bound by the step itself. */
export function contextFor(
  { world, log, redactor, dryRun, reportFolder, given }: Parts,
  collected: Collected,
): StepContext {
  const { env, cwd, clock, signal } = world;
  let folder: Promise<string> | undefined;
  return {
    inputs: {},
    origins: Object.fromEntries(
      [...given].map(([name, { origin }]) => [name, originName(name, origin)]),
    ),
    variable: (name) => {
      collected.variables.add(name);
      return env[name] === "" ? undefined : env[name];
    },
    environment: env,
    cwd,
    clock,
    signal,
    log,
    redactor,
    dryRun,
    version: slipwayVersion,
    reportFolder,
    workFolder: () => {
      folder ??= makeFolder(env["TMPDIR"] || tmpdir(), collected);
      return folder;
    },
    defer: (cleanUp) => collected.cleanUps.unshift(cleanUp),
    output: (name, value) => collected.outputs.set(name, value),
    fact: (name, value) => {
      collected.data[name] = value;
    },
    report: (...blocks) => collected.blocks.push(...blocks),
    link: (label, url) => collected.links.push({ label, url }),
    fail: (error) => collected.verdicts.push(error),
    refuse: (error) => {
      if (!dryRun) throw error;
      collected.findings.push(error);
      log.error(error);
      log.warn(`Without DRY_RUN the step would end here with exit code ${error.exit}.`);
    },
  };
}

async function makeFolder(parent: string, { cleanUps }: Collected): Promise<string> {
  const { ownerName, sweepLeftovers } = await import("./leftovers.ts");
  // An environment that was being made when its run was killed may have gigabytes.
  await sweepLeftovers(parent, "slipway-");
  const folder = join(parent, `slipway-${await ownerName()}`);
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    throw asUnwritable("TMPDIR", parent, error);
  });
  // Removed after everything that may still use it. A git that was told to end may write for a moment more, and then
  // a folder that was just emptied is not empty.
  const patience = { maxRetries: 5, retryDelay: 100 };
  cleanUps.push(() => rm(folder, { recursive: true, force: true, ...patience }));
  return folder;
}

function originName(name: string, origin: Origin): string {
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
