import type { Log } from "../step/log.ts";
import { gitlabError } from "./errors.ts";
import { nameProblem } from "./package-names.ts";
import type { PackageId } from "./packages.ts";

/** What a job says of the package it is about. */
export interface TargetRequest {
  name: string;
  /** Where the name came from, for the log. */
  nameOrigin: string;
  /** Said outright; it goes before everything else. */
  version: string | undefined;
  /** The tag of the release, and the variable that named it. */
  tag: { name: string; origin: string } | undefined;
  /** How tags spell versions, and where that was said. */
  tagFormat: () => Promise<{ text: string; origin: string }>;
  /** The version of what was packed. */
  packedVersion: string | undefined;
  /** Reads a version backwards out of a tag. */
  readTag: (tag: string, format: string) => string | undefined;
  /** The version that the checkout holds, and the file that says so. */
  readCheckout: () => Promise<{ version: string; origin: string }>;
}

/**
 * Decides under which name and version files are stored, and says where both came from: PACKAGE_VERSION, else the
 * version in the tag, else that of the pack, else that of the checkout.
 *
 * @throws {StepError} E_PACKAGE_NAME with every problem of both (H24).
 */
export async function packageTarget(request: TargetRequest, log: Log): Promise<PackageId> {
  const { name, nameOrigin } = request;
  const { version, origin } = await chooseVersion(request, log);
  const problems = [nameProblem("name", name), nameProblem("version", version)].filter(
    (problem) => problem !== undefined,
  );
  if (problems.length > 0)
    throw gitlabError("E_PACKAGE_NAME", problems.join("\n"), {
      hint: `The name comes from ${nameOrigin}, the version from ${origin}; set PACKAGE_NAME or PACKAGE_VERSION to what the registry takes.`,
    });
  log.info(`Package ${name} (from ${nameOrigin}), version ${version} (from ${origin}).`);
  return { name, version };
}

/** A version, and who says it. */
interface OriginVersion {
  version: string;
  origin: string;
}

async function chooseVersion(request: TargetRequest, log: Log): Promise<OriginVersion> {
  return (await givenVersion(request, log)) ?? request.readCheckout();
}

/**
 * The version that the inputs say, without a look at the files of the checkout.
 *
 * @returns `undefined` where they say none.
 */
export async function givenVersion(
  {
    version,
    tag,
    tagFormat,
    packedVersion,
    readTag,
  }: Pick<TargetRequest, "version" | "tag" | "tagFormat" | "packedVersion" | "readTag">,
  log: Pick<Log, "warn">,
): Promise<OriginVersion | undefined> {
  if (version !== undefined) return { version, origin: "PACKAGE_VERSION" };
  if (tag !== undefined) {
    const format = await tagFormat();
    const inTag = readTag(tag.name, format.text);
    if (inTag !== undefined) {
      if (packedVersion !== undefined && packedVersion !== inTag)
        log.warn(`The pack says version ${packedVersion}, but the tag ${tag.name} means ${inTag}.`);
      return { version: inTag, origin: `${tag.origin} ${tag.name}` };
    }
    const instead = packedVersion === undefined ? "the checkout" : `the pack, ${packedVersion},`;
    log.warn(
      `The tag ${tag.name} is not of the form ${format.text} (${format.origin}): the version of ${instead} is taken instead. Where ${tag.name} is the tag of a release, correct TAG_FORMAT or set PACKAGE_VERSION.`,
    );
  }
  return packedVersion === undefined
    ? undefined
    : { version: packedVersion, origin: "PACKED_VERSION" };
}
