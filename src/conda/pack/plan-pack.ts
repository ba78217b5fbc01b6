import { statSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";

import type { Log } from "../../step/log.ts";
import { renderScripts } from "../scripts/render.ts";
import { contentOfBytes } from "./content.ts";
import { createDecider, type Decider } from "./decide-files.ts";
import { historyPath } from "./own-meta.ts";
import type { Entry, Group } from "./entry.ts";
import { readVariables } from "./environment-variables.ts";
import { oldestSeconds, timeOfOtherFile, timeOfPackageFile } from "./entry-time.ts";
import { packErrors } from "./errors.ts";
import { compileFilters, type Filter, type Selection } from "./filters.ts";
import { groupItems, type ItemGroup, type OwnedItem } from "./group-items.ts";
import { relocateLink } from "./link-target.ts";
import type { PlanOptions } from "./options.ts";
import type { Owner } from "./owners.ts";
import { normaliseName, type PipDistribution } from "./pip-distributions.ts";
import { sourceOf } from "./pyc.ts";
import { byBytes, toRaw, toText, type RawPath } from "./raw-path.ts";
import { createScanner } from "./scan.ts";
import { surveyEnvironment, type Survey } from "./survey.ts";
import type { Found } from "./walk.ts";

/** All that goes into the archive, in order. */
export interface PackPlan {
  groups: readonly PlannedGroup[];
  /** As they are in the environment; what becomes of each is decided with its group. */
  files: number;
  sizeBytes: number;
  /** What the environment says of its packages; of their files only those that tell of Python distributions. */
  records: readonly Record<string, unknown>[];
}

/** A group whose files are decided on when it is wanted, so that the first ones can be packed meanwhile. */
export interface PlannedGroup extends Omit<Group, "entries"> {
  /** Asked again, it gives the same. */
  decide(): Promise<Group>;
}

/**
 * Decides what of the environment is packed, and where in the archive; then group by group, when asked, with which bytes,
 * time and mode.
 *
 * Reads only. The plan depends on the environment's contents and the options, not on where the environment is nor on
 * when it was made.
 *
 * @param prefix absolute path of the environment
 * @throws what `surveyEnvironment` throws, and E_PREFIX_TOO_LONG with all files concerned
 */
export async function planPack(
  prefix: string,
  options: PlanOptions,
  { log, signal }: { log: Log; signal?: AbortSignal | undefined },
): Promise<PackPlan> {
  // The young generation would grow to some 50 MB for what lives a moment.
  setFlagsFromString("--semi-space-growth-factor=1");
  const survey = surveyEnvironment(prefix, options, log);
  const filters = compileFilters(options.filters ?? []);
  const isSelected = selectEntries(survey, filters);
  const owned = [...survey.found.values()]
    .map((item): OwnedItem => ({ item, owner: survey.owners.of(item.path) }))
    .filter(isSelected);
  tellIdle(filters.idle(), log);
  const tooLong: TooLong[] = [];
  const { destPrefix } = options;
  const clock = createClock(survey, options);
  const decider = createDecider(survey, owned, {
    options,
    clock,
    context: { prefix, scanner: createScanner(), log, tooLong, ...(destPrefix && { destPrefix }) },
  });
  const groups = planGroups(groupItems(owned), { survey, decider, clock, options, log, signal });
  if (destPrefix !== undefined) {
    for (const group of groups) await group.decide();
    if (tooLong.length > 0) throw prefixTooLong(destPrefix, tooLong);
  }
  const files = owned.flatMap(({ item }) => (item.kind === "file" ? item.sizeBytes : []));
  const records = survey.packages.map(({ about, files }) => ({
    ...about,
    files: files.filter((path) => path.endsWith("/METADATA")).map(toText),
  }));
  return {
    groups,
    records,
    files: owned.length,
    sizeBytes: files.reduce((sum, size) => sum + size, 0),
  };
}

/** Paths that our own files take, or that make no sense at another place. */
const replaced = new Set([
  "bin/activate",
  "bin/deactivate",
  "bin/activate.fish",
  "bin/conda-unpack",
  "conda-meta/unpacked-prefix",
]);

function selectEntries(survey: Survey, filters: Selection): (owned: OwnedItem) => boolean {
  return ({ item: { path }, owner: { packages, pip } }) => {
    if (replaced.has(path) || !filters.isIn(path)) return false;
    if (path === "bin/conda" && packages.some(({ name }) => name === "conda")) return false;
    // A module that was compiled by chance, when somebody ran the environment.
    const source = sourceOf(path);
    if (source === undefined || packages.length > 0 || pip !== undefined) return true;
    return survey.owners.of(source).packages.length === 0;
  };
}

// A pattern is of whole paths, which is easily forgotten: "tests" leaves nothing out. It is no warning, for a list that
// serves several projects fits none of them wholly.
function tellIdle(idle: readonly Filter[], log: Log): void {
  for (const { kind, glob } of idle)
    log.info(
      kind === "exclude"
        ? `PACK_EXCLUDE: ${glob} leaves nothing out (patterns are of whole paths: */tests/*)`
        : `PACK_INCLUDE: ${glob} keeps nothing that is left out (patterns are of whole paths: */tests/*)`,
    );
}

/** The time of an entry in the archive. */
export type Clock = (item: Found, owner: Owner) => number;

function createClock(survey: Survey, options: PlanOptions): Clock {
  const environmentSeconds =
    options.environmentSeconds ?? Math.floor(statSync(survey.prefix).birthtimeMs / 1000);
  const times = {
    releaseSeconds: options.releaseSeconds,
    // No birth time on this file system: only the time of the release decides.
    environmentSeconds: environmentSeconds > 0 ? environmentSeconds : options.releaseSeconds,
  };
  return ({ path, mtimeSeconds }, { packages, pip }) => {
    const [first] = packages;
    if (first !== undefined) return timeOfPackageFile(first, path, mtimeSeconds);
    // pip gives every file the time of its installation, which says nothing and would change with every release.
    if (pip !== undefined && !isProject(pip, options)) return oldestSeconds;
    return timeOfOtherFile(mtimeSeconds, times);
  };
}

function isProject(distribution: PipDistribution, { projectName }: PlanOptions): boolean {
  if (projectName !== undefined) return normaliseName(projectName) === distribution.name;
  return distribution.isLocal;
}

interface Rules {
  survey: Survey;
  decider: Decider;
  clock: Clock;
  options: PlanOptions;
  log: Log;
  signal?: AbortSignal | undefined;
}

function planGroups(groups: readonly ItemGroup[], rules: Rules): PlannedGroup[] {
  const planned = groups
    .filter(({ kind }) => kind !== "rest")
    .map((group) => planGroup(group, () => decideItems(group.items, rules)));
  const rest = groups.find(({ kind }) => kind === "rest");
  const last = planGroup({ kind: "rest", name: "", version: "" }, async () => {
    // Our own scripts hold what was found in all others.
    for (const { decide } of planned) await decide();
    const entries = await decideItems(rest?.items ?? [], rules);
    return [...entries, ...addedEntries(rules)].toSorted((left, right) =>
      byBytes(left.path, right.path),
    );
  });
  return [...planned, last];
}

function planGroup(
  { kind, name, version }: Omit<Group, "entries">,
  decide: () => Promise<readonly Entry[]>,
): PlannedGroup {
  let decided: Promise<Group> | undefined;
  const decideOnce = async () => ({ kind, name, version, entries: await decide() });
  return { kind, name, version, decide: () => (decided ??= decideOnce()) };
}

async function decideItems(items: readonly OwnedItem[], rules: Rules): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const [index, owned] of items.entries()) {
    // Files are read synchronously: let signals, timers and threads through now and then.
    if (index % 128 === 127) await setImmediate();
    rules.signal?.throwIfAborted();
    const entry = entryOf(owned, rules);
    if (entry) entries.push(entry);
  }
  return entries;
}

