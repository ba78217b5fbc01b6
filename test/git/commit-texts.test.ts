import { expect, test } from "vitest";
import { openCheckout } from "../../src/git/checkout.ts";
import { commitsTouching, readCommitTexts } from "../../src/git/commit-texts.ts";
import { makePrivateRepository, type Repository } from "../../src/git/private-repository.ts";
import { toSha } from "../../src/git/sha.ts";
import { commitFiles, git, makeRepository, openTestGit } from "../support/repositories.ts";

async function open(root: string): Promise<Repository> {
  const tool = await openTestGit();
  return makePrivateRepository(tool, await openCheckout(tool, root));
}

test("a commit's text comes as it was written, whatever stands in it", async () => {
  const root = await makeRepository({ a: "1" });
  const message = "feat: Grüße\n\nBody\n\twith a tab\n\nFooter: \u2192";
  const id = await commitFiles(root, { a: "2" }, message);
  const from = toSha(git(root, ["rev-parse", "HEAD~1"]));
  expect(await readCommitTexts(await open(root), toSha(id), from)).toEqual([
    {
      id,
      parents: [from],
      authorEmail: "ada@example.org",
      committedAt: "2023-11-14T23:13:20+01:00",
      message,
    },
  ]);
});

test("without a beginning the whole history is read, and an empty range is empty", async () => {
  const root = await makeRepository({ a: "1" });
  const id = toSha(await commitFiles(root, { a: "2" }, "Second"));
  const repository = await open(root);
  const all = await readCommitTexts(repository, id);
  expect(all.map(({ message }) => message)).toEqual(["Second", "First commit"]);
  expect(await readCommitTexts(repository, id, id)).toEqual([]);
});

test("what came in by a merge stands after it, with what it branched from before", async () => {
  const root = await makeRepository({ a: "1" });
  git(root, ["checkout", "-q", "-b", "branch"]);
  await commitFiles(root, { b: "1" }, "On the branch");
  git(root, ["checkout", "-q", "main"]);
  await commitFiles(root, { a: "2" }, "On main");
  git(root, ["merge", "-q", "--no-ff", "-m", "Merge branch 'branch'", "branch"]);
  const head = toSha(git(root, ["rev-parse", "HEAD"]));
  const [merge, ...rest] = await readCommitTexts(await open(root), head);
  expect(merge).toMatchObject({ message: "Merge branch 'branch'" });
  expect(merge?.parents).toHaveLength(2);
  expect(rest.at(-1)?.message).toBe("First commit");
});

test("the commits of a folder are those that change something below it", async () => {
  const root = await makeRepository({ "api/a": "1", "web/b": "1", "libs/x/src/c": "1" });
  const first = toSha(git(root, ["rev-parse", "HEAD"]));
  await commitFiles(root, { "api/a": "2" }, "api");
  await commitFiles(root, { "web/b": "2" }, "web");
  await commitFiles(root, { "libs/x/src/c": "2" }, "lib");
  await commitFiles(root, { "api-old/a": "1" }, "another folder whose name begins alike");
  git(root, ["checkout", "-q", "-b", "branch", first]);
  await commitFiles(root, { "api/new": "1" }, "api on a branch");
  git(root, ["checkout", "-q", "main"]);
  git(root, ["merge", "-q", "--no-ff", "-m", "merge of api", "branch"]);
  const head = toSha(git(root, ["rev-parse", "HEAD"]));
  const repository = await open(root);
  const commits = await readCommitTexts(repository, head, first);
  const under = async (...paths: string[]) =>
    (await commitsTouching(repository, commits, paths)).map(({ message }) => message).toSorted();

  expect(await under("api")).toEqual(["api", "api on a branch", "merge of api"]);
  expect(await under("api/a", "web")).toEqual(["api", "web"]);
  expect(await under("libs/*/src")).toEqual(["lib"]);
  expect(await under("nowhere")).toEqual([]);
  expect(await under()).toHaveLength(commits.length);
  expect(await under(".")).toHaveLength(commits.length);
});

test("the very first commit counts, too", async () => {
  const root = await makeRepository({ "api/a": "1" });
  const repository = await open(root);
  const commits = await readCommitTexts(repository, toSha(git(root, ["rev-parse", "HEAD"])));
  expect(await commitsTouching(repository, commits, ["api"])).toHaveLength(1);
  expect(await commitsTouching(repository, commits, ["web"])).toEqual([]);
});
