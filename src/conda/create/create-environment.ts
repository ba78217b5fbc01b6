import { rm } from "node:fs/promises";
import { basename } from "node:path";
import { systemClock, type Clock } from "../../step/clock.ts";
import type { Log } from "../../step/log.ts";
import type { Environment } from "../environment.ts";
import type { Patience } from "../http/retry.ts";
import { readInstalledPackages, type InstalledPackage } from "../installed-packages.ts";
import type { ResolvedPackage } from "../packages/resolved-package.ts";
import { installRequirements } from "../pip/install-requirements.ts";
import { writeExplicitList } from "../spec/explicit-list.ts";
import { readSpec } from "../spec/read-spec.ts";
import { thisMachine, type Machine } from "../spec/virtual-packages.ts";
import { builtinName, createBuiltin, previewBuiltin } from "./builtin-creator.ts";
import { createWithProgram, findCondaProgram } from "./conda-program.ts";

export interface CreateEnvironmentOptions {
  /** An environment file, an explicit list or a conda-lock file; see `findEnvironmentFile`. */
  readonly environmentFile: string;
  /** Absolute path of the new environment: missing, empty, or what a killed run left. */
  readonly prefix: string;
  /** Instead of the file's channels: names, addresses, paths. */
  readonly channels?: readonly string[];
  /** Folders of CONDA_PKGS_DIRS; default `slipway/conda` in the user's cache. */
  readonly packagesDirs?: readonly string[];
  /** Run post-link scripts of packages; default `false`. */
  readonly linkScripts?: boolean;
  /** The environment of the process: credentials, proxies, PATH, `PIP_*`, `CONDA_*`. */
  readonly env: Environment;
  /** What relative channels are relative to. */
  readonly cwd: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  readonly machine?: Machine;
  readonly patience?: Patience;
}

export interface CreatedEnvironment {
  /** Name and version of what made it. */
  readonly creator: string;
  /** The explicit list that makes the same environment again. */
  readonly lockText: string;
  readonly packages: readonly InstalledPackage[];
}

/**
 * Makes a conda environment: with micromamba, mamba or conda where there is one, else built in. Lists and lock files
 * are always installed built in, as they are. The pip section is installed last, with the environment's own python.
 *
 * @throws E_CONDA_FILE, E_CONDA_NO_PYTHON, E_CONDA_CHANNEL, E_CONDA_CHANNEL_DENIED, E_CONDA_UNREACHABLE,
 * E_CONDA_UNSOLVABLE, E_CONDA_DIGEST, E_CONDA_PACKAGE, E_CONDA_PREFIX, E_CONDA_SPACE, E_CONDA_CREATOR, E_PIP_INSTALL
 */
export async function createEnvironment(
  options: CreateEnvironmentOptions,
): Promise<CreatedEnvironment> {
  const { environmentFile, prefix, env, log, signal } = options;
  const machine = options.machine ?? thisMachine(env);
  const spec = await readSpec(environmentFile, machine.platform, (message) => log.warn(message));
  const given = {
    prefix,
    env,
    log,
    signal,
    cwd: options.cwd,
    channels: options.channels ?? [],
    packagesDirs: options.packagesDirs ?? [],
  };
  const program = spec.kind === "locked" ? undefined : await findCondaProgram(env);
  log.info(
    `Making the environment of ${basename(environmentFile)} with ${program?.path ?? builtinName}`,
  );
  let creator = builtinName;
  if (program !== undefined && spec.kind === "dependencies")
    creator = await createWithProgram(program, spec, given);
  else
    await createBuiltin(spec, {
      ...given,
      machine,
      clock: options.clock ?? systemClock,
      linkScripts: options.linkScripts ?? false,
      patience: options.patience,
    });
  try {
    await installRequirements(spec, { prefix, env, log, signal });
  } catch (error) {
    await rm(prefix, { recursive: true, force: true });
    throw error;
  }
  const packages = await readInstalledPackages(prefix);
  return { creator, packages, lockText: writeExplicitList(machine.platform, packages) };
}

/** One package that an environment would get. */
export type PreviewedPackage = Pick<ResolvedPackage, "name" | "version" | "build" | "sizeBytes">;

/**
 * Decides what `createEnvironment` would install, and makes nothing.
 *
 * @param folder where what the channels say is put
 * @returns `undefined` where a program of conda's family would decide
 * @throws what `createEnvironment` throws before it fetches a package
 */
export async function previewEnvironment(
  options: Omit<CreateEnvironmentOptions, "prefix" | "packagesDirs" | "linkScripts">,
  folder: string,
): Promise<readonly PreviewedPackage[] | undefined> {
  const { environmentFile, env, log } = options;
  const machine = options.machine ?? thisMachine(env);
  const spec = await readSpec(environmentFile, machine.platform, (message) => log.warn(message));
  if (spec.kind === "dependencies" && (await findCondaProgram(env)) !== undefined) return undefined;
  const { channels = [], clock = systemClock } = options;
  return previewBuiltin(spec, { ...options, machine, channels, clock }, folder);
}
