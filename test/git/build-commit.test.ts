import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openCheckout, requireHead } from "../../src/git/checkout.ts";
import { buildCommit, cleanMessage, readCommit } from "../../src/git/commit.ts";
import { objectId } from "../../src/git/objects.ts";
import { makePrivateRepository } from "../../src/git/private-repository.ts";
import { toSha } from "../../src/git/sha.ts";
import { listTree, readBlob } from "../../src/git/tree.ts";
import { git, makeRepository, openTestGit, temporaryFolder } from "../support/repositories.ts";

const author = { name: "Slipway", email: "slipway@noreply.example.org" };
const date = new Date("2026-01-02T03:04:05Z");

async function open(root: string) {
  const tool = await openTestGit();
  const checkout = await openCheckout(tool, root);
  const repository = await makePrivateRepository(tool, checkout);
  return { tool, checkout, repository };
}

const edit = (path: string, before: string, after: string) => ({
  path,
  before: Buffer.from(before),
  after: Buffer.from(after),
});

describe.each(["sha1", "sha256"] as const)("in a %s repository", (format) => {
  test("a commit gets the id that git itself gives the same content", async () => {
    const files = { "setup.cfg": "version = 1\n", "a/b/c.txt": "1\n", "a/other": "x", z: "z" };
    const root = await makeRepository(files, { format });
    const { checkout, repository } = await open(root);
    const base = requireHead(checkout);
    const id = await buildCommit(repository, {
      base,
      edits: [edit("setup.cfg", "version = 1\n", "version = 2\n"), edit("a/b/c.txt", "1\n", "2\n")],
      message: "Release version 2\n\n- ä\n",
      author,
      date,
    });
    await writeFile(join(root, "setup.cfg"), "version = 2\n");
    await writeFile(join(root, "a/b/c.txt"), "2\n");
    const tree = git(root, ["commit", "-qam", "x"]) || git(root, ["rev-parse", "HEAD^{tree}"]);
    const wanted = git(root, ["commit-tree", tree, "-p", base, "-m", "Release version 2\n\n- ä"], {
      env: {
        GIT_AUTHOR_NAME: author.name,
        GIT_AUTHOR_EMAIL: author.email,
        GIT_AUTHOR_DATE: `@${date.getTime() / 1000} +0000`,
        GIT_COMMITTER_NAME: author.name,
        GIT_COMMITTER_EMAIL: author.email,
        GIT_COMMITTER_DATE: `@${date.getTime() / 1000} +0000`,
      },
    });
    expect(id).toBe(wanted);
    expect(
      git(root, ["fsck", "--strict", "--no-dangling"], { env: { GIT_DIR: repository.directory } }),
    ).toBe("");
  });

  test("a commit is read as it was made", async () => {
    const root = await makeRepository({ a: "a" }, { format });
    const { checkout, repository } = await open(root);
    expect(await readCommit(repository, requireHead(checkout))).toEqual({
      id: git(root, ["rev-parse", "HEAD"]),
      tree: git(root, ["rev-parse", "HEAD^{tree}"]),
      parents: [],
      author: { name: "Ada", email: "ada@example.org", seconds: 1700000000, zone: "+0100" },
      committer: { name: "Ada", email: "ada@example.org", seconds: 1700000000, zone: "+0100" },
      message: "First commit\n",
    });
  });
});

test("modes, links, submodules and odd names stay as they are", async () => {
  const root = await makeRepository({ "pä th/ve r.txt": "1", "run.sh": "1", "-x": "dash" });
  await chmod(join(root, "run.sh"), 0o755);
  await symlink("run.sh", join(root, "link"));
  const sub = git(root, ["rev-parse", "HEAD"]);
  git(root, ["add", "-A"]);
  git(root, ["update-index", "--add", "--cacheinfo", `160000,${sub},sub`]);
  git(root, ["commit", "-qm", "more"]);
  const { checkout, repository } = await open(root);
  const base = requireHead(checkout);
  const id = await buildCommit(repository, {
    base,
    edits: [edit("run.sh", "1", "2"), edit("pä th/ve r.txt", "1", "2"), edit("-x", "dash", "-")],
    message: "Change",
    author,
    date,
  });
  const strip = (commit: string) =>
    git(root, ["ls-tree", "-rz", commit], { env: { GIT_DIR: repository.directory } })
      .split("\0")
      .map((line) => line.replace(/ [0-9a-f]{40}\t/, " "));
  expect(strip(id)).toEqual(strip(base));
  const files = await listTree(repository, id);
  const odd = files.find(({ path }) => path === "pä th/ve r.txt");
  expect(odd && (await readBlob(repository, odd)).toString()).toBe("2");
  expect(files.find(({ path }) => path === "run.sh")?.mode).toBe("100755");
});

