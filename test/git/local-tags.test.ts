import { join } from "node:path";
import { expect, test } from "vitest";
import { openCheckout, requireHead } from "../../src/git/checkout.ts";
import { makePrivateRepository } from "../../src/git/private-repository.ts";
import { readLocalTags } from "../../steps/shared/local-tags.ts";
import { git, makeRepository, openTestGit } from "../support/repositories.ts";

async function tagsIn(folder: string): ReturnType<typeof readLocalTags> {
  const tool = await openTestGit();
  const checkout = await openCheckout(tool, folder);
  const repository = await makePrivateRepository(tool, checkout);
  return readLocalTags(repository, checkout, requireHead(checkout));
}

test.each([
  { title: "there are none", commands: [], tags: [] },
  {
    title: "they have a file each",
    commands: [
      ["tag", "v1"],
      ["tag", "of/a/folder"],
    ],
    tags: ["of/a/folder", "v1"],
  },
  {
    title: "they are packed",
    commands: [
      ["tag", "-a", "-m", "x", "v1"],
      ["pack-refs", "--all"],
    ],
    tags: ["v1"],
  },
  { title: "only branches are packed", commands: [["pack-refs", "--all"]], tags: [] },
])("the tags that a checkout knows are found where $title", async ({ commands, tags }) => {
  const root = await makeRepository({ file: "1" });
  for (const command of commands) git(root, command);
  expect(await tagsIn(root)).toEqual({ tags, tagsHere: tags });
});

test("tags on the commit itself are told from those on its past", async () => {
  const root = await makeRepository({ file: "1" });
  git(root, ["tag", "-a", "-m", "x", "v1"]);
  git(root, ["commit", "-q", "--allow-empty", "-m", "x"]);
  git(root, ["tag", "-a", "-m", "x", "v2"]);
  expect(await tagsIn(root)).toEqual({ tags: ["v1", "v2"], tagsHere: ["v2"] });
});

test("the tags of a linked work tree are those of its repository", async () => {
  const root = await makeRepository({ file: "1" });
  git(root, ["tag", "v1"]);
  const linked = join(root, "../linked");
  git(root, ["worktree", "add", "-q", "-b", "linked", linked]);
  expect(await tagsIn(linked)).toMatchObject({ tags: ["v1"] });
});
