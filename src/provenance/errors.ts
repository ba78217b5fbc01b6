import { defineErrors, exit } from "../step/errors.ts";

/** What can be wrong with the documents that speak of a release's files. */
export const provenanceErrors = defineErrors({
  E_RELEASE_NOT_VERIFIED: {
    exit: exit.gate,
    cause:
      "A file of the release is not what the registry, its checksums, its provenance or a signature says it is.",
    cure: "Do not use the files that the message names. Download them again; if it stays, tell the project's maintainers.",
  },
  E_PROVENANCE_DIFFERS: {
    exit: exit.refused,
    cause:
      "The registry holds a provenance that speaks of other bytes than those of the released file.",
    cure: "Look at who uploaded it (the package's page names the pipelines), then release a new version.",
  },
  E_CHECKSUMS_DIFFER: {
    exit: exit.refused,
    cause: "The registry's SHA256SUMS contradicts the digests of the files beside it.",
    cure: "A file was replaced after the release, or SHA256SUMS was not made by create-release: release a new version.",
  },
  E_ATTESTATION_UNREADABLE: {
    exit: exit.refused,
    cause:
      "A document of the registry that speaks of a file is not of the format that its name promises.",
    cure: "Look at the file on the package's page. Slipway never replaces what is published under a release.",
  },
  E_SIGNATURE_TOOL: {
    exit: exit.machine,
    cause: "There is no ssh-keygen that can check signatures, or it failed.",
    cure: "Install openssh-client 8.9 or newer; the image of Slipway has it.",
  },
  E_ALLOWED_SIGNERS: {
    exit: exit.config,
    cause: "The file of allowed signers cannot be read or names nobody.",
    cure: 'Write one line per key: a name, namespaces="file", the key\'s type and the public key, as man ssh-keygen describes under ALLOWED SIGNERS.',
  },
});
