import { mayCreateTag } from "../access/protection.ts";
import { assertUser } from "../access/permissions.ts";
import { recordPipelines } from "../git/after-push.ts";
import { createTag } from "../git/create-tag.ts";
import { findRef, isShortRefName, resolveCommit } from "../git/refs.ts";
import type { Ref } from "../git/refs.ts";
import { zeroId } from "../git/repository.ts";
import { tagTexts } from "../git/refusal-texts.ts";
import { refuseName } from "../git/tag-check.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Project } from "../world/model.ts";

export interface WantedTag {
  readonly name: string;
  readonly ref: string;
  readonly message: string | undefined;
}

export type MadeTag =
  | { readonly kind: "made"; readonly tag: Ref }
  | { readonly kind: "refused"; readonly text: string };

/** Makes a tag by the API, with GitLab's refusals in its order (Tags::CreateService). */
export async function makeTag(
  exchange: Exchange,
  project: Project,
  { name, ref, message }: WantedTag,
): Promise<MadeTag> {
  const refused = (text: string): MadeTag => ({ kind: "refused", text });
  if (!isShortRefName(name)) return refused("Tag name invalid");
  const fullName = `refs/tags/${name}`;
  if ((await findRef(project.repository, fullName)) !== undefined) {
    return refused(`Tag ${name} already exists`);
  }
  if (ref === "") return refused("Target is empty");
  const commit = await resolveCommit(project.repository, ref);
  if (commit === undefined) return refused(`Target ${ref} is invalid`);
  if (name === project.defaultBranch) return refused(tagTexts.defaultBranch);
  const prohibited = refuseName(name);
  if (prohibited !== undefined) return refused(prohibited);
  if (!mayCreateTag(exchange.caller, project, name)) return refused(tagTexts.create);
  const tagger = assertUser(exchange);
  const text = message === "" ? undefined : message;
  const date = exchange.world.now();
  const id = await createTag(project.repository, { name, commit, message: text, tagger, date });
  if (id === undefined) return refused(`Tag ${name} already exists`);
  const landed = [{ ref: fullName, before: zeroId, after: id }];
  const none = { skipsPipelines: false, variables: [] };
  await recordPipelines(exchange.world, exchange.caller, project, landed, none);
  return { kind: "made", tag: { name: fullName, id, commit } };
}
