import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { adoptCommit } from "../../src/git/adopt-commit.ts";
import { openCheckout, requireHead } from "../../src/git/checkout.ts";
import { currentHead } from "../../src/git/current-head.ts";
import { buildCommit } from "../../src/git/commit.ts";
import { makePrivateRepository } from "../../src/git/private-repository.ts";
import { commitFiles, git, makeRepository, openTestGit } from "../support/repositories.ts";

async function prepare(detach: boolean) {
  const root = await makeRepository({ "setup.cfg": "1", "sub/ü x": "1", other: "o" });
  if (detach) git(root, ["checkout", "-q", "--detach"]);
  const tool = await openTestGit();
  const checkout = await openCheckout(tool, root);
  const repository = await makePrivateRepository(tool, checkout);
  const paths = ["setup.cfg", "sub/ü x"];
  const id = await buildCommit(repository, {
    base: requireHead(checkout),
    edits: paths.map((path) => ({ path, before: Buffer.from("1"), after: Buffer.from("2") })),
    message: "Release version 2",
    author: { name: "Slipway", email: "slipway@noreply.example.org" },
    date: new Date(1_700_000_001_000),
  });
  for (const path of paths) await writeFile(join(root, path), "2");
  return { root, tool, checkout, repository, id, paths };
}

test.each([
  { title: "a detached HEAD", detach: true, name: "HEAD" },
  { title: "a branch", detach: false, name: "refs/heads/main" },
])("$title moves to the commit and the work tree is clean", async ({ detach, name }) => {
  const { root, checkout, repository, id, paths } = await prepare(detach);
  await adoptCommit(repository, checkout, id, paths);
  expect(git(root, ["rev-parse", "HEAD"])).toBe(id);
  expect(git(root, ["rev-parse", "--symbolic-full-name", "HEAD"])).toBe(name);
  expect(git(root, ["status", "--porcelain"])).toBe("");
  expect(git(root, ["fsck", "--strict"])).toBe("");
  expect(git(root, ["reflog", "-1", "--format=%gs"])).toBe("slipway: Release version 2");
});

test("adopting again changes nothing", async () => {
  const { root, tool, checkout, repository, id, paths } = await prepare(true);
  await adoptCommit(repository, checkout, id, paths);
  await adoptCommit(repository, await openCheckout(tool, root), id, paths);
  expect(git(root, ["rev-parse", "HEAD"])).toBe(id);
  expect(git(root, ["status", "--porcelain"])).toBe("");
});

test("G14 a lock that someone else holds is reported and stays", async () => {
  const { root, checkout, repository, id, paths } = await prepare(true);
  const lock = join(root, ".git/index.lock");
  await writeFile(lock, "");
  await expect(adoptCommit(repository, checkout, id, paths)).rejects.toMatchObject({
    code: "E_CHECKOUT_LOCKED",
    message: `The checkout is locked by ${lock}.`,
  });
  expect(git(root, ["rev-parse", "HEAD"])).toBe(checkout.head);
});

test("a HEAD that moved meanwhile is left where it is", async () => {
  const { root, checkout, repository, id, paths } = await prepare(true);
  const theirs = await commitFiles(root, { other: "theirs" }, "Theirs");
  await expect(adoptCommit(repository, checkout, id, paths)).rejects.toMatchObject({
    code: "E_CHECKOUT_MOVED",
  });
  expect(git(root, ["rev-parse", "HEAD"])).toBe(theirs);
});

test.each([
  { title: "detached", change: ["checkout", "-q", "--detach"] },
  { title: "on a branch", change: ["checkout", "-q", "-b", "topic/ü"] },
  { title: "on a branch whose reference is packed", change: ["pack-refs", "--all"] },
])("the current HEAD is that of git: $title", async ({ change }) => {
  const { root, tool } = await prepare(false);
  git(root, change);
  const checkout = await openCheckout(tool, root);
  const theirs = await commitFiles(root, { other: "theirs" }, "Theirs");
  expect(theirs).not.toBe(checkout.head);
  git(root, change[0] === "pack-refs" ? change : ["status"]);
  expect(await currentHead(tool, checkout)).toBe(theirs);
});

test("the current HEAD of a linked work tree is its own", async () => {
  const { root, tool } = await prepare(false);
  const linked = join(root, "../linked");
  git(root, ["worktree", "add", "-q", "-b", "linked", linked]);
  const checkout = await openCheckout(tool, linked);
  const theirs = await commitFiles(linked, { other: "theirs" }, "Theirs");
  expect(await currentHead(tool, checkout)).toBe(theirs);
});
