import {
  type Asset,
  fileUrl,
  type GitLab,
  type PackageId,
  type WantedLink,
} from "../../src/gitlab/index.ts";
import {
  checksumsNames,
  foreseeChecksums,
  isChecksums,
  publishChecksums,
} from "../../src/provenance/index.ts";
import type { Effect, StepContext, Values } from "../../src/step/index.ts";
import { isDevelopmentVersion } from "../../src/version/index.ts";
import { type attestInputs, documentSigner } from "../shared/attestation.ts";

export interface Checksums {
  effects: readonly Effect[];
  links: readonly WantedLink[];
  /** Those of the links whose file the effects make. */
  laterLinks: readonly WantedLink[];
}

/**
 * SHA256SUMS over the files of a release; a release without files has none.
 *
 * It is published once the release is there, and linked then: a published file is never replaced, so that one of a
 * release that GitLab refuses would bar the files of a later, right run.
 */
export async function planChecksums(
  context: StepContext & { readonly inputs: Values<typeof attestInputs> },
  gitlab: GitLab,
  target: PackageId,
  assets: readonly Asset[],
): Promise<Checksums> {
  const { inputs, fact, dryRun } = context;
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
  const laterLinks = links.filter(({ name }) => !there.includes(name));
  if (!isWanted) return { effects: [], links, laterLinks };
  const plan = {
    gitlab,
    target,
    sign,
    status: "default" as const,
    replaceable: isDevelopmentVersion(target.version),
    parallel: 1,
    limit: Infinity,
    workFolder: await context.workFolder(),
  };
  // A dry run hears from the effect what stands in the way.
  if (!dryRun) await foreseeChecksums(plan, assets);
  const told = {
    ...publishChecksums(plan),
    settle: (names: readonly string[]) => fact("checksums", names),
  };
  return { effects: [told], links, laterLinks };
}
