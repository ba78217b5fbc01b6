import { type GitLab, listTagNames } from "../../src/gitlab/index.ts";
import {
  isDevelopmentVersion,
  readVersionFromTag,
  versionErrors,
} from "../../src/version/index.ts";
import { tagFormatOf } from "../shared/package-target.ts";
import type { StatusContext } from "./inputs.ts";

/**
 * The tag that is asked about: the one that is given, that of RELEASE_VERSION, that of the pipeline, else the newest
 * tag of a version. A tag without a release is one that got stuck on its way, and the one to ask about.
 *
 * @returns `undefined` where no version was tagged yet.
 * @throws {StepError} E_VERSION_TAG_FORMAT where the format does not tell the tag of RELEASE_VERSION.
 */
export async function chooseTag(
  context: StatusContext,
  gitlab: GitLab,
): Promise<string | undefined> {
  const { inputs, origins, log } = context;
  const { RELEASE_TAG: given, RELEASE_VERSION: version } = inputs;
  const isOfPipeline = origins.RELEASE_TAG === "CI_COMMIT_TAG";
  const { text: format, origin } = await tagFormatOf(context);
  if (given !== undefined && (version === undefined || !isOfPipeline)) {
    if (version !== undefined && readVersionFromTag(given, format) !== version)
      log.warn(`RELEASE_TAG is ${given}, so that RELEASE_VERSION ${version} is not looked at.`);
    return given;
  }
  if (version !== undefined) {
    const tag = format.replaceAll(/\{(?:new_)?version\}/g, version);
    if (readVersionFromTag(tag, format) === version) return tag;
    throw versionErrors(
      "E_VERSION_TAG_FORMAT",
      `The tag format ${format} (${origin}) does not tell which tag the version ${version} has.`,
      { hint: "Set RELEASE_TAG instead." },
    );
  }
  for await (const tag of listTagNames(gitlab)) {
    const found = readVersionFromTag(tag, format);
    if (found === undefined || !/^\d/.test(found) || isDevelopmentVersion(found)) continue;
    log.info(`The newest tag of a version is ${tag} (format ${format}, from ${origin}).`);
    return tag;
  }
  return undefined;
}
