import { chmod, cp, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startEmbeddedGitlab } from "../../../src/embedded-gitlab/index.ts";
import {
  git,
  makeWorkTree,
  mustGit,
  openFolder,
  openGitlab,
  withToken,
} from "../../embedded-gitlab/gitlab.ts";

/** Every file below with what would change if it were written. */
async function photograph(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const stats = await Promise.all(names.map((name) => stat(join(folder, name))));
  return names
    .map((name, index) => `${name} ${stats[index]?.mtimeMs} ${stats[index]?.size}`)
    .toSorted();
}

async function remoteRefs(importRepository: string): Promise<string[]> {
  const gitlab = await openGitlab({ importRepository });
  const folder = await openFolder();
  const url = withToken(gitlab.project.httpUrl, gitlab.tokens.developer);
  const listed = await mustGit(folder, "ls-remote", "--symref", url);
  return listed.split("\n").map((line) => line.split("\t").toReversed().join(" "));
}

describe("a repository is imported", () => {
  test("with the branch of its HEAD as the default one, without what is not committed, and is not written to", async () => {
    const source = await makeWorkTree("one");
    await mustGit(source, "branch", "--move", "trunk");
    await mustGit(source, "tag", "v1");
    await writeFile(join(source, "uncommitted"), "x");
    const before = await photograph(source);
    const refs = await remoteRefs(source);
    const head = await mustGit(source, "rev-parse", "HEAD");
    expect(refs).toEqual([
      "HEAD ref: refs/heads/trunk",
      `HEAD ${head}`,
      `refs/heads/trunk ${head}`,
      `refs/tags/v1 ${head}`,
    ]);
    expect(await photograph(source)).toEqual(before);
  });

  test("shallow: its oldest commit, whose parent is not there, is shown as a first one", async () => {
    const source = await makeWorkTree("one", "two");
    const folder = await openFolder();
    await mustGit(folder, "clone", "--quiet", "--depth=1", `file://${source}`, "shallow");
    const gitlab = await openGitlab({ importRepository: join(folder, "shallow") });
    const answer = await fetch(
      `${gitlab.api}/projects/${gitlab.project.id}/repository/commits/main`,
      { headers: { "private-token": gitlab.tokens.developer } },
    );
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ title: "two", stats: { deletions: 0 } });
  });

  test("bare or not, from a linked work tree, a mirror, or a shallow clone", async () => {
    const source = await makeWorkTree("one", "two");
    const folder = await openFolder();
    await mustGit(folder, "clone", "--quiet", "--bare", source, "bare.git");
    await mustGit(folder, "clone", "--quiet", "--depth=1", `file://${source}`, "shallow");
    await mustGit(source, "worktree", "add", "--quiet", join(folder, "linked"), "-b", "linked");
    const head = await mustGit(source, "rev-parse", "HEAD");
    for (const name of ["bare.git", "shallow", "linked"]) {
      expect(await remoteRefs(join(folder, name))).toContain(`HEAD ${head}`);
    }
  });

  test("a detached HEAD without a branch, as a runner makes it, becomes main", async () => {
    const source = await makeWorkTree("one");
    await mustGit(source, "checkout", "--quiet", "--detach");
    await mustGit(source, "branch", "--delete", "--force", "main");
    const head = await mustGit(source, "rev-parse", "HEAD");
    expect(await remoteRefs(source)).toEqual([
      "HEAD ref: refs/heads/main",
      `HEAD ${head}`,
      `refs/heads/main ${head}`,
    ]);
  });

  test("one without a commit is an empty project", async () => {
    const source = await makeWorkTree();
    expect(await remoteRefs(source)).toEqual([""]);
  });

  test("spaces and letters of any language in its path, and names like options in its branches", async () => {
    const source = await makeWorkTree("one");
    const folder = join(await openFolder(), "ein Größen Ordner");
    await cp(source, folder, { recursive: true });
    await mustGit(folder, "update-ref", "refs/heads/--upload-pack=touch", "HEAD");
    expect(
      (await remoteRefs(folder)).some((ref) => ref.startsWith("refs/heads/--upload-pack")),
    ).toBe(true);
  });

  test("hooks and configuration of it do nothing", async () => {
    const source = await makeWorkTree("one");
    const marker = join(await openFolder(), "marker");
    await mustGit(source, "config", "uploadpack.packObjectsHook", `touch ${marker};`);
    await mustGit(source, "config", "core.fsmonitor", `touch ${marker}; false`);
    await mustGit(source, "config", "core.sshCommand", `touch ${marker}`);
    await remoteRefs(source);
    expect(await stat(marker).catch(() => "absent")).toBe("absent");
  });

  test("from a folder that nobody may write, owned by someone else", async (context) => {
    if (process.getuid?.() !== 0)
      return context.skip("needs root: only root can give a folder away");
    const source = await makeWorkTree("one");
    await git(source, "tag", "v1");
    const head = await mustGit(source, "rev-parse", "HEAD");
    const { chown } = await import("node:fs/promises");
    for (const name of ["", ...(await readdir(source, { recursive: true }))]) {
      const path = join(source, name);
      await chown(path, 12_345, 12_345);
      await chmod(path, (await stat(path)).isDirectory() ? 0o555 : 0o444);
    }
    expect(await remoteRefs(source)).toContain(`refs/tags/v1 ${head}`);
  });
});

describe("what cannot be imported is refused, and nothing is left", () => {
  test.each([
    { title: "no folder", make: async () => join(await openFolder(), "absent") },
    { title: "a folder without a repository", make: () => openFolder() },
    {
      title: "a folder inside a repository",
      make: async () => {
        const source = await makeWorkTree("one");
        await cp(await openFolder(), join(source, "inside"), { recursive: true });
        return join(source, "inside");
      },
    },
  ])("$title", async ({ make }) => {
    const temporaryFolder = await openFolder();
    const started = startEmbeddedGitlab({ importRepository: await make(), temporaryFolder });
    await expect(started).rejects.toMatchObject({ code: "E_IMPORT_REPOSITORY", exit: 2 });
    expect(await readdir(temporaryFolder)).toEqual([]);
  });
});
