import { listAt, parseJson, textAt, valueAt } from "./json.ts";
import { predicateType, statementType, type Subject } from "./statement.ts";

/** What a provenance says, as far as it is checked. */
export interface Provenance {
  readonly subjects: readonly Subject[];
  readonly buildType: string;
  readonly builder: string;
  /** The commit of the source, where it names one. */
  readonly commit: string | undefined;
  readonly source: string | undefined;
  readonly invocation: string | undefined;
  /** What was built from what, without the job that did it: equal in every job of the same build. */
  readonly definition: string;
}

/**
 * Reads an in-toto statement v1 with a SLSA provenance v1.
 *
 * @returns what it says, or a sentence on why it is none.
 */
export function readProvenance(text: string): Provenance | string {
  const statement = parseJson(text);
  if (statement === undefined) return "it is not JSON";
  if (textAt(statement, "_type") !== statementType) return "it is no in-toto statement v1";
  if (textAt(statement, "predicateType") !== predicateType)
    return "its predicate is not SLSA provenance v1";
  const subjects = listAt(statement, "subject").map((subject) => ({
    name: textAt(subject, "name") ?? "",
    sha256: textAt(subject, "digest", "sha256")?.toLowerCase() ?? "",
  }));
  if (subjects.length === 0 || subjects.some(({ sha256 }) => !/^[0-9a-f]{64}$/.test(sha256)))
    return "it has a subject without SHA-256";
  const definition = valueAt(statement, "predicate", "buildDefinition");
  const buildType = textAt(definition, "buildType");
  const builder = textAt(statement, "predicate", "runDetails", "builder", "id");
  if (buildType === undefined || builder === undefined) return "it names no build type or builder";
  const source = listAt(definition, "resolvedDependencies").find(
    (dependency) => textAt(dependency, "digest", "gitCommit") !== undefined,
  );
  return {
    subjects,
    buildType,
    builder,
    commit: textAt(source, "digest", "gitCommit"),
    source: textAt(source, "uri"),
    invocation: textAt(statement, "predicate", "runDetails", "metadata", "invocationId"),
    definition: JSON.stringify([
      buildType,
      valueAt(definition, "externalParameters"),
      valueAt(definition, "resolvedDependencies"),
    ]),
  };
}
