import { GitFailed } from "./run-git.ts";
import { gitText, zeroId } from "./repository.ts";
import type { Repository } from "./repository.ts";
import type { User } from "../world/model.ts";
import { updateRef } from "./refs.ts";

export interface NewTag {
  readonly name: string;
  readonly commit: string;
  /** Makes it an annotated tag. */
  readonly message: string | undefined;
  readonly tagger: User;
  readonly date: Date;
}

/** Makes a tag. @returns the id its ref holds, or `undefined` where git refused it. */
export async function createTag(repository: Repository, tag: NewTag): Promise<string | undefined> {
  const id = tag.message === undefined ? tag.commit : await writeTagObject(repository, tag);
  if (id === undefined) return undefined;
  const done = await updateRef(repository, `refs/tags/${tag.name}`, id, zeroId);
  return done ? id : undefined;
}

async function writeTagObject(
  repository: Repository,
  { name, commit, message = "", tagger, date }: NewTag,
): Promise<string | undefined> {
  const seconds = Math.floor(date.getTime() / 1000);
  const input = [
    `object ${commit}`,
    "type commit",
    `tag ${name}`,
    `tagger ${tagger.name} <${tagger.email}> ${seconds} +0000`,
    "",
    message.endsWith("\n") ? message : `${message}\n`,
  ].join("\n");
  try {
    return await gitText(repository, ["mktag"], { input });
  } catch (error) {
    if (error instanceof GitFailed) return undefined;
    throw error;
  }
}
