import type { UploadPlan } from "../../src/gitlab/index.ts";
import { attestFiles, readBuild } from "../../src/provenance/index.ts";
import type { Effect, StepContext, Values } from "../../src/step/index.ts";
import { type attestInputs, documentSigner, readBoms } from "../shared/attestation.ts";

type AttestContext = StepContext & {
  readonly inputs: Values<typeof attestInputs> & { readonly PACKAGE_FILES: readonly string[] };
};

/** What speaks of the files goes after them; outside of a job there is nobody of whom to say that he built. */
export async function planAttestation(
  context: AttestContext,
  plan: UploadPlan,
): Promise<readonly Effect[]> {
  const { inputs, variable, version, redactor, log, fact } = context;
  const build = readBuild({
    variable,
    toolVersion: version,
    step: "upload-package",
    inputs: {
      PACKAGE_FILES: inputs.PACKAGE_FILES,
      PACKAGE_NAME: plan.target.name,
      PACKAGE_VERSION: plan.target.version,
    },
  });
  if (build === undefined)
    log.info("No provenance: CI_JOB_URL and its like are not set, so that this is no GitLab job.");
  const boms = await readBoms(plan.files);
  const names = plan.files.map(({ name }) => name);
  if (build === undefined && boms.size === 0) return [];
  const attest = attestFiles({
    ...plan,
    build,
    names,
    boms,
    redactor,
    sign: build === undefined ? undefined : await documentSigner(context),
    workFolder: await context.workFolder(),
  });
  const told = { ...attest, settle: (names: readonly string[]) => fact("attestations", names) };
  return [told];
}
