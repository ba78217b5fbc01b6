import {
  digestOf,
  type GitLab,
  type LocalFile,
  type PackageId,
  readPackage,
  servedCopy,
  type StoredPackage,
} from "../gitlab/index.ts";
import type { SignatureChecker } from "./check-signature.ts";
import { checksumsName, parseChecksums } from "./checksums.ts";
import { isAttestation, provenanceSuffix, signatureSuffix } from "./names.ts";
import { isChecksums } from "./publish-checksums.ts";
import { type Provenance, readProvenance } from "./read-statement.ts";
import { buildType } from "./statement.ts";
import { readStoredText } from "./stored-text.ts";

/** What must be there, besides the digests of the registry. */
export type Requirement = "checksums" | "provenance" | "signatures";

export interface Verification {
  readonly gitlab: GitLab;
  readonly target: PackageId;
  /** The files as they were downloaded. */
  readonly files: readonly LocalFile[];
  /** The commit of the tag, as the server has it. */
  readonly commit: string;
  readonly required: ReadonlySet<Requirement>;
  /** `undefined`: signatures are not checked. */
  readonly checker: SignatureChecker | undefined;
}

/** What was found out about a file. */
export interface Verdict {
  readonly name: string;
  readonly sha256: string;
  /** What holds: `registry`, `SHA256SUMS (signed by release@example.org)`, `provenance: job …`. */
  readonly proofs: readonly string[];
  /** Sentences; empty where the file is verified. */
  readonly problems: readonly string[];
}

/** Compares downloaded files with everything that the registry says of them. It changes nothing. */
export async function verifyFiles(verification: Verification): Promise<readonly Verdict[]> {
  const { gitlab, target, files } = verification;
  const stored = await readPackage(gitlab, target);
  const sums = await readSums(verification, stored);
  const verdicts: Verdict[] = [];
  for (const file of files) verdicts.push(await verifyFile(verification, stored, sums, file));
  return verdicts;
}

interface Findings {
  readonly proofs: string[];
  readonly problems: string[];
}

interface Sums {
  readonly digests: ReadonlyMap<string, string>;
  readonly signed: string;
  readonly problem: string | undefined;
}

async function readSums(
  verification: Verification,
  stored: StoredPackage,
): Promise<Sums | undefined> {
  const { gitlab, target } = verification;
  const text = await readStoredText(gitlab, target, stored, checksumsName);
  if (text === undefined) return undefined;
  const digests = parseChecksums(text);
  const signature = await checkSignature(verification, stored, checksumsName, text);
  if (typeof digests === "string")
    return { digests: new Map(), signed: "", problem: `${checksumsName}: ${digests}` };
  return { digests, ...signature };
}

async function verifyFile(
  verification: Verification,
  stored: StoredPackage,
  sums: Sums | undefined,
  file: LocalFile,
): Promise<Verdict> {
  const sha256 = await digestOf(file);
  const findings: Findings = { proofs: [], problems: [] };
  compareWithRegistry(verification, stored, file, sha256, findings);
  if (!isChecksums(file.name)) compareWithSums(verification, sums, file.name, sha256, findings);
  else if (sums?.problem !== undefined) findings.problems.push(sums.problem);
  if (!isAttestation(file.name))
    await compareWithProvenance(verification, stored, { name: file.name, sha256 }, findings);
  return { name: file.name, sha256, ...findings };
}

function compareWithRegistry(
  { target }: Verification,
  stored: StoredPackage,
  { name }: LocalFile,
  sha256: string,
  { proofs, problems }: Findings,
): void {
  const served = servedCopy(stored, name);
  if (served === undefined)
    problems.push(`the package ${target.name} ${target.version} holds no file of that name`);
  else if (served.sha256 === sha256) proofs.push("registry");
  else problems.push(`its SHA-256 is ${sha256}, the registry has ${served.sha256 ?? "none"}`);
}

function compareWithSums(
  { required }: Verification,
  sums: Sums | undefined,
  name: string,
  sha256: string,
  { proofs, problems }: Findings,
): void {
  const said = sums?.digests.get(name);
  if (sums?.problem !== undefined) problems.push(sums.problem);
  else if (said !== undefined && said !== sha256)
    problems.push(`its SHA-256 is ${sha256}, ${checksumsName} says ${said}`);
  else if (said !== undefined) proofs.push(`${checksumsName}${sums?.signed ?? ""}`);
  else if (required.has("checksums"))
    problems.push(
      sums === undefined
        ? `the package has no ${checksumsName}`
        : `${checksumsName} does not name it`,
    );
}

async function compareWithProvenance(
  verification: Verification,
  stored: StoredPackage,
  { name, sha256 }: { name: string; sha256: string },
  { proofs, problems }: Findings,
): Promise<void> {
  const { gitlab, target, required, commit } = verification;
  const statement = name + provenanceSuffix;
  const text = await readStoredText(gitlab, target, stored, statement);
  if (text === undefined) {
    if (required.has("provenance")) problems.push(`the package has no ${statement}`);
    return;
  }
  const found = readProvenance(text);
  if (typeof found === "string") {
    problems.push(`${statement}: ${found}`);
    return;
  }
  const { signed, problem } = await checkSignature(verification, stored, statement, text);
  const wrong = [
    ...(problem === undefined ? [] : [problem]),
    ...provenanceProblems(found, { name, sha256, document: statement, commit }),
  ];
  problems.push(...wrong);
  if (wrong.length === 0) proofs.push(`provenance: ${found.invocation ?? found.builder}${signed}`);
}

/** What a provenance says that is not so of these bytes and this commit, one sentence each. */
export function provenanceProblems(
  found: Provenance,
  {
    name,
    sha256,
    document,
    commit,
  }: { name: string; sha256: string; document: string; commit: string },
): readonly string[] {
  return [
    found.subjects.some((subject) => subject.name === name && subject.sha256 === sha256)
      ? undefined
      : `${document} does not speak of these bytes (${found.subjects.map((one) => `${one.name} ${one.sha256}`).join(", ")})`,
    found.buildType === buildType
      ? undefined
      : `${document} has the build type ${found.buildType}, not ${buildType}`,
    found.commit === commit
      ? undefined
      : `${document} says that it was built from ${found.commit ?? "no commit"}; the tag is on ${commit}`,
  ].filter((one) => one !== undefined);
}

/** Where a file of allowed signers is given, an absent signature counts as little as a wrong one. */
async function checkSignature(
  { gitlab, target, checker, required }: Verification,
  stored: StoredPackage,
  name: string,
  text: string,
): Promise<{ signed: string; problem: string | undefined }> {
  const signature = await readStoredText(gitlab, target, stored, name + signatureSuffix);
  if (signature === undefined)
    return {
      signed: "",
      problem: required.has("signatures") ? `${name} is not signed` : undefined,
    };
  if (checker === undefined) return { signed: " (signature not checked)", problem: undefined };
  const checked = await checker.check(Buffer.from(text), signature);
  return typeof checked === "string"
    ? { signed: "", problem: `${name}${signatureSuffix}: ${checked}` }
    : { signed: ` (signed by ${checked.signer})`, problem: undefined };
}
