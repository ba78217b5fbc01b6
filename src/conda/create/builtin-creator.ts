import { dirname } from "node:path";
import type { Clock } from "../../step/clock.ts";
import type { Log } from "../../step/log.ts";
import { readConfiguration } from "../channels/configuration.ts";
import { readCredentials } from "../channels/credentials.ts";
import type { Environment } from "../environment.ts";
import { condaError } from "../errors.ts";
import { openDoor } from "../http/door.ts";
import { usualPatience, type Patience } from "../http/retry.ts";
import { compileBytecode } from "../link/compile-bytecode.ts";
import { planLinks } from "../link/link-plan.ts";
import { linkPackages } from "../link/link-packages.ts";
import { runLinkScripts } from "../link/link-scripts.ts";
import { inLinkOrder } from "../link/order.ts";
import { writeRecords } from "../link/records.ts";
import { obtainPackages, type UnpackedPackage } from "../packages/obtain-packages.ts";
import { openPackageCache } from "../packages/package-cache.ts";
import type { ResolvedPackage } from "../packages/resolved-package.ts";
import { translateSpace } from "../space.ts";
import type { EnvironmentSpec } from "../spec/environment-spec.ts";
import { parseMatchSpec } from "../spec/match-spec.ts";
import type { Machine } from "../spec/virtual-packages.ts";
import { finishPrefix, removeIncomplete, startPrefix } from "./prefix.ts";
import { repodataFolder, resolvePackages } from "./resolve-packages.ts";

/** What channels are asked with. */
export interface ChannelOptions {
  readonly channels: readonly string[];
  readonly machine: Machine;
  readonly env: Environment;
  readonly cwd: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly patience?: Patience | undefined;
}

export interface BuiltinOptions extends ChannelOptions {
  readonly prefix: string;
  readonly packagesDirs: readonly string[];
  /** Post-link scripts run the packages' code on this machine. */
  readonly linkScripts: boolean;
}

export const builtinName = "slipway (built in)";

/**
 * Makes a conda environment without conda: solves, fetches, unpacks, links, compiles, records.
 *
 * A run that is stopped leaves nothing at the prefix; one that is killed leaves what the next one removes.
 */
export async function createBuiltin(spec: EnvironmentSpec, options: BuiltinOptions): Promise<void> {
  const { prefix, machine, env } = options;
  requireGlibc(machine);
  const cache = await openPackageCache(options.packagesDirs, env, `${prefix}.packages`);
  const context = await openChannels(options, repodataFolder(cache.folder));
  try {
    const resolved = await resolvePackages(spec, options.channels, context);
    const unpacked = await obtainPackages(resolved, { ...context, cache });
    await startPrefix(prefix);
    await install(spec, inLinkOrder(unpacked), options);
    await finishPrefix(prefix);
  } catch (error) {
    await removeIncomplete(prefix);
    throw await translateSpace(error, dirname(prefix), 0);
  } finally {
    await context.door.close();
  }
}

/**
 * Decides which packages `createBuiltin` would install. What the channels say is kept in a folder of the caller's.
 *
 * @throws what `createBuiltin` throws before it fetches a package
 */
export async function previewBuiltin(
  spec: EnvironmentSpec,
  options: ChannelOptions,
  folder: string,
): Promise<readonly ResolvedPackage[]> {
  requireGlibc(options.machine);
  const context = await openChannels(options, folder);
  try {
    return await resolvePackages(spec, options.channels, context);
  } finally {
    await context.door.close();
  }
}

function requireGlibc(machine: Machine): void {
  if (machine.glibc === undefined)
    throw condaError("E_CONDA_MUSL", "This image has no glibc; conda packages need one.");
}

async function openChannels<Options extends ChannelOptions>(options: Options, folder: string) {
  const warn = (message: string) => options.log.warn(message);
  const configuration = await readConfiguration(options.env, warn);
  return {
    ...options,
    configuration,
    door: await openDoor({ env: options.env, ...configuration }),
    credentials: await readCredentials(options.env, warn),
    patience: options.patience ?? usualPatience,
    folder,
    offline: configuration.offline,
  };
}

async function install(
  spec: EnvironmentSpec,
  packages: readonly UnpackedPackage[],
  { prefix, log, signal, clock, linkScripts }: BuiltinOptions,
): Promise<void> {
  const plan = planLinks(packages, prefix);
  const linked = await linkPackages(plan, log, signal);
  const compiled = await compileBytecode(plan, linked, { log, signal });
  await runLinkScripts(prefix, compiled, { run: linkScripts, log, signal });
  await writeRecords(prefix, compiled, {
    creator: builtinName,
    time: clock.now(),
    requested: requestedSpecs(spec),
    variables: spec.variables,
  });
}

function requestedSpecs(spec: EnvironmentSpec): ReadonlyMap<string, readonly string[]> {
  if (spec.kind === "locked") return new Map();
  const specs = spec.dependencies.map((dependency) => dependency.spec);
  return Map.groupBy(specs, (text) => parseMatchSpec(text).name);
}
