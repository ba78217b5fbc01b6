import {
  at,
  findClashes,
  isUnpacked,
  type Means,
  openSource,
  type ResolvedArtifact,
  syncError,
  type TokenServer,
} from "../../src/artifacts/index.ts";
import { exit, StepError, type Effect } from "../../src/step/index.ts";
import { keyOf, readBaseArtifacts } from "./base.ts";
import type { SyncContext } from "./inputs.ts";
import { openMeans, readDeclared, readTokenServer } from "./open.ts";

/** Looks at the entries that a merge request changes, before anything can run with them. No cache is asked. */
export async function verifyEntries(context: SyncContext): Promise<readonly Effect[]> {
  const { log, fact, report, fail, inputs } = context;
  const { files, artifacts } = await readDeclared(context);
  const base = await readBaseArtifacts(context, files);
  const changed = artifacts.filter((one) => base === undefined || !base.has(keyOf(one)));
  log.info(
    `${changed.length} of ${artifacts.length} entries are looked at${base === undefined ? "" : `: those that differ from ${inputs.SYNC_BASE}`}.`,
  );
  const means = openMeans(context);
  const tokens = readTokenServer(context);
  const results = await Promise.all(
    changed.map(async (artifact) => ({ artifact, ...(await verify(artifact, means, tokens)) })),
  );
  const clashes = findClashes(artifacts);
  for (const { artifact, problems } of results)
    if (problems.length === 0) log.info(`✓ ${artifact.name}: it is there and can be read`);
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
  const [first] = problems;
  if (first !== undefined) fail(combine(problems, first));
  return [];
}

async function verify(
  artifact: ResolvedArtifact,
  means: Means,
  tokens: TokenServer | undefined,
): Promise<{ problems: readonly StepError[] }> {
  const problems: StepError[] = [];
  if (!isUnpacked(artifact.name) && !plain.test(artifact.name))
    problems.push(
      syncError(
        "E_ARTIFACT_ENTRY",
        `${at(artifact.position)}: Spark does not unpack ${artifact.name}: the name ends in none of .tgz, .tar.gz, .tar, .zip, .jar.`,
        {
          hint: "Give the name the suffix that the file really has; GitLab's addresses end in /download.",
        },
      ),
    );
  try {
    await openSource(artifact, means, tokens).look();
  } catch (error) {
    means.signal.throwIfAborted();
    if (!(error instanceof StepError)) throw error;
    problems.push(
      new StepError({
        code: error.code,
        exit: error.exit,
        message: `${at(artifact.position)}: ${artifact.name}: ${error.message}`,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        cause: error,
      }),
    );
  }
  return { problems };
}

/** What jobs read as it is. */
const plain =
  /\.(py|whl|egg|sql|hql|json|ya?ml|xml|properties|conf|cfg|csv|tsv|parquet|avro|avsc|txt|sh|so|bin|model|onnx|pkl|gz)$/i;

/** One problem as it is; of several all are listed, and a problem of the entries goes before one that may pass. */
function combine(problems: readonly StepError[], first: StepError): StepError {
  if (problems.length === 1) return first;
  const lasting = problems.find((one) => one.exit !== exit.unavailable) ?? first;
  return new StepError({
    code: lasting.code,
    exit: lasting.exit,
    message: problems.map(({ message }) => message).join("\n"),
    ...(lasting.hint === undefined ? {} : { hint: lasting.hint }),
    cause: lasting,
  });
}
