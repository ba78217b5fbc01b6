import type { Subject } from "./statement.ts";

/** Name of the file that holds the digests of all files of a version. */
export const checksumsName = "SHA256SUMS";

/** Digests in the form that `sha256sum --check` reads, by name. */
export function formatChecksums(files: readonly Subject[]): string {
  return files
    .toSorted((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0))
    .map(({ name, sha256 }) => `${sha256}  ${name}\n`)
    .join("");
}

/**
 * Reads what `sha256sum` writes.
 *
 * @returns the digests by name, or a sentence on the first line that is none.
 */
export function parseChecksums(text: string): ReadonlyMap<string, string> | string {
  const digests = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === "") continue;
    const [, sha256, name] = /^([0-9a-fA-F]{64}) [ *](.+)$/.exec(line) ?? [];
    if (sha256 === undefined || name === undefined)
      return `its line ${index + 1} is no SHA-256 with a name`;
    if (digests.has(name)) return `it names ${name} twice`;
    digests.set(name, sha256.toLowerCase());
  }
  return digests;
}
