import { fieldsIn, isFields, listIn, textIn, type Fields } from "../json-fields.ts";
import type { EnvironmentSpec, LockedPackage, Platform } from "./environment-spec.ts";
import type { SpecProblems } from "./problems.ts";

/**
 * Reads a `conda-lock.yml` (version 1): its main category, for this platform.
 *
 * @see https://conda.github.io/conda-lock/output/
 */
export function readCondaLock(
  file: string,
  content: unknown,
  platform: Platform,
  problems: SpecProblems,
): EnvironmentSpec | undefined {
  if (!isFields(content)) return undefined;
  if (content["version"] !== 1)
    problems.error(
      1,
      `conda-lock files of version 1 are understood, not ${String(content["version"])}`,
    );
  const packages: LockedPackage[] = [];
  const pip: string[] = [];
  const mine = listIn(content, "package").filter((item) => isWanted(item, platform));
  if (mine.length === 0) problems.error(1, `it locks no packages for ${platform}`);
  for (const item of mine) {
    const name = textIn(item, "name") ?? "?";
    const url = textIn(item, "url");
    const hash = fieldsIn(item, "hash");
    const sha256 = textIn(hash, "sha256");
    if (url === undefined) problems.error(1, `the package ${name} has no "url"`);
    else if (textIn(item, "manager") === "pip")
      pip.push(`${name} @ ${url}${sha256 === undefined ? "" : `#sha256=${sha256}`}`);
    else packages.push({ url, sha256, md5: textIn(hash, "md5") });
  }
  return {
    kind: "locked",
    file,
    packages,
    pip: { lines: pip, locked: true },
    variables: {},
  };
}

function isWanted(item: Fields, platform: Platform): boolean {
  const category = textIn(item, "category") ?? "main";
  return textIn(item, "platform") === platform && category === "main";
}