function entryOf(
  { item, owner }: OwnedItem,
  { survey, decider, clock, options, log }: Rules,
): Entry | undefined {
  const common = { path: inArchive(item.path, options), mtimeSeconds: clock(item, owner) };
  if (item.kind === "directory") return { ...common, kind: "directory", mode: 0o755 };
  if (item.kind === "link") {
    const target = relocateLink(survey.prefix, item, log);
    return { ...common, kind: "link", mode: 0o777, target };
  }
  const decision = decider.of(item.path);
  if (decision === undefined) return undefined;
  const mode = options.keepModes === true ? item.mode : normalMode(item.mode);
  return { ...common, kind: "file", mode, content: decision.content };
}

// Umask, setuid and who built it make no difference; whether it is a program does.
function normalMode(mode: number): number {
  return (mode & 0o100) === 0 ? 0o644 : 0o755;
}

function addedEntries({ survey, decider, options, log }: Rules): Entry[] {
  const { prefix } = survey;
  const records = decider.records().toSorted((left, right) => byBytes(left.path, right.path));
  const scripts = renderScripts({
    variables: readVariables(prefix, log),
    prefix,
    records: options.destPrefix === undefined ? records : undefined,
    version: options.version,
  });
  // conda takes a folder for an environment where there is a history, even an empty one.
  const history = { path: historyPath, text: "", isExecutable: false };
  const added = survey.found.has(historyPath) ? scripts : [...scripts, history];
  return added.map(({ path, text, isExecutable }) => ({
    kind: "file",
    path: inArchive(toRaw(path), options),
    mode: isExecutable ? 0o755 : 0o644,
    mtimeSeconds: options.releaseSeconds,
    content: contentOfBytes(Buffer.from(text)),
  }));
}

function inArchive(path: RawPath, { arcroot }: PlanOptions): RawPath {
  return arcroot === undefined || arcroot === "" ? path : `${toRaw(arcroot)}/${path}`;
}

type TooLong = { path: RawPath; mostBytes: number };

function prefixTooLong(destPrefix: string, files: readonly TooLong[]) {
  const names = files.map(({ path, mostBytes }) => `${toText(path)} allows at most ${mostBytes}`);
  return packErrors(
    "E_PREFIX_TOO_LONG",
    `Prefix ${destPrefix} has ${Buffer.byteLength(destPrefix)} bytes, ${names.join(", ")}; use a shorter path`,
  );
}
