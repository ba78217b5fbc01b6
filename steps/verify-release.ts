import { resolve } from "node:path";
import {
  checkFiles,
  connectReader,
  gitlabError,
  gitlabInputs,
  readReleaseTag,
  selectFiles,
} from "../src/gitlab/index.ts";
import {
  openSignatureChecker,
  provenanceErrors,
  type Requirement,
  type Verdict,
  verifyFiles,
} from "../src/provenance/index.ts";
import {
  defineStep,
  globs,
  type Inputs,
  list,
  path,
  type Problem,
  type StepContext,
  text,
} from "../src/step/index.ts";
import { versionErrors } from "../src/version/index.ts";
import { readTarget, tagOptions, targetInputs, targetRules } from "./shared/package-target.ts";

const requirements: readonly Requirement[] = ["checksums", "provenance", "signatures"];

const outputs = { VERIFIED_FILE_COUNT: "How many files were verified" };

export default defineStep({
  name: "verify-release",
  summary: "Check downloaded files of a release against the registry, its checksums and provenance",
  inputs: {
    VERIFY_FILES: globs({
      about:
        "Downloaded files to check: names or glob patterns, relative to the working directory.",
      example: "downloads/*",
    }),
    RELEASE_TAG: text(tagOptions),
    VERIFY_REQUIRE: list({
      default: "checksums,provenance",
      about:
        "What must be there besides the registry's digests: checksums (SHA256SUMS), provenance, signatures; none for nothing.",
      example: "checksums",
    }),
    SIGNING_ALLOWED_SIGNERS_FILE: path({
      optional: true,
      about:
        "Whose signatures count: a file of allowed signers as ssh-keygen reads it. With it, SHA256SUMS and each provenance must be signed.",
      example: "allowed_signers",
    }),
    ...targetInputs,
    ...gitlabInputs,
  },
  outputs,
  examples: [
    {
      title: "Check what was downloaded of a release, from a laptop",
      command:
        "GITLAB_API=https://gitlab.example.org/api/v4 GITLAB_PROJECT=group/project GITLAB_TOKEN=glpat-… PACKAGE_NAME=project RELEASE_TAG=v1.2.0 VERIFY_FILES=downloads/* verify-release",
    },
    {
      title: "In a deployment job of the same project, signatures included",
      command:
        "VERIFY_FILES=downloads/* RELEASE_TAG=v1.2.0 SIGNING_ALLOWED_SIGNERS_FILE=allowed_signers verify-release",
    },
  ],
  errors: [provenanceErrors.table, gitlabError.table, versionErrors.table],
  check: [
    checkRequirements,
    ({ VERIFY_FILES: patterns }, { cwd }) => checkFiles({ patterns, cwd, limit: Infinity }),
    ...targetRules,
  ],
  async plan(context) {
    const { inputs, cwd, environment, signal, log } = context;
    const signers = inputs.SIGNING_ALLOWED_SIGNERS_FILE;
    const files = await selectFiles({ patterns: inputs.VERIFY_FILES, cwd, limit: Infinity });
    const target = await readTarget(context, inputs.RELEASE_TAG);
    const checker =
      signers === undefined
        ? undefined
        : await openSignatureChecker({
            allowedSignersFile: resolve(cwd, signers),
            searchPath: environment["PATH"] ?? "/usr/bin:/bin",
            workFolder: await context.workFolder(),
            signal,
          });
    const gitlab = connectReader(context, ["GITLAB_TOKEN", "CI_PROJECT_PASSWORD", "CI_JOB_TOKEN"]);
    const tag = await readReleaseTag(gitlab, { tag: inputs.RELEASE_TAG, pipelineSha: undefined });
    const required = new Set(requirements.filter((one) => inputs.VERIFY_REQUIRE.includes(one)));
    if (checker !== undefined) required.add("signatures");

    const verdicts = await verifyFiles({
      gitlab,
      target,
      files,
      commit: tag.commitSha,
      required,
      checker,
    });
    for (const { name, proofs, problems } of verdicts)
      if (problems.length === 0) log.info(`✓ ${name}: ${proofs.join("; ")}`);
    tell(context, verdicts);
    return [];
  },
});

/** A rule: what is required is known, and can be judged. */
function checkRequirements({
  VERIFY_REQUIRE,
  SIGNING_ALLOWED_SIGNERS_FILE,
}: {
  readonly VERIFY_REQUIRE: readonly string[];
  readonly SIGNING_ALLOWED_SIGNERS_FILE: string | undefined;
}): readonly Problem[] {
  const words = [...requirements, "none"];
  const wrong = VERIFY_REQUIRE.filter((word) => !words.some((known) => known === word));
  const problems = wrong.map((got) => ({
    name: "VERIFY_REQUIRE",
    got,
    expected: words.join(", "),
    cure: "Write one or more of these words with commas between them.",
  }));
  if (!VERIFY_REQUIRE.includes("signatures") || SIGNING_ALLOWED_SIGNERS_FILE !== undefined)
    return problems;
  const name = "SIGNING_ALLOWED_SIGNERS_FILE";
  const expected = "a file, because VERIFY_REQUIRE names signatures";
  return [
    ...problems,
    { name, got: "nothing", expected, cure: "Say whose signatures count by this file." },
  ];
}

type Teller = Pick<StepContext<Inputs, typeof outputs>, "output" | "fact" | "report" | "fail">;

function tell({ output, fact, report, fail }: Teller, verdicts: readonly Verdict[]): void {
  const wrong = verdicts.filter(({ problems }) => problems.length > 0);
  output("VERIFIED_FILE_COUNT", String(verdicts.length - wrong.length));
  fact("files", verdicts);
  report({
    kind: "table",
    columns: ["File", "SHA-256", "Verified by", "Wrong"],
    rows: verdicts.map(({ name, sha256, proofs, problems }) => [
      name,
      sha256,
      proofs.join("; "),
      problems.join("; "),
    ]),
  });
  if (wrong.length === 0) return;
  const lines = wrong.flatMap(({ name, problems }) => problems.map((one) => `- ${name}: ${one}`));
  fail(
    provenanceErrors(
      "E_RELEASE_NOT_VERIFIED",
      `${wrong.length} of ${verdicts.length} files ${wrong.length === 1 ? "is" : "are"} not verified:\n${lines.join("\n")}`,
    ),
  );
}
