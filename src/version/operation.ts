import type { BumpConfig } from "./config/bump-config.ts";
import type { VersionText } from "./edit/version-pair.ts";
import { versionErrors } from "./errors.ts";
import {
  bumpSpelling,
  developmentSpelling,
  releaseSpelling,
  spellVersion,
  writeSpelling,
} from "./places/spelling.ts";
import type { Ecosystem } from "./places/place.ts";
import { readVersion, type ConfiguredProject } from "./project.ts";
import { bumpPart, findReleasePart, releaseVersion } from "./scheme/bump.ts";
import { joinPieces } from "./scheme/format.ts";
import { isShown, type Scheme, type VersionValue } from "./scheme/scheme.ts";
import { serializeVersion } from "./scheme/serialize.ts";
import type { Names } from "./text/names.ts";

/** What is to be done with a version. */
export type Operation =
  /** The release part goes straight to its optional value; `part` names another one than the scheme's own. */
  | { readonly kind: "release"; readonly part?: string | undefined }
  /** One part, exactly one step. */
  | { readonly kind: "bump"; readonly part: string }
  | { readonly kind: "set"; readonly version: string }
  /** The release that follows another one, `from`, with one part raised. */
  | { readonly kind: "raise"; readonly from: string; readonly part: string }
  /** A bump that opens the next development version; without a scheme, spelt like the version `like`. */
  | { readonly kind: "post-release"; readonly part: string; readonly like?: string | undefined };

/** What a version becomes. */
export interface NextVersion {
  readonly next: VersionText;
  /** The bumped part; `undefined` where a version was set as a whole. */
  readonly part: string | undefined;
  readonly consumesNewVersion: boolean;
  /** Why nothing changes; `undefined` where something does. */
  readonly unchanged?: string;
}

/** Computes the next version of a configured project. @throws E_VERSION_PART, E_VERSION_FORMAT, E_VERSION_UNREADABLE */
export function computeNext(
  { config, scheme, current }: ConfiguredProject,
  operation: Operation,
  names: Names,
): NextVersion {
  const asked = askedVersion(config, operation);
  if (asked !== undefined) {
    const next = readWhole(scheme, asked.text, asked.what, config.path);
    return { next, part: undefined, consumesNewVersion: asked.isOneShot };
  }
  const write = (value: VersionValue, part: string): NextVersion => {
    const text = joinPieces(serializeVersion(scheme, value, names));
    return { next: { text, value }, part, consumesNewVersion: false };
  };
  if (operation.kind === "bump" || operation.kind === "post-release")
    return write(bumpPart(scheme, current.value, operation.part), operation.part);
  if (operation.kind === "raise") {
    const { value } = readVersion(scheme, operation.from, "the last release");
    return write(raise(scheme, value, operation.part), operation.part);
  }
  const part = findReleasePart(scheme, operation.kind === "release" ? operation.part : undefined);
  const stay = { next: current, part, consumesNewVersion: false };
  if (part === undefined)
    return { ...stay, unchanged: `${current.text} has no part that marks a development version` };
  if (!isShown(scheme, part, current.value))
    return { ...stay, unchanged: `${current.text} is no development version` };
  return write(releaseVersion(scheme, current.value, part), part);
}

/** What is set becomes the text of files and tag alike, so that parse must read all of it. */
function readWhole(scheme: Scheme, text: string, what: string, path: string): VersionText {
  const read = readVersion(scheme, text, what);
  if (read.text === text) return read;
  const formats = scheme.formats.map((format) => format.text).join(" or ");
  throw versionErrors(
    "E_VERSION_UNREADABLE",
    `${what} '${text}' does not fit the scheme: parse '${scheme.pattern.source}' reads only '${read.text}' of it`,
    {
      hint: `The scheme writes ${formats}: set such a version, or extend parse and serialize of ${path}.`,
    },
  );
}

function raise(scheme: Scheme, value: VersionValue, part: string): VersionValue {
  const raised = bumpPart(scheme, value, part);
  const release = findReleasePart(scheme, undefined);
  return release === undefined || !isShown(scheme, release, raised)
    ? raised
    : releaseVersion(scheme, raised, release);
}

/** Computes the next version of a project without a configuration, in the spelling it has. */
export function computeSpelling(
  version: string,
  ecosystem: Ecosystem,
  operation: Operation,
  where: string,
): string {
  if (operation.kind === "set")
    return writeSpelling(spellVersion(operation.version.trim(), "new version", ecosystem));
  if (operation.kind === "raise") {
    const from = spellVersion(operation.from, "the last release", ecosystem);
    return writeSpelling(releaseSpelling(bumpSpelling(from, operation.part)));
  }
  const spelled = spellVersion(version, where, ecosystem);
  if (operation.kind === "release")
    return spelled.suffix === "" ? version : writeSpelling(releaseSpelling(spelled));
  const bumped = bumpSpelling(spelled, operation.part);
  if (operation.kind === "bump") return writeSpelling(bumped);
  const model =
    operation.like === undefined
      ? undefined
      : spellVersion(operation.like, "its model", ecosystem).suffix;
  return writeSpelling(developmentSpelling(bumped, ecosystem, model));
}

function askedVersion({ newVersion, path }: BumpConfig, operation: Operation) {
  if (operation.kind === "set")
    return { text: operation.version.trim(), what: "new version", isOneShot: false };
  if (newVersion === undefined) return undefined;
  return { text: newVersion.trim(), what: `new_version of ${path}`, isOneShot: true };
}
