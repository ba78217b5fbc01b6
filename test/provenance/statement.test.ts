import { describe, expect, test } from "vitest";
import { provenanceStatement, readBuild, readProvenance } from "../../src/provenance/index.ts";
import { problemsBySchema } from "../step/support/json-schema.ts";

const job: Readonly<Record<string, string>> = {
  CI_PROJECT_URL: "https://gitlab.example.org/group/demo",
  CI_COMMIT_SHA: "0123456789abcdef0123456789abcdef01234567",
  CI_COMMIT_TAG: "v1.2.0",
  CI_JOB_URL: "https://gitlab.example.org/group/demo/-/jobs/7",
  CI_JOB_NAME: "publish",
  CI_JOB_STARTED_AT: "2026-01-31T12:00:00Z",
  CI_PIPELINE_URL: "https://gitlab.example.org/group/demo/-/pipelines/3",
  CI_PIPELINE_SOURCE: "push",
  CI_SERVER_URL: "https://gitlab.example.org",
  CI_RUNNER_ID: "12",
  CI_RUNNER_VERSION: "18.5.0",
  CI_JOB_IMAGE: `registry.example.org/slipway@sha256:${"1".repeat(64)}`,
};

const buildOf = (variables: Readonly<Record<string, string>>) =>
  readBuild({
    variable: (name) => variables[name],
    toolVersion: "0.1.0",
    step: "upload-package",
    inputs: { PACKAGE_FILES: ["dist/*"] },
  });

const subject = { name: "demo.tgz", sha256: "ab".repeat(32) };

function statementOf(variables = job): string {
  const build = buildOf(variables);
  return build === undefined ? "" : provenanceStatement(build, subject);
}

const resource = {
  type: "object",
  required: ["uri", "digest"],
  properties: {
    uri: { type: "string", pattern: "^[a-z][a-z0-9+.-]*:" },
    digest: { type: "object", additionalProperties: { type: "string", pattern: "^[0-9a-f]+$" } },
  },
};

/** What both specifications ask for: statement v1 of in-toto, provenance v1 of SLSA. */
const published = {
  type: "object",
  required: ["_type", "subject", "predicateType", "predicate"],
  properties: {
    _type: { enum: ["https://in-toto.io/Statement/v1"] },
    subject: {
      type: "array",
      items: {
        type: "object",
        required: ["name", "digest"],
        properties: {
          digest: {
            type: "object",
            required: ["sha256"],
            properties: { sha256: { type: "string", pattern: "^[0-9a-f]{64}$" } },
          },
        },
      },
    },
    predicateType: { enum: ["https://slsa.dev/provenance/v1"] },
    predicate: {
      type: "object",
      required: ["buildDefinition", "runDetails"],
      properties: {
        buildDefinition: {
          type: "object",
          required: ["buildType", "externalParameters"],
          properties: {
            buildType: { type: "string", pattern: "^[a-z][a-z0-9+.-]*:" },
            externalParameters: { type: "object" },
            internalParameters: { type: "object" },
            resolvedDependencies: { type: "array", items: resource },
          },
        },
        runDetails: {
          type: "object",
          required: ["builder"],
          properties: {
            builder: {
              type: "object",
              required: ["id"],
              properties: {
                id: { type: "string", pattern: "^https?:" },
                version: { type: "object", additionalProperties: { type: "string" } },
              },
            },
            metadata: {
              type: "object",
              properties: {
                invocationId: { type: "string" },
                startedOn: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT.*Z$" },
              },
            },
          },
        },
      },
    },
  },
};

test("a statement has what in-toto and SLSA ask for", () => {
  const statement: unknown = JSON.parse(statementOf());
  expect(problemsBySchema(statement, published)).toEqual([]);
});

test("a statement says who built what, from what, where", () => {
  expect(JSON.parse(statementOf())).toMatchObject({
    subject: [{ name: "demo.tgz", digest: { sha256: subject.sha256 } }],
    predicate: {
      buildDefinition: {
        buildType: "urn:slipway:build-type:gitlab-job:v1",
        externalParameters: { step: "upload-package", inputs: { PACKAGE_FILES: ["dist/*"] } },
        resolvedDependencies: [
          {
            uri: "git+https://gitlab.example.org/group/demo.git@refs/tags/v1.2.0",
            digest: { gitCommit: job["CI_COMMIT_SHA"] },
          },
          { uri: "oci://registry.example.org/slipway", digest: { sha256: "1".repeat(64) } },
        ],
      },
      runDetails: {
        builder: {
          id: "https://gitlab.example.org/-/runners/12",
          version: { slipway: "0.1.0", "gitlab-runner": "18.5.0" },
        },
        metadata: { invocationId: job["CI_JOB_URL"], startedOn: "2026-01-31T12:00:00Z" },
      },
    },
  });
});

test.each(["CI_PROJECT_URL", "CI_COMMIT_SHA", "CI_JOB_URL", "CI_SERVER_URL"])(
  "without %s it is no job, of which nothing is said",
  (name) => {
    const { [name]: _absent, ...others } = job;
    expect(buildOf(others)).toBeUndefined();
  },
);

test("an image that was asked for by its name alone is no dependency with a digest", () => {
  expect(statementOf({ ...job, CI_JOB_IMAGE: "debian:trixie" })).not.toContain("oci://");
});

describe("reading", () => {
  test("finds what was written", () => {
    expect(readProvenance(statementOf())).toMatchObject({
      subjects: [subject],
      commit: job["CI_COMMIT_SHA"],
      builder: "https://gitlab.example.org/-/runners/12",
      invocation: job["CI_JOB_URL"],
    });
  });

  test("another job of the same build has the same definition", () => {
    const retried = statementOf({ ...job, CI_JOB_URL: `${job["CI_JOB_URL"]}1`, CI_RUNNER_ID: "9" });
    const definitions = [statementOf(), retried].map((text) => {
      const read = readProvenance(text);
      return typeof read === "string" ? read : read.definition;
    });
    expect(definitions[0]).toBe(definitions[1]);
  });

  const statement = (change: (text: string) => string): string => change(statementOf());
  test.each([
    { text: "<html>", why: "it is not JSON" },
    { text: "null", why: "it is no in-toto statement v1" },
    {
      text: statement((text) => text.replace("Statement/v1", "Statement/v0.1")),
      why: "it is no in-toto statement v1",
    },
    {
      text: statement((text) => text.replace("slsa.dev/provenance/v1", "slsa.dev/provenance/v0.2")),
      why: "its predicate is not SLSA provenance v1",
    },
    {
      text: statement((text) => text.replace(subject.sha256, "abab")),
      why: "it has a subject without SHA-256",
    },
    {
      text: statement((text) => text.replace('"builder"', '"builders"')),
      why: "it names no build type or builder",
    },
  ])("a document is refused where $why", ({ text, why }) => {
    expect(readProvenance(text)).toBe(why);
  });
});
