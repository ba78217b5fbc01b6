import { readPackage, servedCopy, type StoredPackage } from "../gitlab/index.ts";
import type { Effect } from "../step/index.ts";
import type { Sign } from "./attest.ts";
import { checksumsName, formatChecksums, parseChecksums } from "./checksums.ts";
import { provenanceErrors } from "./errors.ts";
import { signatureSuffix } from "./names.ts";
import { type Publication, publishTexts, writeText } from "./publish-texts.ts";
import type { Subject } from "./statement.ts";
import { readStoredText } from "./stored-text.ts";

export interface ChecksumsPlan extends Publication {
  readonly sign: Sign | undefined;
}

const signatureName = checksumsName + signatureSuffix;

/** Whether a file is `SHA256SUMS` or its signature, of which it cannot speak itself. */
export function isChecksums(name: string): boolean {
  return name === checksumsName || name === signatureName;
}

/** What a release publishes of them. */
export function checksumsNames(sign: Sign | undefined): readonly string[] {
  return sign === undefined ? [checksumsName] : [checksumsName, signatureName];
}

/**
 * `SHA256SUMS` over all files of a version, from the digests that the registry lists: it is made once, by the release,
 * so that parallel jobs of one version never collide.
 *
 * One that is already there is kept while every line of it is true; a file that came later is told in the log (R02).
 */
export function publishChecksums(plan: ChecksumsPlan): Effect<readonly string[]> {
  const { gitlab, target, sign } = plan;
  const names = checksumsNames(sign);
  const published = (stored: StoredPackage): readonly string[] =>
    names.filter((name) => servedCopy(stored, name) !== undefined);
  const keep = async (stored: StoredPackage): Promise<string | undefined> => {
    const text = await readStoredText(gitlab, target, stored, checksumsName);
    if (text === undefined || !isTrue(plan, text, stored)) return undefined;
    warnOfLater(plan, text, stored);
    return text;
  };
  return {
    id: "checksums",
    sentence: `Publish ${names.join(" and ")} over all files of ${target.name} ${target.version}`,
    async isDone() {
      const stored = await readPackage(gitlab, target);
      const kept = await keep(stored);
      return kept !== undefined && published(stored).length === names.length ? names : false;
    },
    async apply() {
      const stored = await readPackage(gitlab, target);
      const text = (await keep(stored)) ?? formatChecksums(digestsOf(stored));
      await publishTexts(plan, new Map([[checksumsName, text]]));
      if (sign !== undefined)
        await publishTexts(plan, new Map([[signatureName, await sign(Buffer.from(text))]]));
    },
    async verify() {
      const stored = await readPackage(gitlab, target);
      if ((await keep(stored)) !== undefined && published(stored).length === names.length)
        return names;
      throw provenanceErrors(
        "E_CHECKSUMS_DIFFER",
        `${names.join(" and ")} was stored, but what the registry serves is something else.`,
      );
    },
  };
}

/**
 * Whatever would keep `SHA256SUMS` from being published, as far as it can be known before anything else is: one that is
 * there and not true, and a full disk.
 *
 * @param files those of the package.
 * @throws {StepError} E_CHECKSUMS_DIFFER, E_ATTESTATION_UNREADABLE, E_DISK
 */
export async function foreseeChecksums(
  plan: ChecksumsPlan,
  files: readonly Subject[],
): Promise<void> {
  await writeText(plan, checksumsName, formatChecksums(files));
  if (!files.some(({ name }) => isChecksums(name))) return;
  const stored = await readPackage(plan.gitlab, plan.target);
  const text = await readStoredText(plan.gitlab, plan.target, stored, checksumsName);
  if (text !== undefined) isTrue(plan, text, stored);
}

/** The digests of all files that are served, but those of the checksums themselves. */
function digestsOf(stored: StoredPackage): readonly Subject[] {
  const names = [...new Set(stored.files.map(({ name }) => name))];
  return names.flatMap((name) => {
    const sha256 = servedCopy(stored, name)?.sha256;
    return sha256 === undefined || isChecksums(name) ? [] : [{ name, sha256 }];
  });
}

/** @returns `false` where it may be replaced. @throws {StepError} E_CHECKSUMS_DIFFER, E_ATTESTATION_UNREADABLE */
function isTrue({ replaceable }: ChecksumsPlan, text: string, stored: StoredPackage): boolean {
  const said = parseChecksums(text);
  const digests = digestsOf(stored);
  if (replaceable) return text === formatChecksums(digests);
  if (typeof said === "string")
    throw provenanceErrors("E_ATTESTATION_UNREADABLE", `${checksumsName}: ${said}.`);
  const problems = [...said].flatMap(([name, sha256]) => {
    const served = digests.find((one) => one.name === name)?.sha256;
    if (served === sha256) return [];
    return `- ${name}: ${checksumsName} says ${sha256}, the registry ${served === undefined ? "does not hold it" : `serves ${served}`}`;
  });
  if (problems.length > 0)
    throw provenanceErrors(
      "E_CHECKSUMS_DIFFER",
      `The published ${checksumsName} is not true:\n${problems.join("\n")}`,
    );
  return true;
}

function warnOfLater({ gitlab }: ChecksumsPlan, text: string, stored: StoredPackage): void {
  const said = parseChecksums(text);
  if (typeof said === "string") return;
  const later = digestsOf(stored)
    .filter(({ name }) => !said.has(name))
    .map(({ name }) => name);
  if (later.length > 0)
    gitlab.log.warn(
      `${checksumsName} was published before ${later.join(", ")} and does not name ${later.length === 1 ? "it" : "them"}; a published file is never replaced.`,
    );
}
