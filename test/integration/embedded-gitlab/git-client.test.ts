import { randomBytes } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { basic } from "../../embedded-gitlab/call.ts";
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
  await writeFile(join(source, "file"), "content\n");
  await mustGit(source, "add", "file");
  await mustGit(source, "commit", "--quiet", "--message", "one");
  const blob = await mustGit(source, "rev-parse", "HEAD:file");
  const gitlab = await openGitlab({ importRepository: source });
  const url = withToken(gitlab.project.httpUrl, gitlab.tokens.developer);
  const folder = await openFolder();
  await mustGit(folder, "clone", "--quiet", "--filter=blob:none", "--no-checkout", url, "copy");
  const copy = join(folder, "copy");
  const missing = await mustGit(copy, "rev-list", "--objects", "--missing=print", "HEAD");
  expect(missing).toContain(`?${blob}`);
  expect(await mustGit(copy, "cat-file", "blob", blob)).toBe("content");
});

test("protocol version 2 is spoken where the client asks for it, and the first where not", async () => {
  const gitlab = await openGitlab({ importRepository: await makeWorkTree("one") });
  const headers = basic("oauth2", gitlab.tokens.developer);
  const address = `${gitlab.project.httpUrl}/info/refs?service=git-upload-pack`;
  const second = await fetch(address, { headers: { ...headers, "git-protocol": "version=2" } });
  expect(await second.text()).toMatch(/^000eversion 2\n/m);
  const first = await fetch(address, { headers });
  expect(await first.text()).toContain("refs/heads/main");
});

test("a push of some megabytes comes in pieces, to a protected branch, too", async () => {
  const source = await makeWorkTree("one");
  const gitlab = await openGitlab({ importRepository: source });
  await writeFile(join(source, "large"), randomBytes(3 * 1024 * 1024));
  await mustGit(source, "add", "large");
  await mustGit(source, "commit", "--quiet", "--message", "large");
  const developer = withToken(gitlab.project.httpUrl, gitlab.tokens.developer);
  const refused = await git(source, "push", developer, "main");
  expect(refused.output).toContain("(pre-receive hook declined)");
  const maintainer = withToken(gitlab.project.httpUrl, gitlab.tokens.maintainer);
  await mustGit(source, "push", maintainer, "main", "main:topic");
  const folder = await openFolder();
  await mustGit(folder, "clone", "--quiet", developer, "copy");
  const id = (cwd: string) => mustGit(cwd, "rev-parse", "HEAD:large");
  expect(await id(join(folder, "copy"))).toBe(await id(source));
  expect(await readdir(`${gitlab.folder}/repositories`)).toEqual(["1.git"]);
});

test("a fetch that names many commits, whose request is packed, is understood", async () => {
  const source = await makeWorkTree("one");
  const gitlab = await openGitlab({ importRepository: source });
  const url = withToken(gitlab.project.httpUrl, gitlab.tokens.maintainer);
  const folder = await openFolder();
  await mustGit(folder, "clone", "--quiet", url, "copy");
  const copy = join(folder, "copy");
  for (let index = 0; index < 60; index += 1) {
    await mustGit(copy, "commit", "--quiet", "--allow-empty", "--message", `mine ${index}`);
  }
  await mustGit(source, "commit", "--quiet", "--allow-empty", "--message", "theirs");
  await mustGit(source, "push", "--quiet", url, "main");
  for (const version of ["0", "2"]) {
    await mustGit(copy, "-c", `protocol.version=${version}`, "fetch", "--quiet", "origin");
    await mustGit(copy, "update-ref", "-d", "refs/remotes/origin/main");
  }
  const packed = gitlab.admin.requests().filter(({ path }) => path.endsWith("/git-upload-pack"));
  expect(packed.every(({ status }) => status === 200)).toBe(true);
});

test("of two pushes of different commits at once, one lands whole and the other not at all", async () => {
  const source = await makeWorkTree("one");
  const gitlab = await openGitlab({ importRepository: source });
  const url = withToken(gitlab.project.httpUrl, gitlab.tokens.maintainer);
  const folder = await openFolder();
  const copies = ["a", "b"].map((name) => join(folder, name));
  for (const copy of copies) {
    await mustGit(folder, "clone", "--quiet", url, copy);
    await mustGit(copy, "commit", "--quiet", "--allow-empty", "--message", copy);
    await mustGit(copy, "tag", `v-${copy.at(-1)}`);
  }
  const results = await Promise.all(
    copies.map((copy) => git(copy, "push", "--atomic", url, "main", `v-${copy.at(-1)}`)),
  );
  expect(results.map(({ exitCode }) => exitCode).toSorted()).toEqual([0, 1]);
  const winner = copies[results[0]?.exitCode === 0 ? 0 : 1] ?? "";
  const refs = (await mustGit(source, "ls-remote", "--refs", url)).split("\n");
  const head = await mustGit(winner, "rev-parse", "main");
  expect(refs).toEqual([`${head}\trefs/heads/main`, `${head}\trefs/tags/v-${winner.at(-1)}`]);
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
