import { defaultMessage, defaultTagName, type Hooks } from "./config/bump-config.ts";
import { replaceSpans } from "./config/text-span.ts";
import { editConfig } from "./edit/edit-config.ts";
import { editSections } from "./edit/edit-sections.ts";
import { pairNames, type VersionPair } from "./edit/version-pair.ts";
import { WorkingCopy, type Edit } from "./edit/working-copy.ts";
import type { FileSource } from "./file-source.ts";
import { computeNext, computeSpelling, type Operation } from "./operation.ts";
import { decodeFile, type Ecosystem, type VersionPlace } from "./places/place.ts";
import { suggestConfig, type Suggestion } from "./places/suggest-config.ts";
import { type Changelog, planChangelog } from "./plan-changelog.ts";
import { Problems } from "./problems.ts";
import {
  openProject,
  type ConfiguredProject,
  type GuessedProject,
  type TaggedProject,
} from "./project.ts";
import { surroundingNames, withNames, type Names, type Surroundings } from "./text/names.ts";

/** What the configuration says of commits and tags; templates, not yet rendered. */
export interface ReleaseTexts {
  readonly tagName: string;
  /** Empty where the configuration asks for a lightweight tag. */
  readonly tagMessage: string;
  /** `undefined` where the configuration leaves the text of commits to the step. */
  readonly message: string | undefined;
  readonly signTags: boolean;
  readonly allowDirty: boolean;
  readonly moveableTags: readonly string[];
  readonly hooks: Hooks;
}

/** Everything a bump will do, computed in memory; nothing is written. */
export interface BumpPlan {
  /** `tag-only`: the version is in tags, no file holds it. */
  readonly kind: "edit" | "unchanged" | "tag-only";
  /** Why nothing changes, for `unchanged`. */
  readonly reason: string | undefined;
  readonly currentVersion: string;
  readonly newVersion: string;
  readonly edits: readonly Edit[];
  readonly texts: ReleaseTexts;
  /** The names of messages and tags: both versions, their parts, `{version}`, the surroundings. */
  readonly names: Names;
  readonly warnings: readonly string[];
  /** A ready `.bumpversion.cfg`, where the plan was made without one, or why there is none. */
  readonly suggestion: Suggestion | undefined;
}

export interface BumpRequest {
  readonly source: FileSource;
  readonly operation: Operation;
  readonly around: Surroundings;
  /** By default no changelog is written. */
  readonly changelog?: Changelog | undefined;
}

/**
 * Plans a bump: reads the configuration and every file, computes the versions, edits in memory.
 *
 * @throws all that is wrong at once, E_VERSION_…, before anything is written.
 */
export async function planBump(request: BumpRequest): Promise<BumpPlan> {
  const plan = await planVersions(request);
  const { changelog, source } = request;
  return changelog === undefined ? plan : planChangelog(plan, source, changelog);
}

async function planVersions({ source, operation, around }: BumpRequest): Promise<BumpPlan> {
  const project = await openProject(source, around);
  switch (project.kind) {
    case "configured":
      return planConfigured(project, { source, operation, around });
    case "guessed":
      return planGuessed(project, { source, operation, around });
    case "tagged":
      return planTagged(project, operation, around);
  }
}

async function planConfigured(
  project: ConfiguredProject,
  { source, operation, around }: BumpRequest,
): Promise<BumpPlan> {
  const { config, scheme, current } = project;
  const names = surroundingNames(around);
  const { next, part, consumesNewVersion, unchanged } = computeNext(project, operation, names);
  const pair: VersionPair = { current, next };
  const warnings = [...project.warnings];
  const isSame = next.text === current.text;
  const copy = new WorkingCopy(source);
  if (!isSame) {
    const problems = new Problems();
    const shared = { source, copy, scheme, pair, names, part, problems, warnings };
    await editSections(config.files, shared);
    await problems.collectAsync(async () => {
      const bytes = await copy.current(config.path);
      if (bytes === undefined) return;
      await copy.replace(config.path, editConfig(bytes, { config, pair, consumesNewVersion }));
    });
    problems.throwIfAny();
  }
  return {
    kind: isSame ? "unchanged" : "edit",
    reason: isSame ? (unchanged ?? `${current.text} is the version already`) : undefined,
    currentVersion: current.text,
    newVersion: next.text,
    edits: copy.edits(),
    texts: config,
    names: planNames(pairNames(pair, names), next.text),
    warnings,
    suggestion: undefined,
  };
}

