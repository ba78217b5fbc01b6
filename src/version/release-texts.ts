import { defaultMessage } from "./config/bump-config.ts";
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
  const template = input ?? plan.texts.message ?? defaultMessage;
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

/** The message of the tag, which is always annotated: the configuration's, else, also for an empty one, that of bump2version. */
export function tagMessage({ texts, names }: BumpPlan): string {
  const template = texts.tagMessage === "" ? defaultMessage : texts.tagMessage;
  return renderTemplate(template, names, "tag_message");
}

/** What the configuration asks of tags and does not get. */
export function tagWarnings({ texts, names }: BumpPlan): readonly string[] {
  const warnings: string[] = [];
  if (texts.tagMessage === "")
    warnings.push(
      "tag_message of the bump configuration is empty, which asks for a lightweight tag; the tag is annotated all the same, because a lightweight one has no date, no author and no signature.",
    );
  const moveable = texts.moveableTags.map((template) => {
    try {
      return renderTemplate(template, names, "moveable_tags");
    } catch {
      return template;
    }
  });
  if (moveable.length > 0)
    warnings.push(
      `moveable_tags of the bump configuration are not moved, because Slipway never moves a tag; these stay where they are: ${moveable.join(", ")}.`,
    );
  return warnings;
}
