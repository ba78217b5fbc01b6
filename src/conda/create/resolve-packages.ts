import { basename, dirname, join, resolve } from "node:path";
import { combineErrors } from "../../step/errors-of.ts";
import { StepError } from "../../step/errors.ts";
import type { Log } from "../../step/log.ts";
import type { Channel } from "../channels/channel.ts";
import type { Configuration } from "../channels/configuration.ts";
import { publicUrl } from "../channels/public-url.ts";
import { selectChannels, type SelectedChannels } from "../channels/select-channels.ts";
import type { Environment } from "../environment.ts";
import { condaError } from "../errors.ts";
import type { ResolvedPackage } from "../packages/resolved-package.ts";
import { digestsFromRepodata } from "../solve/locked-digests.ts";
import { fetchRepodata, type RepodataContext, type RepodataFile } from "../solve/repodata.ts";
import { solve, type IndexedChannel } from "../solve/solve.ts";
import type { EnvironmentSpec, LockedPackage } from "../spec/environment-spec.ts";
import { parseMatchSpec } from "../spec/match-spec.ts";
import { virtualPackages, type Machine } from "../spec/virtual-packages.ts";
import { usedSpecs } from "./used-specs.ts";

export interface ResolveContext extends RepodataContext {
  readonly configuration: Configuration;
  readonly machine: Machine;
  readonly env: Environment;
  readonly cwd: string;
  readonly log: Log;
}

/**
 * Decides which packages the environment gets: those of a lock as they are, else those of a solve.
 *
 * @param channels those that are asked for instead of the file's
 */
export async function resolvePackages(
  spec: EnvironmentSpec,
  channels: readonly string[],
  context: ResolveContext,
): Promise<readonly ResolvedPackage[]> {
  if (spec.kind === "locked") {
    context.log.info(`${basename(spec.file)} locks ${spec.packages.length} packages: no solve`);
    return digestsFromRepodata(spec.packages.map(asResolved), context);
  }
  const specs = usedSpecs(spec, context.log).map((text) => parseMatchSpec(text));
  const selected = selectChannels(
    {
      override: channels.map((name) => fromWorkingDirectory(name, context.cwd)),
      ofFile: spec.channels,
      qualified: specs.flatMap(({ name, channel }) =>
        channel === undefined ? [] : [{ name, channel }],
      ),
    },
    { configuration: context.configuration, folder: dirname(spec.file) },
    context.log,
  );
  return context.log.section("Solving the environment", async () =>
    solve({
      specs: specs.map((item) => item.spec),
      platform: context.machine.platform,
      channels: await indexChannels(selected, context),
      pinned: selected.pinned,
      virtualPackages: virtualPackages(context.machine, context.env),
      signal: context.signal,
    }),
  );
}

function fromWorkingDirectory(name: string, cwd: string): string {
  return /^\.{1,2}(\/|$)/.test(name) ? resolve(cwd, name) : name;
}

async function indexChannels(
  { channels }: SelectedChannels,
  context: ResolveContext,
): Promise<readonly IndexedChannel[]> {
  const subdirs = [context.machine.platform, "noarch"];
  const progress = context.log.progress("Channels", channels.length * subdirs.length, "files");
  const indexChannel = async (channel: Channel): Promise<IndexedChannel> => {
    const files = await Promise.all(
      subdirs.map(async (subdir) => {
        const file = await fetchRepodata(channel, subdir, context);
        progress.advance(1);
        return [subdir, file] as const;
      }),
    );
    return { channel, repodata: foundOf(channel, files) };
  };
  try {
    return await allOrErrors(channels.map(indexChannel));
  } finally {
    progress.end();
  }
}

/** What is wrong with several channels is told at once. */
async function allOrErrors<Value>(work: readonly Promise<Value>[]): Promise<readonly Value[]> {
  const done = await Promise.allSettled(work);
  const errors = done.flatMap((one) =>
    one.status === "rejected" && one.reason instanceof StepError ? [one.reason] : [],
  );
  const defects = done.some(
    (one) => one.status === "rejected" && !(one.reason instanceof StepError),
  );
  const [first, ...others] = errors;
  if (first === undefined || defects) return Promise.all(work);
  throw combineErrors([first, ...others]);
}

function foundOf(
  channel: Channel,
  files: readonly (readonly [string, RepodataFile | undefined])[],
): Readonly<Record<string, RepodataFile>> {
  const found = files.flatMap(([subdir, file]) => (file === undefined ? [] : [[subdir, file]]));
  if (found.length === 0) {
    const subdirs = files.map(([subdir]) => subdir).join(" or ");
    throw condaError(
      "E_CONDA_CHANNEL",
      `Channel ${channel.title}: no repodata for ${subdirs} (${channel.recorded}).`,
    );
  }
  return Object.fromEntries(found);
}

function asResolved({ url, sha256, md5 }: LockedPackage): ResolvedPackage {
  const parts = url.split("/");
  const fileName = decodeURIComponent(parts.at(-1) ?? "");
  const stem = fileName.replace(/\.(conda|tar\.bz2)$/, "");
  const [, name = stem, version = "", build = ""] = /^(.+)-([^-]+)-([^-]+)$/.exec(stem) ?? [];
  return {
    name,
    version,
    build,
    subdir: parts.at(-2) ?? "",
    fileName,
    channel: publicUrl(parts.slice(0, -2).join("/")),
    addresses: [url],
    sizeBytes: undefined,
    sha256,
    md5,
    depends: [],
    index: {},
  };
}

/** Where the indexes of channels are kept between runs. */
export function repodataFolder(cacheFolder: string): string {
  return join(cacheFolder, "cache", "slipway-repodata");
}
