import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import {
  git,
  makeWorkTree,
  mustGit,
  openFolder,
  openGitlab,
  withToken,
} from "../../embedded-gitlab/gitlab.ts";

test("a clone has the branches and tags that were imported, and main is checked out", async () => {
  const source = await makeWorkTree("one", "two");
  await mustGit(source, "tag", "--annotate", "v1", "--message", "first");
  await mustGit(source, "branch", "release/1");
  const gitlab = await openGitlab({ importRepository: source });
  const folder = await openFolder();
  await mustGit(
    folder,
    "clone",
    withToken(gitlab.project.httpUrl, gitlab.tokens.job, "gitlab-ci-token"),
    "copy",
  );
  const refs = await mustGit(`${folder}/copy`, "for-each-ref", "--format=%(refname)");
  expect(refs.split("\n")).toEqual([
    "refs/heads/main",
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/release/1",
    "refs/tags/v1",
  ]);
});

test("a shallow clone has one commit, and any other can be fetched by its id at any depth", async () => {
  const source = await makeWorkTree("one", "two", "three");
  const first = await mustGit(source, "rev-parse", "HEAD~2");
  const gitlab = await openGitlab({ importRepository: source });
  const url = withToken(gitlab.project.httpUrl, gitlab.tokens.developer);
  const folder = await openFolder();
  await mustGit(folder, "clone", "--depth=1", url, "copy");
  expect(await mustGit(`${folder}/copy`, "rev-list", "--count", "HEAD")).toBe("1");
  await mustGit(`${folder}/copy`, "fetch", "--depth=1", "origin", first);
  expect(await mustGit(`${folder}/copy`, "rev-parse", "FETCH_HEAD")).toBe(first);
});

test("a partial clone leaves out blobs and fetches them when they are needed", async () => {
  const source = await makeWorkTree();
  await mustGit(source, "commit", "--quiet", "--allow-empty", "--message", "empty");
  const gitlab = await openGitlab({ importRepository: source });
  const url = withToken(gitlab.project.httpUrl, gitlab.tokens.developer);
  const folder = await openFolder();
  const { exitCode, output } = await git(folder, "clone", "--filter=blob:none", url, "copy");
  expect({ exitCode, ignored: output.includes("filtering not recognized") }).toEqual({
    exitCode: 0,
    ignored: false,
  });
});

test("a push by a Maintainer carries the branch and the tag at once", async () => {
  const source = await makeWorkTree("one");
  const gitlab = await openGitlab({ importRepository: source });
  const url = withToken(gitlab.project.httpUrl, gitlab.tokens.maintainer);
  await mustGit(source, "commit", "--quiet", "--allow-empty", "--message", "two");
  await mustGit(source, "tag", "--annotate", "v1", "--message", "first");
  await mustGit(source, "push", "--atomic", url, "main", "v1");
  const refs = await mustGit(source, "ls-remote", "--refs", url);
  expect(refs).toContain(await mustGit(source, "rev-parse", "main"));
  expect(refs).toContain(await mustGit(source, "rev-parse", "v1"));
});

test("one refused ref refuses all, in GitLab's words, and nothing of the push is kept", async () => {
  const source = await makeWorkTree("one");
  const gitlab = await openGitlab({ importRepository: source });
  const url = withToken(gitlab.project.httpUrl, gitlab.tokens.developer);
  const before = await mustGit(source, "ls-remote", url);
  await mustGit(source, "commit", "--quiet", "--allow-empty", "--message", "two");
  const { exitCode, output } = await git(source, "push", url, "main", "main:feature");
  expect(exitCode).toBe(1);
  expect(output).toContain(
    "remote: GitLab: You are not allowed to push code to protected branches on this project.\n",
  );
  expect(output).toContain(" ! [remote rejected] main -> main (pre-receive hook declined)\n");
  expect(output).toContain(" ! [remote rejected] main -> feature (pre-receive hook declined)\n");
  expect(await mustGit(source, "ls-remote", url)).toBe(before);
  expect(await readdir(`${gitlab.folder}/repositories`)).toEqual(["1.git"]);
});
