import {
  at,
  findClashes,
  isUnpacked,
  type Means,
  openSource,
  type ResolvedArtifact,
  type SourceFacts,
  syncError,
  type TokenServer,
} from "../../src/artifacts/index.ts";
import { forEachBounded } from "../../src/gitlab/index.ts";
import { combineErrors, type Effect, StepError } from "../../src/step/index.ts";
import { type BaseArtifacts, readBaseArtifacts } from "./base.ts";
import type { SyncContext } from "./inputs.ts";
import { openMeans, readDeclared, readTokenServer } from "./open.ts";

/** Looks at the entries that a merge request changes, before anything can run with them. No cache is asked. */
export async function verifyEntries(context: SyncContext): Promise<readonly Effect[]> {
  const { log, fact, report, fail, inputs } = context;
  const { files, artifacts } = await readDeclared(context);
  const base = await readBaseArtifacts(context, files);
  const changed = artifacts.filter((one) => base?.has(one) !== true);
  log.info(
    `${changed.length} of ${artifacts.length} entries are looked at${base === undefined ? "" : `: those that differ from ${inputs.SYNC_BASE}`}.`,
  );
  const means = openMeans(context);
  const tokens = readTokenServer(context);
  const results: { artifact: ResolvedArtifact; problems: readonly StepError[] }[] = [];
  await forEachBounded(changed, inputs.SYNC_PARALLEL, async (artifact) => {
    const problems = await verify(artifact, { base, means, tokens });
    results.push({ artifact, problems });
    if (problems.length === 0) log.info(`✓ ${artifact.name}: it is there and can be read`);
  });
  const clashes = findClashes(artifacts);
  fact(
    "entries",
    results.map(({ artifact, problems }) => ({
      name: artifact.name,
      declaredAt: at(artifact.position),
      problems: problems.map(({ message }) => message),
    })),
  );
  report({
    kind: "table",
    columns: ["Artifact", "Declared at", "Result"],
    rows: results.map(({ artifact, problems }) => [
      artifact.name,
      at(artifact.position),
      problems.map(({ message }) => message).join(" ") || "good",
    ]),
  });
  const problems = [
    ...clashes.map((message) => syncError("E_ARTIFACT_CLASH", message)),
    ...results.flatMap((one) => one.problems),
  ];
  const [first, ...others] = problems;
  if (first !== undefined) fail(combineErrors([first, ...others]));
  return [];
}

interface Question {
  base: BaseArtifacts | undefined;
  means: Means;
  tokens: TokenServer | undefined;
}

async function verify(
  artifact: ResolvedArtifact,
  { base, means, tokens }: Question,
): Promise<readonly StepError[]> {
  const { name, position } = artifact;
  const problems: StepError[] = [];
  if (!isUnpacked(name) && !plain.test(name))
    problems.push(
      syncError(
        "E_ARTIFACT_ENTRY",
        `${at(position)}: Spark does not unpack ${name}: the name ends in none of .tgz, .tar.gz, .tar, .zip, .jar.`,
        {
          hint: "Give the name the suffix that the file really has; GitLab's addresses end in /download.",
        },
      ),
    );
  try {
    const facts = await openSource(artifact, means, tokens).look();
    const before = base?.otherId(artifact);
    const old = before === undefined ? undefined : { ...artifact, id: before };
    const known = old && (await lookIfThere(old, means, tokens));
    if (old !== undefined && known !== undefined && areDifferent(known, facts))
      problems.push(
        syncError(
          "E_ARTIFACT_ENTRY",
          `${at(position)}: ${name} stood for another file before, ${JSON.stringify(old.id)}: the caches hold that one, and never overwrite it.`,
          { hint: "Give the new file a name of its own, with its version." },
        ),
      );
  } catch (error) {
    means.signal.throwIfAborted();
    if (!(error instanceof StepError)) throw error;
    problems.push(
      new StepError({
        code: error.code,
        exit: error.exit,
        message: `${at(position)}: ${name}: ${error.message}`,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        cause: error,
      }),
    );
  }
  return problems;
}

/** An old file that is gone cannot be compared, and is nobody's fault. */
async function lookIfThere(
  artifact: ResolvedArtifact,
  means: Means,
  tokens: TokenServer | undefined,
): Promise<SourceFacts | undefined> {
  try {
    return await openSource(artifact, means, tokens).look();
  } catch (error) {
    means.signal.throwIfAborted();
    if (!(error instanceof StepError)) throw error;
    means.log.info(
      `${artifact.name}: what it stood for before cannot be compared: ${error.message}`,
    );
    return undefined;
  }
}

/** Only what both sources say counts. */
function areDifferent(one: SourceFacts, other: SourceFacts): boolean {
  const unlike = (left: unknown, right: unknown): boolean =>
    left !== undefined && right !== undefined && left !== right;
  return unlike(one.sizeBytes, other.sizeBytes) || unlike(one.digests.sha256, other.digests.sha256);
}

/** What jobs read as it is. */
const plain =
  /\.(py|whl|egg|sql|hql|json|ya?ml|xml|properties|conf|cfg|csv|tsv|parquet|avro|avsc|txt|sh|so|bin|model|onnx|pkl|gz)$/i;