test("a repository with eol=crlf, ident and LFS attributes changes in the edited bytes only", async () => {
  const root = await makeRepository({ "a.txt": "x" });
  // The blobs are what others committed before the attributes came: with CRLF, idents, LFS pointers.
  const blob = (text: string) =>
    git(root, ["hash-object", "-w", "--stdin", "--no-filters"], { input: text });
  const version = "name = demo\r\nversion = 1.0.dev\r\n# $Id: 1 $\r\n";
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 1\n`;
  const files = {
    "setup.cfg": version,
    "big.bin": pointer,
    ".gitattributes":
      "* text eol=crlf ident working-tree-encoding=UTF-16\n*.bin filter=lfs diff=lfs merge=lfs -text\n",
  };
  for (const [path, content] of Object.entries(files))
    git(root, ["update-index", "--add", "--cacheinfo", `100644,${blob(content)},${path}`]);
  git(root, ["commit", "-qm", "attributes"]);
  const { checkout, repository } = await open(root);
  const after = version.replace("1.0.dev", "1.0");
  const id = await buildCommit(repository, {
    base: requireHead(checkout),
    edits: [edit("setup.cfg", version, after)],
    message: "Release version 1.0",
    author,
    date,
  });
  const env = { GIT_DIR: repository.directory };
  expect(git(root, ["diff-tree", "-r", "--name-only", `${id}^`, id], { env })).toBe("setup.cfg");
  expect(git(root, ["cat-file", "blob", `${id}:setup.cfg`], { env })).toBe(after.slice(0, -1));
});

test.each([
  { title: "is not there", path: "no/such", how: "not there" },
  { title: "is a folder", path: "folder", how: "no regular file" },
  { title: "lies below a file", path: "file/below", how: "no regular file" },
  { title: "holds other bytes", path: "file", how: "other bytes than the plan was made for" },
])("a file that $title is refused", async ({ path, how }) => {
  const root = await makeRepository({ file: "1", "folder/x": "1" });
  const { checkout, repository } = await open(root);
  const made = buildCommit(repository, {
    base: requireHead(checkout),
    edits: [edit(path, "0", "2")],
    message: "Change",
    author,
    date,
  });
  await expect(made).rejects.toMatchObject({
    code: "E_BLOB_DIFFERS",
    message: `${path} is, in the commit, ${how}.`,
  });
});

test("an object store that lies is found out", async () => {
  const root = await makeRepository({ file: "good" });
  const { checkout, repository } = await open(root);
  const id = objectId("sha1", "blob", Buffer.from("good"));
  const other = git(root, ["hash-object", "-w", "--stdin"], { input: "evil" });
  const path = (sha: string) => join(root, ".git/objects", sha.slice(0, 2), sha.slice(2));
  await chmod(path(id), 0o644);
  await writeFile(path(id), await readFile(path(other)));
  const [file] = await listTree(repository, requireHead(checkout));
  const read = readBlob(repository, file ?? { path: "", mode: "", id: toSha(id) });
  await expect(read).rejects.toMatchObject({ code: "E_OBJECT_FORGED" });
});

test("an object that is not there is named", async () => {
  const { repository } = await open(await makeRepository({ file: "1" }));
  const id = toSha("1".repeat(40));
  await expect(readCommit(repository, id)).rejects.toMatchObject({
    code: "E_OBJECT_MISSING",
    message: `The object ${id} is not in the checkout.`,
  });
});

test.each([
  ["", "a@b", "the name ''"],
  ["A <x>", "a@b", "the name 'A <x>'"],
  ["A\nauthor", "a b", "the name 'A?author' and the address 'a b'"],
])("the identity %j <%s> is refused", async (name, email, what) => {
  const { checkout, repository } = await open(await makeRepository({ file: "1" }));
  const made = buildCommit(repository, {
    base: requireHead(checkout),
    edits: [],
    message: "x",
    author: { name, email },
    date,
  });
  await expect(made).rejects.toMatchObject({
    code: "E_IDENTITY",
    message: `git does not keep ${what} as it is.`,
  });
});

test("messages are cleaned as git cleans them", () => {
  expect(cleanMessage("\n\nTitle  \r\n\r\n\r\n\r\nbody\t\n\n")).toBe("Title\n\nbody\n");
});

describe("opening a checkout", () => {
  test("works from a folder below its top, also in a linked work tree", async () => {
    const root = await makeRepository({ "deep/file": "1" });
    const linked = join(await temporaryFolder(), "linked");
    git(root, ["worktree", "add", "-q", "--detach", linked]);
    const { checkout } = await open(join(linked, "deep"));
    expect(checkout).toMatchObject({
      root: linked,
      branch: undefined,
      head: git(root, ["rev-parse", "HEAD"]),
      objectDirectory: join(root, ".git/objects"),
    });
  });

  test("a repository without commits has no head", async () => {
    const root = await temporaryFolder();
    git(root, ["init", "-q", "-b", "main"]);
    const checkout = await openCheckout(await openTestGit(), root);
    expect(checkout.head).toBeUndefined();
    expect(() => requireHead(checkout)).toThrowError(`The repository ${root} has no commits.`);
  });

  test("a folder outside any work tree is refused", async () => {
    const folder = await temporaryFolder();
    await expect(openCheckout(await openTestGit(), folder)).rejects.toMatchObject({
      code: "E_NO_REPOSITORY",
      message: `${folder} is not inside a git work tree`,
    });
  });

  test("a folder whose .git is broken is refused, and no repository above it is taken", async () => {
    const root = await makeRepository({ file: "1" });
    await mkdir(join(root, "sub/.git"), { recursive: true });
    await expect(openCheckout(await openTestGit(), join(root, "sub"))).rejects.toMatchObject({
      code: "E_NO_REPOSITORY",
    });
  });

  test("a line break in its path is refused", async () => {
    const root = await makeRepository(
      { file: "1" },
      { folder: join(await temporaryFolder(), "a\nb ü") },
    );
    // git prints one path per line, so that such a checkout cannot be read.
    await expect(open(root)).rejects.toMatchObject({ code: "E_NO_REPOSITORY" });
  });

  test("without git on PATH the machine is named as the reason", async () => {
    const { openGit } = await import("../../src/git/git.ts");
    const { gitContext } = await import("../support/repositories.ts");
    const folder = await temporaryFolder();
    await expect(
      openGit(await gitContext({ environment: { PATH: folder } })),
    ).rejects.toMatchObject({ code: "E_GIT_MISSING", exit: 5 });
  });

  test("a git that ignores GIT_CONFIG_COUNT is refused", async () => {
    const { openGit } = await import("../../src/git/git.ts");
    const { gitContext } = await import("../support/repositories.ts");
    const folder = await temporaryFolder();
    await writeFile(join(folder, "git"), "#!/bin/sh\necho git version 2.30.2\n", { mode: 0o755 });
    await expect(
      openGit(await gitContext({ environment: { PATH: folder } })),
    ).rejects.toMatchObject({ code: "E_GIT_TOO_OLD", exit: 5 });
  });

  test("a git that repeats what it does not know of rev-parse is refused without asking its version", async () => {
    const { openGitAt } = await import("../../src/git/checkout.ts");
    const { gitContext } = await import("../support/repositories.ts");
    const folder = await temporaryFolder();
    const old = '#!/bin/sh\n[ "$1" = rev-parse ] && printf "%s\\n" "$2" .git\n';
    await writeFile(join(folder, "git"), old, { mode: 0o755 });
    const context = await gitContext({ environment: { PATH: folder } });
    const root = await makeRepository({ a: "1" });
    await expect(openGitAt(context, root)).rejects.toMatchObject({
      code: "E_GIT_TOO_OLD",
      exit: 5,
    });
    expect(git(root, ["rev-parse", "--option-of-the-future"])).toBe("--option-of-the-future");
  });
});
