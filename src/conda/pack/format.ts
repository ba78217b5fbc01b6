import { packErrors } from "./errors.ts";

/** What the output is. A directory has the same content as an archive. */
export type Format = "tar.gz" | "tar" | "tar.zst" | "zip" | "directory";

const suffixes: readonly (readonly [string, Format])[] = [
  [".tar.gz", "tar.gz"],
  [".tgz", "tar.gz"],
  [".tar.zst", "tar.zst"],
  [".tar", "tar"],
  [".zip", "zip"],
];

/**
 * The format that the name of the output asks for. A name without a suffix, or with a slash at its end, is a directory.
 *
 * @throws E_PACK_OPTIONS for a suffix that is none of ours
 */
export function formatOf(output: string): Format {
  const name = output.toLowerCase();
  const known = suffixes.find(([suffix]) => name.endsWith(suffix));
  if (known) return known[1];
  const last = name.slice(name.lastIndexOf("/") + 1);
  if (last === "" || !/\.(?:[a-z][a-z\d]*)$/.test(last)) return "directory";
  throw packErrors(
    "E_PACK_OPTIONS",
    `${output} has a suffix that is not known; accepted: ${suffixes.map(([suffix]) => suffix).join(", ")}, or none for a directory`,
  );
}
