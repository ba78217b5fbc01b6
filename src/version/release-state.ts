import { pairNames } from "./edit/version-pair.ts";
import type { FileSource } from "./file-source.ts";
import { spellVersion } from "./places/spelling.ts";
import { planBump, type BumpPlan } from "./plan.ts";
import { openProject, readVersion, type Project } from "./project.ts";
import { findReleasePart } from "./scheme/bump.ts";
import { isShown } from "./scheme/scheme.ts";
import { isDevelopmentVersion } from "./standards/compare.ts";
import { StepError } from "../step/errors.ts";
import { surroundingNames, withNames, type Surroundings } from "./text/names.ts";

/** The version that a commit holds, and how it may be tagged. */
export interface HeldVersion {
  readonly version: string;
  /** Whether it is no development version: its release part is at its optional value, or it has none. */
  readonly isReleased: boolean;
  /** Whether the scheme can mark a development version at all. */
  readonly marksDevelopment: boolean;
  /** Whether a file holds it, and not the tag alone. */
  readonly isInFiles: boolean;
  /** A plan that changes nothing, for the names and texts of the tag: `tagName(held.plan, …)`. */
  readonly plan: BumpPlan;
}

export interface HeldRequest {
  readonly source: FileSource;
  readonly around: Surroundings;
  /** The version before the release commit, for `{current_version}`; by default the held version itself. */
  readonly from?: string | undefined;
  readonly releasePart?: string | undefined;
  /** What a version that is in tags alone becomes; by default it is that of the newest tag. */
  readonly nextOfTags?: (() => Promise<string | undefined>) | undefined;
}

/** Reads the version that a source holds, without changing it. @throws E_VERSION_… */
export async function readHeldVersion(request: HeldRequest): Promise<HeldVersion> {
  const project = await openProject(request.source, request.around);
  const isInFiles = project.kind !== "tagged";
  const version = (isInFiles ? undefined : await request.nextOfTags?.()) ?? versionOf(project);
  const plan = await planBump({
    source: request.source,
    around: request.around,
    operation: { kind: "set", version },
  });
  return {
    version,
    isInFiles,
    ...developmentState(project, version, request.releasePart),
    plan: request.from === undefined ? plan : comingFrom(plan, project, request.from, request),
  };
}

function versionOf(project: Project): string {
  if (project.kind === "configured") return project.current.text;
  return project.kind === "guessed" ? project.leading.version : project.version;
}

function developmentState(project: Project, version: string, releasePart: string | undefined) {
  if (project.kind === "tagged")
    return { isReleased: !isDevelopmentVersion(version), marksDevelopment: false };
  if (project.kind === "guessed") {
    const { title, ecosystem } = project.leading;
    const { suffix } = spellVersion(version, title, ecosystem);
    return { isReleased: suffix === "", marksDevelopment: true };
  }
  const { scheme, current } = project;
  const part = findReleasePart(scheme, releasePart);
  const isReleased = part === undefined || !isShown(scheme, part, current.value);
  return { isReleased, marksDevelopment: part !== undefined };
}

/** The same plan with the names of the version that the release commit came from. */
function comingFrom(
  plan: BumpPlan,
  project: Project,
  from: string,
  { around }: HeldRequest,
): BumpPlan {
  if (project.kind !== "configured") {
    const names = withNames(new Map([["current_version", from]]), plan.names);
    return { ...plan, currentVersion: from, names };
  }
  try {
    const current = readVersion(project.scheme, from, "the version before the release");
    const pair = pairNames({ current, next: project.current }, surroundingNames(around));
    const names = withNames(new Map([["version", project.current.text]]), pair);
    return { ...plan, currentVersion: from, names };
  } catch (error) {
    if (error instanceof StepError && error.code === "E_VERSION_UNREADABLE") return plan;
    throw error;
  }
}
