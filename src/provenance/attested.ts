import { type GitLab, type PackageId, servedCopy, type StoredPackage } from "../gitlab/index.ts";
import { checksumsName, parseChecksums } from "./checksums.ts";
import { bomSuffix, isAttestation, provenanceSuffix, signatureSuffix } from "./names.ts";
import { isChecksums } from "./publish-checksums.ts";
import { readProvenance } from "./read-statement.ts";
import { digestInBom } from "./sbom.ts";
import { readStoredText } from "./stored-text.ts";
import { provenanceProblems } from "./verify.ts";

/** What a registry holds, and the commit that the tag is on. */
export interface Published {
  readonly gitlab: GitLab;
  readonly target: PackageId;
  readonly stored: StoredPackage;
  readonly commit: string;
}

/** What speaks of files, compared with the digests that the registry lists; nothing is downloaded but these documents. */
export interface Attested {
  /** Names of the documents that are there and say what the registry says. */
  readonly proven: readonly string[];
  /** Sentences on documents that are not there. */
  readonly missing: readonly string[];
  /** Sentences on documents that say something else. */
  readonly wrong: readonly string[];
}

interface Findings {
  readonly proven: string[];
  readonly missing: string[];
  readonly wrong: string[];
}

/** `SHA256SUMS` and the files that it must name: all but itself. */
export async function readChecksums(published: Published): Promise<Attested> {
  const { gitlab, target, stored } = published;
  const findings = noFindings();
  const text = await readStoredText(gitlab, target, stored, checksumsName);
  if (text === undefined) {
    findings.missing.push(`the package has no ${checksumsName}`);
    return findings;
  }
  const sums = parseChecksums(text);
  if (typeof sums === "string") {
    findings.wrong.push(`${checksumsName}: ${sums}`);
    return findings;
  }
  const names = namesOf(stored).filter((name) => !isChecksums(name));
  for (const name of names) {
    const [said, has] = [sums.get(name), servedCopy(stored, name)?.sha256];
    if (said === undefined) findings.missing.push(`${checksumsName} does not name ${name}`);
    else if (said !== has)
      findings.wrong.push(
        `${checksumsName} says ${said} of ${name}, the registry has ${has ?? "none"}`,
      );
  }
  for (const name of sums.keys())
    if (!names.includes(name))
      findings.wrong.push(`${checksumsName} names ${name}, which the package does not hold`);
  if (findings.missing.length + findings.wrong.length === 0) findings.proven.push(checksumsName);
  return findings;
}

/** The provenance of each file that is not itself about others. */
export async function readProvenances(published: Published): Promise<Attested> {
  const { gitlab, target, stored, commit } = published;
  const findings = noFindings();
  for (const name of namesOf(stored).filter((file) => !isAttestation(file))) {
    const document = name + provenanceSuffix;
    const text = await readStoredText(gitlab, target, stored, document);
    if (text === undefined) {
      findings.missing.push(`the package has no ${document}`);
      continue;
    }
    const found = readProvenance(text);
    const sha256 = servedCopy(stored, name)?.sha256 ?? "";
    const problems =
      typeof found === "string"
        ? [`${document}: ${found}`]
        : provenanceProblems(found, { name, sha256, document, commit });
    findings.wrong.push(...problems);
    if (problems.length === 0) findings.proven.push(document);
  }
  return findings;
}

/** The bill of materials of each pack; and of other files, where they have one. */
export async function readBillsOfMaterials(published: Published): Promise<Attested> {
  const { gitlab, target, stored } = published;
  const findings = noFindings();
  for (const name of namesOf(stored).filter((file) => !isAttestation(file))) {
    const document = name + bomSuffix;
    const text = await readStoredText(gitlab, target, stored, document);
    if (text === undefined) {
      if (isPack(name)) findings.missing.push(`the package has no ${document}`);
      continue;
    }
    const said = digestInBom(text);
    const has = servedCopy(stored, name)?.sha256;
    // One that names no digest speaks of its file by its own name alone.
    if (said === undefined || said === has) findings.proven.push(document);
    else findings.wrong.push(`${document} speaks of ${said}, the registry has ${has ?? "none"}`);
  }
  return findings;
}

/** Whether what can be signed is; verify-release proves the signatures. */
export function readSignatures({ stored }: Published): Attested {
  const names = namesOf(stored);
  const signable = names.filter(
    (name) => name === checksumsName || name.endsWith(provenanceSuffix),
  );
  const findings = noFindings();
  for (const name of signable) {
    if (names.includes(name + signatureSuffix)) findings.proven.push(name + signatureSuffix);
    else findings.missing.push(`${name} is not signed`);
  }
  return findings;
}

/** What conda-pack makes: it writes a bill of materials beside each. */
function isPack(name: string): boolean {
  return /\.conda\.(?:tgz|tar|tar\.gz|tar\.zst|zip)$/.test(name);
}

function namesOf({ files }: StoredPackage): readonly string[] {
  return [...new Set(files.map(({ name }) => name))].toSorted();
}

function noFindings(): Findings {
  return { proven: [], missing: [], wrong: [] };
}
