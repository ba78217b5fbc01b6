import { roleIn } from "../access/caller.ts";
import type { Caller } from "../access/caller.ts";
import { mayCreateTag, tagRules } from "../access/protection.ts";
import { roles } from "../access/roles.ts";
import type { Project } from "../world/model.ts";
import { isCreation, isDeletion } from "./push-request.ts";
import type { RefCommand } from "./push-request.ts";
import { tagTexts } from "./refusal-texts.ts";

/** Why a caller may not do this to a tag, in GitLab's words and order (Gitlab::Checks::TagCheck). */
export function refuseTag(
  caller: Caller,
  project: Project,
  tag: string,
  command: RefCommand,
): string | undefined {
  const role = roleIn(caller, project);
  if (!isCreation(command) && role < roles.developer) return tagTexts.change;
  if (isCreation(command) && tag === project.defaultBranch) return tagTexts.defaultBranch;
  if (!isDeletion(command)) {
    const prohibited = refuseName(tag);
    if (prohibited !== undefined) return prohibited;
  }
  if (tagRules(project, tag).length === 0) return undefined;
  if (isDeletion(command)) return role >= roles.maintainer ? tagTexts.deleteOnWeb : tagTexts.delete;
  if (!isCreation(command)) return tagTexts.update;
  return mayCreateTag(caller, project, tag) ? undefined : tagTexts.create;
}

/** A tag name that GitLab takes from nobody. */
export function refuseName(tag: string): string | undefined {
  if (tag.includes("\u{fffd}")) return tagTexts.encoding;
  if (tag.startsWith("refs/tags/")) return tagTexts.prohibited;
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})(?:\/|$)/i.test(tag)) return tagTexts.sha;
  return undefined;
}
