import {
  type Asset,
  fileUrl,
  type GitLab,
  type PackageId,
  type WantedLink,
} from "../../src/gitlab/index.ts";
import { checksumsNames, isChecksums, publishChecksums } from "../../src/provenance/index.ts";
import type { Effect, StepContext, Values } from "../../src/step/index.ts";
import { isDevelopmentVersion } from "../../src/version/index.ts";
import { type attestInputs, documentSigner } from "../shared/attestation.ts";

export interface Checksums {
  effects: readonly Effect[];
  links: readonly WantedLink[];
}

/** SHA256SUMS goes before the release that links it; a release without files has none. */
export async function planChecksums(
  context: StepContext & { readonly inputs: Values<typeof attestInputs> },
  gitlab: GitLab,
  target: PackageId,
  assets: readonly Asset[],
): Promise<Checksums> {
  const { inputs, fact } = context;
  const there = assets.map(({ name }) => name).filter((name) => isChecksums(name));
  const isWanted = inputs.ATTEST && assets.length > there.length;
  const sign = isWanted ? await documentSigner(context) : undefined;
  const wanted = isWanted ? checksumsNames(sign) : [];
  const links = [...new Set([...wanted, ...there])].map((name): WantedLink => ({
    name,
    url: fileUrl(gitlab, target, name),
    path: `/${name}`,
    type: "other",
  }));
  if (!isWanted) return { effects: [], links };
  const publish = publishChecksums({
    gitlab,
    target,
    sign,
    status: "default",
    replaceable: isDevelopmentVersion(target.version),
    parallel: 1,
    limit: Infinity,
    workFolder: await context.workFolder(),
  });
  const told = { ...publish, settle: (names: readonly string[]) => fact("checksums", names) };
  return { effects: [told], links };
}
