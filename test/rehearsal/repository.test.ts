import { execFileSync } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readdir, realpath, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { openGit } from "../../src/git/index.ts";
import { copyRepository } from "../../src/rehearsal/repository.ts";
import { silentLog, systemClock } from "../../src/step/index.ts";

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "slipway-test-")));
});

const git = (cwd: string, ...args: readonly string[]) =>
  execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.org", ...args], {
    cwd,
    stdio: "pipe",
  })
    .toString()
    .trim();

async function makeRepository(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  git(path, "init", "--quiet", "--initial-branch=trunk");
  await writeFile(join(path, "a.txt"), "one\n");
  git(path, "add", ".");
  git(path, "commit", "--quiet", "-m", "First");
  git(path, "tag", "-a", "-m", "v1", "v1");
  git(path, "branch", "other");
  return path;
}

async function copy(source: string) {
  const work = await mkdtemp(join(tmpdir(), "slipway-work-"));
  const context = {
    workFolder: work,
    environment: process.env,
    log: silentLog,
    clock: systemClock,
    signal: new AbortController().signal,
  };
  return copyRepository(source, join(work, "copy.git"), {
    git: await openGit(context),
    workFolder: work,
    fallbackBranch: "main",
  });
}

test("all branches and tags are copied, and the branch of HEAD is the one that is released", async () => {
  const source = await makeRepository(join(folder, "repo"));
  const { path, branch, head } = await copy(source);
  expect(branch).toBe("trunk");
  expect(head).toBe(git(source, "rev-parse", "HEAD"));
  expect(git(path, "for-each-ref", "--format=%(refname)")).toBe(
    "refs/heads/other\nrefs/heads/trunk\nrefs/tags/v1",
  );
});

test("a detached shallow checkout, as a runner makes it, is released from the default branch", async () => {
  const source = await makeRepository(join(folder, "repo"));
  await writeFile(join(source, "a.txt"), "two\n");
  git(source, "commit", "--quiet", "-am", "Second");
  git(folder, "clone", "--quiet", "--depth=1", `file://${source}`, "clone");
  const clone = join(folder, "clone");
  git(clone, "checkout", "--quiet", "--detach");
  git(clone, "branch", "-D", "trunk");
  const { branch, head } = await copy(clone);
  expect(branch).toBe("main");
  expect(head).toBe(git(source, "rev-parse", "HEAD"));
});

test("a folder inside another repository is one first commit of its own content, without what it ignores", async () => {
  const enclosing = await makeRepository(join(folder, "repo"));
  const inside = join(enclosing, "example");
  await mkdir(join(inside, "dist"), { recursive: true });
  await writeFile(join(inside, ".gitignore"), "dist/\n");
  await writeFile(join(inside, "dist", "built"), "x");
  await writeFile(join(inside, "a file with spaces – ü.txt"), "x");
  const { path, head } = await copy(inside);
  expect(git(path, "-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", head)).toBe(
    ".gitignore\na file with spaces – ü.txt",
  );
  expect(git(enclosing, "status", "--porcelain", "--", ".")).toBe("?? example/");
});

test("a repository that may not be written and belongs to somebody else is copied as it is", async (ctx) => {
  if (process.getuid?.() !== 0) ctx.skip("only root can give a file to somebody else");
  const source = await makeRepository(join(folder, "repo"));
  for (const entry of ["", ...(await readdir(source, { recursive: true }))]) {
    await chown(join(source, entry), 4321, 4321);
    if (entry === "") await chmod(source, 0o555);
  }
  expect((await copy(source)).branch).toBe("trunk");
});

test("a repository with sha256 ids is refused by the name of its object format", async () => {
  const source = join(folder, "sha256");
  git(folder, "init", "--quiet", "--object-format=sha256", source);
  git(source, "commit", "--quiet", "--allow-empty", "--message=First");
  await expect(copy(source)).rejects.toMatchObject({
    code: "E_REHEARSE_REPO",
    message: expect.stringContaining("has the object format sha256"),
  });
});

test("a repository without commits, an empty folder and a missing one are refused with the reason", async () => {
  const empty = join(folder, "empty");
  await mkdir(empty);
  await expect(copy(empty)).rejects.toMatchObject({
    code: "E_REHEARSE_REPO",
    message: `${empty} holds no file that could be committed.`,
  });
  git(empty, "init", "--quiet");
  await expect(copy(empty)).rejects.toMatchObject({
    message: `The repository ${join(empty, ".git")} has no commits.`,
  });
  await expect(copy(join(folder, "missing"))).rejects.toMatchObject({
    message: `${join(folder, "missing")} is no folder.`,
  });
});
