/** The type of our statements' predicate. @see https://slsa.dev/spec/v1.0/provenance */
export const predicateType = "https://slsa.dev/provenance/v1";
/** @see https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
export const statementType = "https://in-toto.io/Statement/v1";
/** What the parameters of a build mean: docs/provenance.md describes it. */
export const buildType = "urn:slipway:build-type:gitlab-job:v1";

/** The job that built, as GitLab's predefined variables describe it. */
export interface Build {
  readonly projectUrl: string;
  readonly commit: string;
  /** Branch or tag: `refs/tags/v1.2.0`. */
  readonly ref: string | undefined;
  readonly jobUrl: string;
  readonly jobName: string | undefined;
  readonly pipelineUrl: string | undefined;
  /** What started the pipeline: `push`, `web`, `schedule`. */
  readonly pipelineSource: string | undefined;
  /** `<server>/-/runners/<id>`, as GitLab's own statements name a runner. */
  readonly builder: string;
  readonly runnerVersion: string | undefined;
  /** Image of the job, as it was asked for. */
  readonly image: string | undefined;
  /** ISO 8601. */
  readonly startedAt: string | undefined;
  /** Version of Slipway. */
  readonly toolVersion: string;
  readonly step: string;
  /** Inputs of the step that decided what was built; never a secret. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** A file, by the digest that the registry proved. */
export interface Subject {
  readonly name: string;
  readonly sha256: string;
}

/**
 * The provenance of a file: an in-toto statement v1 with a SLSA provenance v1. It says who built; it does not say that
 * the environment was clean.
 *
 * Nothing in it is the time or place of this very run, so that a job that is killed and run again says the same.
 */
export function provenanceStatement(build: Build, { name, sha256 }: Subject): string {
  const source = `git+${build.projectUrl}.git${build.ref === undefined ? "" : `@${build.ref}`}`;
  const image = imageDependency(build.image);
  const statement = {
    _type: statementType,
    subject: [{ name, digest: { sha256 } }],
    predicateType,
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: { source, step: build.step, inputs: build.inputs },
        internalParameters: given({
          job: build.jobName,
          jobUrl: build.jobUrl,
          pipelineUrl: build.pipelineUrl,
          pipelineSource: build.pipelineSource,
          image: build.image,
        }),
        resolvedDependencies: [{ uri: source, digest: { gitCommit: build.commit } }, ...image],
      },
      runDetails: {
        builder: {
          id: build.builder,
          version: given({ slipway: build.toolVersion, "gitlab-runner": build.runnerVersion }),
        },
        metadata: given({ invocationId: build.jobUrl, startedOn: build.startedAt }),
      },
    },
  };
  return `${JSON.stringify(statement, undefined, 2)}\n`;
}

/** An image is a dependency with a digest only where the job asked for it by its digest. */
function imageDependency(image: string | undefined) {
  const [, name, sha256] = /^(.+)@sha256:([0-9a-f]{64})$/.exec(image ?? "") ?? [];
  return name === undefined || sha256 === undefined
    ? []
    : [{ uri: `oci://${name}`, digest: { sha256 } }];
}

function given(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      value === undefined || value === "" ? [] : [[name, value]],
    ),
  );
}
