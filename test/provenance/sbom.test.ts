import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cycloneDxBom, digestInBom, type PackContents } from "../../src/provenance/index.ts";

const sha256 = "ab".repeat(32);

const pack: PackContents = {
  file: "job-project-0.15.0.conda.tgz",
  sha256,
  name: "job-project",
  version: "0.15.0",
  releaseSeconds: 1_700_000_000,
  toolVersion: "0.1.0",
  contentSha256: sha256,
  conda: [
    {
      name: "python",
      version: "3.12.1",
      build: "hab00c5b_1_cpython",
      subdir: "linux-64",
      channel: "https://conda.anaconda.org/conda-forge/linux-64",
      url: "https://conda.anaconda.org/conda-forge/linux-64/python-3.12.1-hab00c5b_1_cpython.conda",
      sha256: "cd".repeat(32),
      md5: "ef".repeat(16),
      license: "Python-2.0",
      requires: ["openssl", "__glibc"],
    },
    {
      name: "openssl",
      version: "3.2.0",
      build: "hd590300_1",
      subdir: "linux-64",
      channel: "conda-forge",
      url: "",
      license: "a licence of our own",
      requires: [],
    },
  ],
  pip: [
    {
      name: "Job_Project",
      version: "0.15.0",
      license: "MIT",
      requires: ["typing-extensions", "python"],
    },
    { name: "typing_extensions", version: "4.9.0", license: undefined, requires: [] },
  ],
};

const schemas = join(
  dirname(createRequire(import.meta.url).resolve("@cyclonedx/cyclonedx-library/package.json")),
  "res/schema",
);

/** The published schema, compiled once: the reference library does it anew for every document. */
function compileSchema(): ValidateFunction {
  const read = (name: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(schemas, name), "utf8"));
  const ajv = new Ajv({ strict: false });
  for (const name of ["spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json"])
    ajv.addSchema(read(name), `http://cyclonedx.org/schema/${name}`);
  addFormats.default(ajv);
  for (const name of ["idn-email", "iri-reference"]) ajv.addFormat(name, true);
  return ajv.compile(read("bom-1.6.SNAPSHOT.schema.json"));
}

/** What the reference library says of it, by the published schema; `null` for nothing. */
async function problemsOf(bom: string): Promise<unknown> {
  return new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(bom);
}

test("a bill of materials is valid by CycloneDX's own schema", async () => {
  expect(await problemsOf(await cycloneDxBom(pack))).toBeNull();
});

test("the published schema refuses what is none", async () => {
  expect(
    await problemsOf('{"bomFormat":"CycloneDX","specVersion":"1.6","version":0}'),
  ).not.toBeNull();
});

test("any names, versions and licences make a valid one", async () => {
  const part = fc.record({
    name: fc.string({ minLength: 1 }),
    version: fc.string(),
    license: fc.option(fc.string(), { nil: undefined }),
    requires: fc.array(fc.constantFrom("python", "openssl", "absent")),
  });
  const condaPart = fc.record({
    name: fc.string({ minLength: 1 }),
    version: fc.string(),
    build: fc.string(),
    subdir: fc.string(),
    channel: fc.string(),
    url: fc.webUrl(),
    license: fc.option(fc.string(), { nil: undefined }),
    requires: fc.array(fc.constantFrom("python", "openssl", "absent")),
    sha256: fc.option(fc.string(), { nil: undefined }),
  });
  const validate = compileSchema();
  expect(validate({ bomFormat: "CycloneDX", specVersion: "1.6", version: 0 })).toBe(false);
  await fc.assert(
    fc.asyncProperty(fc.array(condaPart), fc.array(part), async (conda, pip) => {
      validate(JSON.parse(await cycloneDxBom({ ...pack, conda, pip })));
      expect(validate.errors).toBeNull();
    }),
  );
});

describe("a bill of materials", () => {
  test("names the project, the pack and its digest, and is dated to the release", async () => {
    const bom = await cycloneDxBom(pack);
    expect(JSON.parse(bom)).toMatchObject({
      serialNumber: "urn:uuid:abababab-abab-8bab-abab-abababababab",
      metadata: {
        timestamp: "2023-11-14T22:13:20.000Z",
        component: {
          "bom-ref": "pkg:pypi/job-project@0.15.0",
          name: "job-project",
          version: "0.15.0",
          licenses: [{ expression: "MIT" }],
          hashes: [{ alg: "SHA-256", content: sha256 }],
        },
      },
    });
    expect(digestInBom(bom)).toBe(sha256);
  });

  test("has every package with its purl, digests and licence", async () => {
    const { components }: { components: readonly unknown[] } = JSON.parse(await cycloneDxBom(pack));
    expect(components).toMatchObject([
      {
        purl: "pkg:conda/openssl@3.2.0?build=hd590300_1&channel=conda-forge&subdir=linux-64",
        licenses: [{ license: { name: "a licence of our own" } }],
      },
      {
        purl: "pkg:conda/python@3.12.1?build=hab00c5b_1_cpython&channel=conda-forge&subdir=linux-64&type=conda",
        hashes: [
          { alg: "SHA-256", content: "cd".repeat(32) },
          { alg: "MD5", content: "ef".repeat(16) },
        ],
        licenses: [{ expression: "Python-2.0" }],
      },
      { purl: "pkg:pypi/typing-extensions@4.9.0" },
    ]);
  });

  test("says what needs what: conda packages each other, distributions both", async () => {
    const { dependencies }: { dependencies: readonly { ref: string; dependsOn: string[] }[] } =
      JSON.parse(await cycloneDxBom(pack));
    const python = dependencies.find(({ ref }) => ref.startsWith("pkg:conda/python"));
    expect(python?.dependsOn).toEqual([expect.stringMatching(/^pkg:conda\/openssl/)]);
    expect(dependencies[0]).toEqual({
      ref: "pkg:pypi/job-project@0.15.0",
      dependsOn: [python?.ref, "pkg:pypi/typing-extensions@4.9.0"],
    });
  });

  test("is the same whatever order the records are read in", async () => {
    const other = { ...pack, conda: pack.conda.toReversed(), pip: pack.pip.toReversed() };
    expect(await cycloneDxBom(other)).toBe(await cycloneDxBom(pack));
  });

  test("of an environment without a project depends on all that is in it", async () => {
    const bom = await cycloneDxBom({ ...pack, name: "env", pip: [], sha256: undefined });
    expect(await problemsOf(bom)).toBeNull();
    const { dependencies }: { dependencies: readonly unknown[] } = JSON.parse(bom);
    expect(dependencies[0]).toMatchObject({
      ref: "pkg:generic/env@0.15.0",
      dependsOn: [expect.stringMatching(/openssl/), expect.stringMatching(/python/)],
    });
    expect(digestInBom(bom)).toBeUndefined();
  });
});
