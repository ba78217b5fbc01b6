import { type Change, decideLevel } from "../../src/commits/index.ts";
import { type Checkout, type Repository, type Sha, shortSha } from "../../src/git/index.ts";
import type { StepContext, Values } from "../../src/step/index.ts";
import {
  compareVersions,
  type FileSource,
  type Operation,
  planBump,
  type Surroundings,
} from "../../src/version/index.ts";
import { changesBetween } from "./changes-between.ts";
import { autoErrors, type autoInputs } from "./auto-inputs.ts";
import { findLastRelease, openHistory, type ReleaseTag } from "./release-history.ts";
import { readReleasePaths } from "./release-paths.ts";

export type AutoContext = Pick<
  StepContext,
  "log" | "clock" | "workFolder" | "cwd" | "variable" | "fact" | "report"
> & {
  readonly inputs: Values<typeof autoInputs> & {
    readonly PROJECT_DIR: string;
    readonly TAG_FORMAT: string | undefined;
    readonly RELEASE_PART: string | undefined;
    readonly POST_RELEASE_VERSION_BUMP: string | undefined;
  };
};

export interface AutoQuestion {
  readonly repository: Repository;
  readonly checkout: Checkout;
  readonly base: Sha;
  readonly source: FileSource;
  readonly around: Surroundings;
}

/** What the commits ask for. */
export interface AutoDecision {
  /** `first`: nothing was released before. */
  readonly level: "none" | "patch" | "minor" | "major" | "first";
  /** `undefined` for none. */
  readonly operation: Operation | undefined;
  /** A sentence that says why. */
  readonly reason: string;
}

/**
 * Decides from the Conventional Commits since the last release tag what is released.
 *
 * The commits raise a part of that release. A development version in the files that is higher than the one tag-release
 * opens by itself was set by a person: it is the least that is released.
 *
 * @throws {StepError} E_RELEASE_PATHS, E_HISTORY_SHALLOW, of git, of the version files.
 */
export async function decideOperation(
  context: AutoContext,
  question: AutoQuestion,
): Promise<AutoDecision> {
  const { inputs, log } = context;
  const { source, around, base } = question;
  const { paths, problems } = await readReleasePaths(context);
  if (problems.length > 0) throw autoErrors("E_RELEASE_PATHS", problems.join("\n"));
  const announce: Operation = { kind: "release", part: inputs.RELEASE_PART };
  const announced = await planBump({ source, around, operation: announce });
  const format = inputs.TAG_FORMAT ?? announced.texts.tagName;
  const withFolders = !paths.includes("");
  const history = await openHistory(context, question, { base, format, withFolders });
  const last = await findLastRelease(history, base, announced.currentVersion);
  if (last === undefined) {
    const reason = `No tag of the form ${format} leads to ${shortSha(base)}: this is the first release, as ${announced.newVersion}.`;
    log.info(reason);
    return { level: "first", operation: announce, reason };
  }
  const range = { to: base, from: last.commit, paths };
  const { changes, commits } = await changesBetween(history.repository, range);
  const { level, decidedBy } = decideLevel(changes);
  tell(context, last, commits.length, changes);
  if (level === "none" || decidedBy === undefined) {
    const where = withFolders ? ` in ${paths.join(", ")}` : "";
    const reason = `No commit since ${last.name}${where} asks for a release (feat, fix, perf, revert, or a breaking change).`;
    return { level: "none", operation: undefined, reason };
  }
  const reason = `${level}, because of ${describe(decidedBy)}`;
  log.info(`VERSION_BUMP=auto: ${reason}`);
  const raise: Operation = { kind: "raise", from: last.version, part: level };
  const compute = async (operation: Operation) =>
    (await planBump({ source, around, operation })).newVersion;
  const wanted = await compute(raise);
  const usual = await compute({
    kind: "raise",
    from: last.version,
    part: inputs.POST_RELEASE_VERSION_BUMP ?? "minor",
  });
  const isSetByHand =
    compareVersions(announced.newVersion, usual) > 0 &&
    compareVersions(announced.newVersion, wanted) > 0;
  if (!isSetByHand) return { level, operation: raise, reason };
  log.info(
    `The files announce ${announced.newVersion}, which is more than the commits ask for (${wanted}): it is released.`,
  );
  return { level, operation: announce, reason };
}

function tell(
  { log, fact, report }: AutoContext,
  last: ReleaseTag,
  count: number,
  changes: readonly Change[],
): void {
  const commits = count === 1 ? "1 commit counts" : `${count} commits count`;
  log.info(`Since ${last.name} (${shortSha(last.commit)}) ${commits}.`);
  fact("since", { tag: last.name, commit: last.commit, commits: count });
  report({
    kind: "table",
    columns: [`Since ${last.name}`, "Type", "What"],
    rows: changes
      .slice(0, 100)
      .map((change) => [change.id.slice(0, 8), change.type ?? "", change.description]),
  });
}

function describe({ id, type, scope, description, breaking, mergeRequest }: Change): string {
  const scoped = scope === undefined ? "" : `(${scope})`;
  const mark = breaking === undefined ? "" : "!";
  const title = type === undefined ? description : `${type}${scoped}${mark}: ${description}`;
  const request = mergeRequest === undefined ? "" : ` (!${mergeRequest})`;
  return `${id.slice(0, 8)} "${title}"${request}`;
}
