import { publicUrl } from "../channels/public-url.ts";
import type { EnvironmentSpec, LockedPackage, Platform } from "./environment-spec.ts";
import type { SpecProblems } from "./problems.ts";

/**
 * Reads an explicit list: addresses of packages, each with a digest as its fragment.
 *
 * @see https://github.com/conda/ceps/blob/main/cep-0023.md
 */
export function readExplicitList(
  file: string,
  text: string,
  platform: Platform,
  problems: SpecProblems,
): EnvironmentSpec {
  const packages: LockedPackage[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    const made = /^#\s*platform:\s*(\S+)/.exec(line)?.[1];
    if (made !== undefined && made !== platform)
      problems.error(index + 1, `the list is for ${made}, but this machine is ${platform}`);
    if (line === "" || line.startsWith("#") || line === "@EXPLICIT") continue;
    const [address = "", fragment = ""] = line.split("#");
    const url = packageUrl(address);
    const digest = readDigest(fragment);
    const shown = publicUrl(address);
    if (url === undefined)
      problems.error(index + 1, `"${shown}" is no address of a package (.conda or .tar.bz2)`);
    else if (digest === undefined)
      problems.error(
        index + 1,
        `"${fragment}" behind ${shown} is neither a SHA-256 nor an MD5 digest`,
      );
    else packages.push({ url, ...digest });
  }
  return {
    kind: "locked",
    file,
    packages,
    pip: { lines: [], locked: true },
    variables: {},
  };
}

/** A package as it stands in an explicit list. */
export interface Listed {
  readonly url: string;
  readonly sha256?: string | undefined;
  readonly md5?: string | undefined;
}

/** Writes the explicit list that makes the same environment again; addresses without credentials. */
export function writeExplicitList(platform: Platform, packages: readonly Listed[]): string {
  const lines = packages.map(({ url, sha256, md5 }) => {
    if (sha256 !== undefined) return `${url}#sha256:${sha256}`;
    return md5 === undefined ? url : `${url}#${md5}`;
  });
  return [
    "# This file may be used to create an environment: conda create --name NAME --file THIS",
    `# platform: ${platform}`,
    "@EXPLICIT",
    ...lines,
    "",
  ].join("\n");
}

function packageUrl(address: string): string | undefined {
  if (!/\.(conda|tar\.bz2)$/.test(address)) return undefined;
  const url = address.startsWith("/") ? `file://${encodeURI(address)}` : address;
  return /^(https?|file):\/\//.test(url) && URL.parse(url) !== null ? url : undefined;
}

function readDigest(fragment: string): Pick<LockedPackage, "sha256" | "md5"> | undefined {
  if (fragment === "") return {};
  const digest = /^(?:sha256:|md5:)?([0-9a-f]{64}|[0-9a-f]{32})$/i.exec(fragment)?.[1];
  if (digest === undefined) return undefined;
  return digest.length === 64 ? { sha256: digest.toLowerCase() } : { md5: digest.toLowerCase() };
}
