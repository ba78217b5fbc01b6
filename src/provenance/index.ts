/** What speaks of a release's files: bills of materials, provenance, checksums, signatures. */
export { attestFiles, type Attestation, type Sign } from "./attest.ts";
export {
  type Attested,
  type Published,
  readBillsOfMaterials,
  readChecksums,
  readProvenances,
  readSignatures,
} from "./attested.ts";
export { readBuild } from "./build.ts";
export { openSignatureChecker, type SignatureChecker } from "./check-signature.ts";
export { checksumsName, formatChecksums, parseChecksums } from "./checksums.ts";
export { provenanceErrors } from "./errors.ts";
export { bomSuffix, isAttestation, provenanceSuffix, signatureSuffix } from "./names.ts";
export {
  checksumsNames,
  type ChecksumsPlan,
  foreseeChecksums,
  isChecksums,
  publishChecksums,
} from "./publish-checksums.ts";
export { type Provenance, readProvenance } from "./read-statement.ts";
export { cycloneDxBom, digestInBom, type PackContents } from "./sbom.ts";
export { type Build, buildType, provenanceStatement, type Subject } from "./statement.ts";
export { type Requirement, type Verdict, type Verification, verifyFiles } from "./verify.ts";
