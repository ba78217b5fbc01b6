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
import { translateSpace } from "../space.ts";
import type { EnvironmentSpec } from "../spec/environment-spec.ts";
import { parseMatchSpec } from "../spec/match-spec.ts";
import type { Machine } from "../spec/virtual-packages.ts";
import { finishPrefix, removeIncomplete, startPrefix } from "./prefix.ts";
import { repodataFolder, resolvePackages } from "./resolve-packages.ts";

export interface BuiltinOptions {
  readonly prefix: string;
  readonly channels: readonly string[];
  readonly packagesDirs: readonly string[];
  readonly machine: Machine;
  readonly env: Environment;
  readonly cwd: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly patience?: Patience | undefined;
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
  const { prefix, machine, env, log } = options;
  if (machine.glibc === undefined)
    throw condaError("E_CONDA_MUSL", "This image has no glibc; conda packages need one.");
  const warn = (message: string) => log.warn(message);
  const configuration = await readConfiguration(env, warn);
  const cache = await openPackageCache(options.packagesDirs, env, `${prefix}.packages`);
  const door = await openDoor({ env, ...configuration });
  const context = {
    ...options,
    configuration,
    door,
    cache,
    credentials: await readCredentials(env, warn),
    patience: options.patience ?? usualPatience,
    folder: repodataFolder(cache.folder),
    offline: configuration.offline,
  };
  try {
    const resolved = await resolvePackages(spec, options.channels, context);
    const unpacked = await obtainPackages(resolved, context);
    await startPrefix(prefix);
    await install(spec, inLinkOrder(unpacked), options);
    await finishPrefix(prefix);
  } catch (error) {
    await removeIncomplete(prefix);
    throw await translateSpace(error, dirname(prefix), 0);
  } finally {
    await door.close();
  }
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
