import { versionErrors } from "../errors.ts";
import type { Ecosystem } from "./place.ts";

/** A version taken apart without any configuration. */
export interface SpelledVersion {
  /** `v`, an epoch. */
  readonly lead: string;
  readonly numbers: readonly string[];
  /** `.post1` */
  readonly post: string;
  /** What makes it a pre-release, as it is spelt: `.dev`, `-rc.2`, `-SNAPSHOT`. */
  readonly suffix: string;
  /** `+local` */
  readonly local: string;
}

const partNames = ["major", "minor", "patch"];
/** The part whose last value means "released". */
export const releasePartName = "release";

const pattern = new RegExp(
  [
    String.raw`^(?<lead>v?(?:\d+!)?)(?<numbers>\d+(?:\.\d+)*)`,
    // A word of its own: the r of rc is none, and of post.dev1 the second dot belongs to dev1.
    String.raw`(?<post>[-._]?(?:post|rev|r)(?=dev|[^a-z]|$)(?:[-._]?\d+|[-._](?=\+|$))?|-\d+(?=[-._]?dev|\+|$))?`,
    String.raw`(?<suffix>[-._]?[a-z][0-9a-z._-]*)?`,
    String.raw`(?<local>\+\S*)?$`,
  ].join(""),
  "iu",
);

/**
 * Takes a version apart. Maven knows no other development marker than `-SNAPSHOT`: `-RC1` and `.Final` are releases.
 *
 * @throws E_VERSION_UNREADABLE
 */
export function spellVersion(text: string, where: string, ecosystem?: Ecosystem): SpelledVersion {
  const groups = pattern.exec(text)?.groups;
  if (groups === undefined)
    throw versionErrors(
      "E_VERSION_UNREADABLE",
      `${where}: '${text}' is not a version of numbers and a suffix`,
      { hint: "Create a .bumpversion.cfg whose parse and serialize describe it." },
    );
  const { lead = "", numbers = "", post = "", suffix = "", local = "" } = groups;
  const spelled = { lead, numbers: numbers.split("."), post, suffix, local };
  if (ecosystem !== "jvm") return spelled;
  const snapshot = /-SNAPSHOT$/iu.exec(suffix)?.[0] ?? "";
  const qualifier = suffix.slice(0, suffix.length - snapshot.length);
  return { ...spelled, post: `${post}${qualifier}`, suffix: snapshot };
}

export function writeSpelling({ lead, numbers, post, suffix, local }: SpelledVersion): string {
  return `${lead}${numbers.join(".")}${post}${suffix}${local}`;
}

/** The released version: without its suffix. */
export function releaseSpelling(version: SpelledVersion): SpelledVersion {
  return { ...version, suffix: "", local: "" };
}

/**
 * Bumps a release number; a missing one is added. The suffix stays as it is spelt, its numbers start again.
 *
 * @throws E_VERSION_PART for another part than major, minor, patch, release.
 */
export function bumpSpelling(version: SpelledVersion, part: string): SpelledVersion {
  if (part === releasePartName && version.suffix !== "") return releaseSpelling(version);
  const index = partNames.indexOf(part);
  if (index === -1)
    throw versionErrors(
      "E_VERSION_PART",
      part === releasePartName
        ? `'${releasePartName}' is already reached: '${writeSpelling(version)}' has no suffix. Bump major, minor or patch`
        : `No part named '${part}'. Parts: ${[...partNames, releasePartName].join(", ")}`,
    );
  const length = Math.max(version.numbers.length, index + 1);
  const numbers = Array.from({ length }, (_, place) => {
    if (place > index) return "0";
    const text = version.numbers[place] ?? "0";
    return place === index ? (BigInt(text) + 1n).toString() : text;
  });
  return { ...version, numbers, post: "", local: "", suffix: restart(version.suffix) };
}

/** Gives a version the development suffix of a model, else the one that its ecosystem uses. */
export function developmentSpelling(
  version: SpelledVersion,
  ecosystem: Ecosystem,
  model: string | undefined,
): SpelledVersion {
  if (version.suffix !== "") return version;
  const isModel = model !== undefined && model !== "";
  return { ...version, suffix: isModel ? restart(model) : usualSuffixes[ecosystem] };
}

const usualSuffixes: Readonly<Record<Ecosystem, string>> = {
  python: ".dev0",
  node: "-dev.0",
  rust: "-dev.0",
  helm: "-dev.0",
  jvm: "-SNAPSHOT",
};

function restart(suffix: string): string {
  return suffix.replaceAll(/\d+/gu, "0");
}
