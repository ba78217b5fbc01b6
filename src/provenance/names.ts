/** What speaks of a file is named after it. */
export const provenanceSuffix = ".intoto.json";
export const bomSuffix = ".cdx.json";
export const signatureSuffix = ".sig";

/** Whether a file speaks of others, so that it needs no provenance of its own. */
export function isAttestation(name: string): boolean {
  return (
    /\.(intoto\.json|intoto\.jsonl|cdx\.json|spdx\.json|sig|asc|sha256|sha512|lock\.txt)$/.test(
      name,
    ) || /^SHA(256|512)SUMS$/.test(name)
  );
}
