import type { BumpPlan } from "./plan.ts";
import { versionErrors } from "./errors.ts";
import { readTemplate, renderTemplate } from "./text/names.ts";

/** GitLab skips every pipeline, those of tags too, for a commit whose message holds such a marker. */
const skipMarker = /[ \t]*\[(?:ci[ _-]skip|skip[ _-]ci)\][ \t]*/giu;

/**
 * The message of the release commit: the input, else the configuration's, else "Release version X".
 *
 * A marker that skips pipelines is taken out: no tag pipeline would run (G23).
 */
export function releaseMessage(plan: BumpPlan, input: string | undefined): string {
  const usual = "Release version {new_version}";
  const template = input ?? plan.texts.message ?? usual;
  const where = input === undefined ? "message" : "VERSION_COMMIT_MESSAGE";
  const message = renderTemplate(template, plan.names, where).replaceAll(skipMarker, " ").trim();
  return message === "" ? renderTemplate(usual, plan.names, where) : message;
}

/** The message of the post-release commit: the input, else the configuration's, else the one of bump2version. */
export function postReleaseMessage(plan: BumpPlan, input: string | undefined): string {
  const template = input ?? plan.texts.message ?? "Bump version: {current_version} → {new_version}";
  const where = input === undefined ? "message" : "NEXT_COMMIT_MESSAGE";
  return renderTemplate(template, plan.names, where);
}

/**
 * The name of the tag: of `TAG_FORMAT` where it is given, else of the configuration, else `v{new_version}`.
 *
 * @throws E_VERSION_TAG_FORMAT where the format names nothing: every release would get the same tag.
 */
export function tagName(plan: BumpPlan, format: string | undefined): string {
  const where = format === undefined ? "tag_name" : "TAG_FORMAT";
  const template = format ?? plan.texts.tagName;
  if (readTemplate(template, where).every(({ kind }) => kind === "literal"))
    throw versionErrors(
      "E_VERSION_TAG_FORMAT",
      `${where} is '${template}', without {version} in it.`,
    );
  return renderTemplate(template, plan.names, where);
}

/** The message of the annotated tag; `undefined` where the configuration asks for a lightweight one. */
export function tagMessage(plan: BumpPlan): string | undefined {
  if (plan.texts.tagMessage === "") return undefined;
  return renderTemplate(plan.texts.tagMessage, plan.names, "tag_message");
}
