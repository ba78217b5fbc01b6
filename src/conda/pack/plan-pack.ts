import { statSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";

import type { Log } from "../../step/log.ts";
import { renderScripts } from "../scripts/render.ts";
import { decideCompiled, isCompiled } from "./compiled-modules.ts";
import { contentOfBytes } from "./content.ts";
import { decideContent, type Decision, type DecisionContext } from "./decide-content.ts";
import { decideOwnMeta, historyPath } from "./own-meta.ts";
import type { Group } from "./entry.ts";
import { readVariables } from "./environment-variables.ts";
import { oldestSeconds, timeOfOtherFile, timeOfPackageFile } from "./entry-time.ts";
import { packErrors } from "./errors.ts";
import { compileFilters } from "./filters.ts";
import { groupEntries, type OwnedEntry } from "./group-entries.ts";
import { relocateLink } from "./link-target.ts";
import type { PlanOptions } from "./options.ts";
import { normaliseName, type PipDistribution } from "./pip-distributions.ts";
import type { PrefixRecord } from "./prefix-places.ts";
import { sourceOf } from "./pyc.ts";
import { byBytes, onDisk, toRaw, toText, type RawPath } from "./raw-path.ts";
import { rewriteRecords } from "./rewrite-records.ts";
import { createScanner } from "./scan.ts";
import { surveyEnvironment, type Survey } from "./survey.ts";
import type { Found } from "./walk.ts";

/** All that goes into the archive, in order. */
export interface PackPlan {
  groups: readonly Group[];
}

/**
 * Decides on every file of the environment: whether it is packed, with which bytes, time and mode, and where.
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
  const context: DecisionContext = {
    prefix,
    scanner: createScanner(),
    log,
    tooLong: [],
    ...(options.destPrefix !== undefined && { destPrefix: options.destPrefix }),
  };
  const clock = createClock(survey, options);
  const wanted = [...survey.found.values()].filter(selectEntries(survey, options));
  const decisions = await decideFiles(survey, wanted, { options, context, clock, signal });
  if (context.tooLong.length > 0) throw tooLong(options.destPrefix ?? "", context.tooLong);
  const owned = wanted.flatMap((item) =>
    ownedEntry(survey, item, decisions, { options, context, clock }),
  );
  const records = [...decisions.values()]
    .flatMap(({ record }) => record ?? [])
    .toSorted((left, right) => byBytes(left.path, right.path));
  const added = addedEntries(survey, records, context, options);
  return { groups: groupEntries([...owned, ...added]) };
}

/** Paths that our own files take, or that make no sense at another place. */
const replaced = new Set([
  "bin/activate",
  "bin/deactivate",
  "bin/activate.fish",
  "bin/conda-unpack",
  "conda-meta/unpacked-prefix",
]);

function selectEntries(survey: Survey, { filters = [] }: PlanOptions): (item: Found) => boolean {
  const isIn = compileFilters(filters);
  return ({ path }) => {
    if (replaced.has(path) || !isIn(path)) return false;
    const { packages, pip } = survey.owners.of(path);
    if (path === "bin/conda" && packages.some(({ name }) => name === "conda")) return false;
    // A module that was compiled by chance, when somebody ran the environment.
    const source = sourceOf(path);
    if (source === undefined || packages.length > 0 || pip !== undefined) return true;
    return survey.owners.of(source).packages.length === 0;
  };
}

/** The time of an entry in the archive. */
type Clock = (item: Found) => number;

function createClock(survey: Survey, options: PlanOptions): Clock {
  const environmentSeconds =
    options.environmentSeconds ?? Math.floor(statSync(survey.prefix).birthtimeMs / 1000);
  const times = {
    releaseSeconds: options.releaseSeconds,
    // No birth time on this file system: only the time of the release decides.
    environmentSeconds: environmentSeconds > 0 ? environmentSeconds : options.releaseSeconds,
  };
  return ({ path, mtimeSeconds }) => {
    const { packages, pip } = survey.owners.of(path);
    const [owner] = packages;
    if (owner !== undefined) return timeOfPackageFile(owner, path, mtimeSeconds);
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
  options: PlanOptions;
  context: DecisionContext;
  clock: Clock;
  signal?: AbortSignal | undefined;
}

async function decideFiles(
  survey: Survey,
  wanted: readonly Found[],
  { options, context, clock, signal }: Rules,
): Promise<Map<RawPath, Decision>> {
  const decisions = new Map<RawPath, Decision>();
  const compiled: (Found & { kind: "file" })[] = [];
  let count = 0;
  for (const item of wanted) {
    // Files are read synchronously: let signals and timers through now and then.
    if (++count % 256 === 0) await setImmediate();
    signal?.throwIfAborted();
    if (item.kind !== "file") continue;
    if (isCompiled(item.path)) {
      compiled.push(item);
      continue;
    }
    const own = decideOwnMeta(survey, item.path, options, context);
    const decision = own === "ordinary" ? decideFile(survey, item, context) : own;
    if (decision !== undefined) decisions.set(item.path, decision);
  }
  for (const { path, sizeBytes } of compiled) {
    if (++count % 256 === 0) await setImmediate();
    const source = survey.found.get(sourceOf(path) ?? "");
    const decision = source === undefined ? undefined : decisions.get(source.path);
    const packed = source && decision ? { decision, mtimeSeconds: clock(source) } : undefined;
    const facts = survey.owners.factsOf(path);
    const isAsPackaged = facts.some(({ sha256, isMade }) => sha256 !== undefined && !isMade);
    const file = { disk: onDisk(survey.prefix, path), sizeBytes, isAsPackaged };
    const compiledModule = decideCompiled(file, survey.prefix, source, packed, context.scanner);
    if (compiledModule !== undefined) decisions.set(path, compiledModule);
  }
  rewriteRecords(survey.prefix, decisions, (path) => survey.found.has(path));
  return decisions;
}

function decideFile(survey: Survey, item: Found & { kind: "file" }, context: DecisionContext) {
  const { packages } = survey.owners.of(item.path);
  return decideContent(
    {
      path: item.path,
      sizeBytes: item.sizeBytes,
      facts: survey.owners.factsOf(item.path),
      sources: packages.flatMap(({ source }) => source ?? []),
    },
    context,
  );
}

function ownedEntry(
  survey: Survey,
  item: Found,
  decisions: ReadonlyMap<RawPath, Decision>,
  { options, context, clock }: Rules,
): OwnedEntry[] {
  const owner = survey.owners.of(item.path);
  const common = { path: inArchive(item.path, options), mtimeSeconds: clock(item) };
  if (item.kind === "directory")
    return [{ owner, entry: { ...common, kind: "directory", mode: 0o755 } }];
  if (item.kind === "link") {
    const target = relocateLink(survey.prefix, item, context.log);
    return [{ owner, entry: { ...common, kind: "link", mode: 0o777, target } }];
  }
  const decision = decisions.get(item.path);
  if (decision === undefined) return [];
  const mode = options.keepModes === true ? item.mode : normalMode(item.mode);
  return [{ owner, entry: { ...common, kind: "file", mode, content: decision.content } }];
}

// Umask, setuid and who built it make no difference; whether it is a program does.
function normalMode(mode: number): number {
  return (mode & 0o100) === 0 ? 0o644 : 0o755;
}

function addedEntries(
  survey: Survey,
  records: readonly PrefixRecord[],
  { prefix, log }: DecisionContext,
  options: PlanOptions,
): OwnedEntry[] {
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
    owner: { packages: [] },
    entry: {
      kind: "file",
      path: inArchive(toRaw(path), options),
      mode: isExecutable ? 0o755 : 0o644,
      mtimeSeconds: options.releaseSeconds,
      content: contentOfBytes(Buffer.from(text)),
    },
  }));
}

function inArchive(path: RawPath, { arcroot }: PlanOptions): RawPath {
  return arcroot === undefined || arcroot === "" ? path : `${toRaw(arcroot)}/${path}`;
}

function tooLong(destPrefix: string, files: DecisionContext["tooLong"]) {
  const names = files.map(({ path, mostBytes }) => `${toText(path)} allows at most ${mostBytes}`);
  return packErrors(
    "E_PREFIX_TOO_LONG",
    `Prefix ${destPrefix} has ${Buffer.byteLength(destPrefix)} bytes, ${names.join(", ")}; use a shorter path`,
  );
}
