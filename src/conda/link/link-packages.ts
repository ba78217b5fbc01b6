import { createHash } from "node:crypto";
import { readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import type { Log } from "../../step/log.ts";
import { entryPointScript, parseEntryPoint } from "./entry-points.ts";
import type { LinkPlan, PlannedPackage, PlannedPath } from "./link-plan.ts";
import { filePlacer, type LinkType, type Placer } from "./place-file.ts";
import { PrefixFolders } from "./prefix-folders.ts";

/** One path as conda's record has it (CEP 32). */
export interface RecordedPath {
  readonly _path: string;
  readonly path_type:
    | "hardlink"
    | "softlink"
    | "directory"
    | "unix_python_entry_point"
    | "pyc_file";
  readonly prefix_placeholder?: string;
  readonly file_mode?: "text" | "binary";
  readonly no_link?: true;
  readonly sha256?: string;
  readonly sha256_in_prefix?: string;
  readonly size_in_bytes?: number;
}

/** A package that lies in the environment. */
export interface LinkedPackage {
  readonly planned: PlannedPackage;
  readonly linkType: LinkType;
  readonly paths: readonly RecordedPath[];
}

/** Files are placed synchronously, being so many and small; after so many of them others get their turn. */
const filesPerTurn = 500;

/**
 * Brings all files of the plan into the prefix, then the commands of the python packages.
 *
 * @param plan its prefix is an existing folder without any of these files
 * @returns the packages in the order of the plan, with digests of what was written
 */
export async function linkPackages(
  plan: LinkPlan,
  log: Log,
  signal: AbortSignal,
): Promise<readonly LinkedPackage[]> {
  for (const { path, owners } of plan.clobbered)
    log.warn(`${path} belongs to ${owners.join(" and ")}; it is the one of ${owners.at(-1)}`);
  const total = plan.packages.reduce((sum, { paths }) => sum + paths.length, 0);
  const progress = log.progress("Linking", total, "files");
  const folders = new PrefixFolders(plan.prefix);
  const placer = filePlacer();
  const digests = new Map<string, string>();
  const linked: LinkedPackage[] = [];
  const bridges = new Set(placeBridges(plan, folders));
  let placed = 0;
  // The last owner of a path is placed and recorded first, so that the others can record what is really there.
  for (const planned of plan.packages.toReversed()) {
    const paths: RecordedPath[] = [];
    for (const path of planned.paths) {
      paths.push(placePath(plan.prefix, planned, path, { folders, placer, digests, bridges }));
      placed += 1;
      if (placed % filesPerTurn !== 0) continue;
      progress.advance(filesPerTurn);
      await turn();
      signal.throwIfAborted();
    }
    paths.push(...placeCommands(plan, planned, folders, log));
    linked.push({ planned, linkType: placer.linkType, paths });
  }
  progress.end();
  return linked.toReversed();
}

interface Placing {
  readonly folders: PrefixFolders;
  readonly placer: Placer;
  /** Of what lies in the environment, by target. */
  readonly digests: Map<string, string>;
  /** Targets that are there already. */
  readonly bridges: ReadonlySet<string>;
}

function placeBridges({ prefix, bridges }: LinkPlan, folders: PrefixFolders): readonly string[] {
  return bridges.map(({ target, source }) => {
    folders.ensure(dirname(target));
    symlinkSync(readlinkSync(source), join(prefix, target));
    return target;
  });
}

function placePath(
  prefix: string,
  { unpacked }: PlannedPackage,
  { source, target, overruled }: PlannedPath,
  { folders, placer, digests, bridges }: Placing,
): RecordedPath {
  if (source.type === "directory") {
    folders.ensure(target);
    return { _path: target, path_type: "directory" };
  }
  const common = {
    _path: target,
    path_type: source.type,
    ...(source.placeholder === undefined
      ? {}
      : { prefix_placeholder: source.placeholder.text, file_mode: source.placeholder.mode }),
    ...(source.noLink ? { no_link: true as const } : {}),
  };
  if (overruled || bridges.has(target))
    return { ...common, ...digestFields(source.sha256, digests.get(target), source.sizeBytes) };
  folders.ensure(dirname(target));
  const placed = placer.place(
    join(unpacked.folder, source.path),
    source,
    join(prefix, target),
    prefix,
  );
  if (placed.sha256InPrefix !== undefined) digests.set(target, placed.sha256InPrefix);
  return { ...common, ...digestFields(placed.sha256, placed.sha256InPrefix, placed.sizeBytes) };
}

function digestFields(
  sha256: string | undefined,
  inPrefix: string | undefined,
  sizeBytes: number | undefined,
) {
  return {
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(inPrefix === undefined ? {} : { sha256_in_prefix: inPrefix }),
    ...(sizeBytes === undefined ? {} : { size_in_bytes: sizeBytes }),
  };
}

function placeCommands(
  { prefix, python }: LinkPlan,
  { unpacked, paths }: PlannedPackage,
  folders: PrefixFolders,
  log: Log,
): readonly RecordedPath[] {
  if (unpacked.info.noarch !== "python" || python === undefined) return [];
  const own = new Set(paths.map(({ target }) => target));
  return unpacked.info.entryPoints.flatMap((text): readonly RecordedPath[] => {
    const entryPoint = parseEntryPoint(text);
    const target = `bin/${entryPoint?.command ?? ""}`;
    if (entryPoint === undefined || own.has(target)) {
      if (entryPoint === undefined)
        log.warn(`${unpacked.info.name} names the command "${text}", which makes no sense`);
      return [];
    }
    const script = entryPointScript(entryPoint, prefix, python.series);
    folders.ensure("bin");
    writeFileSync(join(prefix, target), script, { mode: 0o755 });
    const digest = createHash("sha256").update(script).digest("hex");
    return [
      {
        _path: target,
        path_type: "unix_python_entry_point",
        sha256_in_prefix: digest,
        size_in_bytes: Buffer.byteLength(script),
      },
    ];
  });
}
