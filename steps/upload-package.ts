import {
  checkFiles,
  connectGitLab,
  expectedRefusal,
  gitlabError,
  gitlabInputs,
  removeOlderCopies,
  selectFiles,
  uploadFiles,
  type UploadResult,
  requireToken,
} from "../src/gitlab/index.ts";
import { provenanceErrors } from "../src/provenance/index.ts";
import {
  byteSize,
  choice,
  defineStep,
  globs,
  humanSize,
  type Inputs,
  integer,
  type StepContext,
  text,
} from "../src/step/index.ts";
import { isDevelopmentVersion, versionErrors } from "../src/version/index.ts";
import { attestInputs, signingErrors } from "./shared/attestation.ts";
import { nothingToRelease } from "./shared/nothing-to-release.ts";
import { readTarget, tagOptions, targetInputs, targetRules } from "./shared/package-target.ts";
import { planAttestation } from "./upload-package/attestation.ts";

const outputs = {
  PACKAGE_URL: "Page of the package",
  PACKAGE_FILE_URL: "Address of the first file",
  PACKAGE_FILE_SHA256: "SHA-256 of the first file",
  PACKAGE_FILE_COUNT: "How many files were uploaded or already there",
};

/** The first that is set is taken. */
const tokenOrder = ["CI_JOB_TOKEN", "GITLAB_TOKEN", "CI_PROJECT_PASSWORD"] as const;

export default defineStep({
  name: "upload-package",
  summary: "Upload files to the generic package registry, each proved by its digest",
  inputs: {
    PACKAGE_FILES: globs({
      chain: ["PACK_FILE"],
      about:
        "Files to upload: names or glob patterns, relative to the working directory. A link to a file in it counts as a file; links to folders are not followed.",
      example: "dist/*.tar.gz",
    }),
    ...targetInputs,
    RELEASE_TAG: text({ ...tagOptions, optional: true }),
    PACKAGE_STATUS: choice(["default", "hidden"], {
      default: "default",
      about: "A hidden package can be downloaded but is not shown in the list of packages.",
    }),
    UPLOAD_PARALLEL: integer({
      min: 1,
      max: 8,
      default: "3",
      about: "How many files travel at a time.",
    }),
    UPLOAD_LIMIT: byteSize({
      default: "5GiB",
      about:
        "Largest file that the instance takes; larger ones are refused before anything is sent.",
    }),
    ...attestInputs,
    ...gitlabInputs,
  },
  outputs,
  examples: [
    {
      title: "Show what would be uploaded from a laptop",
      command:
        "DRY_RUN=true GITLAB_API=https://gitlab.example.org/api/v4 GITLAB_PROJECT=group/project GITLAB_TOKEN=glpat-… PACKAGE_NAME=project PACKAGE_VERSION=1.2.0 PACKAGE_FILES=dist/*.tar.gz upload-package",
    },
    {
      title: "Upload in the pipeline of a tag, with the job's own token",
      command: "PACKAGE_FILES=dist/*.tar.gz upload-package",
    },
  ],
  errors: [gitlabError.table, provenanceErrors.table, versionErrors.table, signingErrors],
  idle: nothingToRelease,
  check: [
    ({ PACKAGE_FILES: patterns, UPLOAD_LIMIT: limit }, { cwd }) =>
      checkFiles({ patterns, cwd, limit }),
    ...targetRules,
    (values) => requireToken(values, tokenOrder),
  ],
  async plan(context) {
    const { inputs, cwd, dryRun, refuse } = context;
    const { PACKAGE_FILES: patterns, UPLOAD_LIMIT: limit } = inputs;
    const files = await selectFiles({ patterns, cwd, limit });
    const target = await readTarget(context, inputs.RELEASE_TAG);
    const gitlab = connectGitLab(context, tokenOrder);
    const refusal = dryRun ? await expectedRefusal(gitlab, "upload files") : undefined;
    if (refusal !== undefined) refuse(refusal);

    const plan = {
      gitlab,
      target,
      files,
      status: inputs.PACKAGE_STATUS,
      replaceable: isDevelopmentVersion(target.version),
      parallel: inputs.UPLOAD_PARALLEL,
      limit,
    };
    const upload = {
      ...uploadFiles(plan),
      settle: (result: UploadResult) => tell(context, result),
    };
    const attest = inputs.ATTEST ? await planAttestation(context, plan) : [];
    return plan.replaceable ? [upload, ...attest, removeOlderCopies(plan)] : [upload, ...attest];
  },
});

type Teller = Pick<StepContext<Inputs, typeof outputs>, "output" | "fact" | "report" | "link">;

function tell({ output, fact, report, link }: Teller, { packageUrl, files }: UploadResult): void {
  const [first] = files;
  if (packageUrl !== undefined) {
    output("PACKAGE_URL", packageUrl);
    link("Package", packageUrl);
  }
  if (first !== undefined) {
    output("PACKAGE_FILE_URL", first.url);
    output("PACKAGE_FILE_SHA256", first.sha256);
  }
  output("PACKAGE_FILE_COUNT", String(files.length));
  fact("files", files);
  report({
    kind: "table",
    columns: ["File", "Size", "SHA-256", "State"],
    rows: files.map(({ name, url, size, sha256, state }) => [
      { label: name, url },
      humanSize(size),
      sha256,
      state,
    ]),
  });
}