/** Without a configuration: the usual tag, nobody's message, no hooks. */
const usualTexts: ReleaseTexts = {
  tagName: defaultTagName,
  tagMessage: defaultMessage,
  message: undefined,
  signTags: false,
  allowDirty: false,
  moveableTags: [],
  hooks: { setup: [], preCommit: [], postCommit: [] },
};

async function planGuessed(
  { places, leading, warnings }: GuessedProject,
  { source, operation, around }: BumpRequest,
): Promise<BumpPlan> {
  const compute = ({ version, ecosystem, title }: VersionPlace) =>
    computeSpelling(version, ecosystem, operationFor(ecosystem, leading, operation), title);
  const newVersion = compute(leading);
  const copy = new WorkingCopy(source);
  for (const path of new Set(places.map((place) => place.path))) {
    const own = places.filter((place) => place.path === path);
    const bytes = await copy.current(path);
    if (bytes === undefined) continue;
    const replacements = own.flatMap((place) => {
      const text = place.isMirror ? compute(mirrored(place, places)) : compute(place);
      return place.write?.(text) ?? [{ span: place.span, text }];
    });
    const encoding = own[0]?.encoding ?? "utf8";
    const before = encoding === "utf8" ? decodeFile(path, bytes) : bytes.toString(encoding);
    await copy.replace(path, Buffer.from(replaceSpans(before, replacements), encoding));
  }
  const edits = copy.edits();
  return {
    kind: edits.length === 0 ? "unchanged" : "edit",
    reason: edits.length === 0 ? `${leading.version} is not a development version` : undefined,
    currentVersion: leading.version,
    newVersion,
    edits,
    texts: usualTexts,
    names: spelledNames(leading.version, newVersion, around),
    warnings,
    suggestion: await suggestConfig(source, places),
  };
}

/** A development version is spelt like the one before only by the same tools: `.dev` is none that npm can read. */
function operationFor(
  ecosystem: Ecosystem,
  leading: VersionPlace,
  operation: Operation,
): Operation {
  if (operation.kind !== "post-release" || ecosystem === leading.ecosystem) return operation;
  return { ...operation, like: undefined };
}

/** A lock file repeats the manifest of its own ecosystem. */
function mirrored(mirror: VersionPlace, places: readonly VersionPlace[]): VersionPlace {
  const isOriginal = (one: VersionPlace) => !one.isMirror && one.ecosystem === mirror.ecosystem;
  return places.find(isOriginal) ?? mirror;
}

function planTagged(
  { version, tag, isHere }: TaggedProject,
  operation: Operation,
  around: Surroundings,
): BumpPlan {
  // A run before this one bumped it, and pushed the tag.
  const isBumped = isHere && operation.kind === "bump";
  const newVersion = isBumped
    ? version
    : computeSpelling(version, "python", withoutMarker(operation), `tag ${tag}`);
  return {
    kind: newVersion === version ? "unchanged" : "tag-only",
    reason:
      newVersion === version
        ? `the version is that of the tag ${tag}${isHere ? ", which is on this commit" : ", the newest one"}`
        : undefined,
    currentVersion: version,
    newVersion,
    edits: [],
    texts: usualTexts,
    names: spelledNames(version, newVersion, around),
    warnings: [],
    suggestion: undefined,
  };
}

/** What follows a tag needs no development version: the tool that reads the tag makes one. */
function withoutMarker(operation: Operation): Operation {
  return operation.kind === "post-release" ? { kind: "bump", part: operation.part } : operation;
}

function spelledNames(current: string, next: string, around: Surroundings): Names {
  const pair: VersionPair = {
    current: { text: current, value: new Map(numbered(current)) },
    next: { text: next, value: new Map(numbered(next)) },
  };
  return planNames(pairNames(pair, surroundingNames(around)), next);
}

function numbered(version: string): [string, string][] {
  const numbers = /\d+(?:\.\d+)*/u.exec(version)?.[0].split(".") ?? [];
  return ["major", "minor", "patch"].map((name, index) => [name, numbers[index] ?? "0"]);
}

function planNames(names: Names, version: string): Names {
  return withNames(new Map([["version", version]]), names);
}
