/** Signs the bytes of a commit or tag. @returns the armoured signature, its lines ending in LF. */
export type Signer = (payload: Buffer) => Promise<string>;

/** A signature as a header of a commit: every further line is indented. */
export function indentSignature(signature: string): string {
  return signature.trimEnd().replaceAll("\n", "\n ");
}
