import { createHash } from "node:crypto";
import { readPackage, servedCopy, type StoredPackage } from "../gitlab/index.ts";
import type { Effect, Redactor } from "../step/index.ts";
import { provenanceErrors } from "./errors.ts";
import { bomSuffix, isAttestation, provenanceSuffix, signatureSuffix } from "./names.ts";
import { type Publication, publishTexts } from "./publish-texts.ts";
import { type Provenance, readProvenance } from "./read-statement.ts";
import { digestInBom } from "./sbom.ts";
import { type Build, provenanceStatement, type Subject } from "./statement.ts";
import { readStoredText } from "./stored-text.ts";

/** Signs bytes. @returns an armoured SSH signature. */
export type Sign = (payload: Buffer) => Promise<string>;

export interface Attestation extends Publication {
  /** `undefined` outside of a job: there is no provenance then. */
  readonly build: Build | undefined;
  /** Names of the files in the registry that this job stored. */
  readonly names: readonly string[];
  /** Bills of materials that were made with the files, by the name of the file. */
  readonly boms: ReadonlyMap<string, string>;
  /** `undefined`: nothing is signed. */
  readonly sign: Sign | undefined;
  readonly redactor: Redactor;
}

/**
 * What speaks of files that the registry holds, each beside its file: the bill of materials that was made with it
 * (`<file>.cdx.json`) and its provenance (`<file>.intoto.json`), on wish signed (`.sig`).
 *
 * It speaks of the digests that the registry proved. A provenance that is already published for the same bytes is kept:
 * a new job would make other bytes of it (H10).
 */
export function attestFiles(attestation: Attestation): Effect<readonly string[]> {
  const { gitlab, target, build, boms, sign } = attestation;
  const names = attestation.names.filter(
    (name) => !isAttestation(name) && (build !== undefined || boms.has(name)),
  );
  const published = names.flatMap((name) => [
    ...(boms.has(name) ? [name + bomSuffix] : []),
    ...(build === undefined ? [] : [name + provenanceSuffix]),
  ]);
  const missing = async (): Promise<ReadonlyMap<string, string>> => {
    const stored = await readPackage(gitlab, target);
    const texts = new Map<string, string>();
    for (const subject of names.map((name) => subjectIn(stored, name))) {
      for (const [file, text] of missingBom(attestation, stored, subject)) texts.set(file, text);
      for (const [file, text] of await missingProvenance(attestation, stored, subject))
        texts.set(file, text);
    }
    return texts;
  };
  return {
    id: "attest",
    sentence: `Publish ${published.join(", ")}${sign === undefined ? "" : " with signatures"}`,
    async isDone() {
      const stored = await readPackage(gitlab, target);
      // In a dry run the files themselves may not be there yet.
      if (names.some((name) => servedCopy(stored, name) === undefined)) return false;
      return (await missing()).size === 0 ? published : false;
    },
    async apply() {
      const texts = await missing();
      const isSignature = (name: string): boolean => name.endsWith(signatureSuffix);
      // A signature goes after what it signs.
      await publishTexts(
        attestation,
        only(texts, (name) => !isSignature(name)),
      );
      await publishTexts(attestation, only(texts, isSignature));
    },
    async verify() {
      const left = [...(await missing()).keys()];
      if (left.length === 0) return published;
      throw provenanceErrors(
        "E_PROVENANCE_DIFFERS",
        `${left.join(", ")} was stored, but the registry does not serve what was sent.`,
      );
    },
  };
}

function subjectIn(stored: StoredPackage, name: string): Subject {
  const sha256 = servedCopy(stored, name)?.sha256;
  if (sha256 !== undefined) return { name, sha256 };
  throw provenanceErrors(
    "E_PROVENANCE_DIFFERS",
    `The registry has no SHA-256 of ${name}, so that nothing can speak of it.`,
  );
}

function missingBom(
  { gitlab, boms, redactor }: Attestation,
  stored: StoredPackage,
  { name, sha256 }: Subject,
): ReadonlyMap<string, string> {
  const given = boms.get(name);
  if (given === undefined) return new Map();
  const said = digestInBom(given);
  if (said !== sha256) {
    gitlab.log.warn(
      `${name}${bomSuffix} speaks of another file (${said === undefined ? "no SHA-256" : `SHA-256 ${said}`}) and is left out; ${name} has ${sha256}. Name it in PACKAGE_FILES to upload it all the same.`,
    );
    return new Map();
  }
  const text = redactor.redact(given);
  const own = createHash("sha256").update(text).digest("hex");
  const isThere = servedCopy(stored, name + bomSuffix)?.sha256 === own;
  return isThere ? new Map() : new Map([[name + bomSuffix, text]]);
}

async function missingProvenance(
  attestation: Attestation,
  stored: StoredPackage,
  subject: Subject,
): Promise<ReadonlyMap<string, string>> {
  const { gitlab, target, build, sign, redactor } = attestation;
  const texts = new Map<string, string>();
  if (build === undefined) return texts;
  const file = subject.name + provenanceSuffix;
  const signature = file + signatureSuffix;
  // A secret in an input or an address must not get into a public file (S08).
  const own = redactor.redact(provenanceStatement(build, subject));
  const found = await readStoredText(gitlab, target, stored, file);
  const kept =
    found !== undefined && speaksOf(attestation, found, subject, file) ? found : undefined;
  if (kept === undefined) texts.set(file, own);
  const isSigned = kept !== undefined && servedCopy(stored, signature) !== undefined;
  if (sign === undefined || isSigned) return texts;
  const text = kept ?? own;
  if (isOfThisBuild(text, own)) texts.set(signature, await sign(Buffer.from(text)));
  else
    gitlab.log.warn(
      `${file} is published without a signature and describes another build than this job's: it is not signed afterwards.`,
    );
  return texts;
}

/** @throws {StepError} where a release's provenance speaks of something else. */
function speaksOf(
  { replaceable }: Attestation,
  text: string,
  { name, sha256 }: Subject,
  file: string,
): boolean {
  const found = readProvenance(text);
  if (typeof found === "string") {
    if (replaceable) return false;
    throw provenanceErrors("E_ATTESTATION_UNREADABLE", `${file}: ${found}.`);
  }
  if (found.subjects.some((subject) => subject.name === name && subject.sha256 === sha256))
    return true;
  if (replaceable) return false;
  throw provenanceErrors(
    "E_PROVENANCE_DIFFERS",
    `${file} speaks of ${subjectsIn(found)}, but the registry serves ${name} with the SHA-256 ${sha256}.`,
  );
}

/** Only what this job would say itself gets its signature, whoever published it. */
function isOfThisBuild(text: string, own: string): boolean {
  const [theirs, ours] = [readProvenance(text), readProvenance(own)];
  if (typeof theirs === "string" || typeof ours === "string") return false;
  return theirs.definition === ours.definition && subjectsIn(theirs) === subjectsIn(ours);
}

function subjectsIn({ subjects }: Provenance): string {
  return subjects.map(({ name, sha256 }) => `${name} (${sha256})`).join(", ");
}

function only(
  texts: ReadonlyMap<string, string>,
  fits: (name: string) => boolean,
): ReadonlyMap<string, string> {
  return new Map([...texts].filter(([name]) => fits(name)));
}
