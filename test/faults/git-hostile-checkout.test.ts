import { chown, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { adoptCommit } from "../../src/git/adopt-commit.ts";
import { pushAtomically } from "../../src/git/atomic-push.ts";
import { openCheckout } from "../../src/git/checkout.ts";
import { listRefs } from "../../src/git/list-refs.ts";
import { listTree, readBlob } from "../../src/git/tree.ts";
import { connect, makeRelease, releaseUpdates } from "../support/git-client.ts";
import { serveRepository } from "../support/git-server.ts";
import { git, makeRepository, openTestGit, temporaryFolder } from "../support/repositories.ts";

const hookNames = [
  "applypatch-msg",
  "commit-msg",
  "fsmonitor-watchman",
  "post-checkout",
  "post-commit",
  "post-index-change",
  "post-update",
  "pre-commit",
  "pre-push",
  "prepare-commit-msg",
  "reference-transaction",
];

/** A program that leaves a mark when anything runs it. */
async function markingProgram(mark: string): Promise<string> {
  const path = join(await temporaryFolder(), "attack");
  await writeFile(path, `#!/bin/sh\necho "$0 $*" >> '${mark}'\ncat\n`, { mode: 0o755 });
  return path;
}

interface Attack {
  title: string;
  /** Sets the trap. */
  set(root: string, program: string): Promise<void> | void;
  /** Plain git walks into it: shows that the trap would work. */
  spring?(root: string): void;
}

const config =
  (...pairs: readonly (readonly [string, (program: string) => string])[]) =>
  (root: string, program: string) => {
    for (const [key, value] of pairs) git(root, ["config", key, value(program)]);
  };

const attacks: readonly Attack[] = [
  {
    title: "core.fsmonitor",
    set: config(["core.fsmonitor", (program) => program]),
    spring: (root) => git(root, ["status"]),
  },
  {
    title: "hooks in .git/hooks",
    set: async (root, program) => {
      for (const name of hookNames)
        await writeFile(
          join(root, ".git/hooks", name),
          `#!/bin/sh\nexec '${program}' </dev/null\n`,
          {
            mode: 0o755,
          },
        );
    },
    spring: (root) => git(root, ["commit", "-q", "--allow-empty", "-m", "x"]),
  },
  {
    title: "core.hooksPath",
    set: async (root, program) => {
      const folder = await temporaryFolder();
      for (const name of hookNames)
        await writeFile(join(folder, name), `#!/bin/sh\nexec '${program}' </dev/null\n`, {
          mode: 0o755,
        });
      git(root, ["config", "core.hooksPath", folder]);
    },
    spring: (root) => git(root, ["commit", "-q", "--allow-empty", "-m", "x"]),
  },
  {
    title: "clean, smudge and process filters",
    set: async (root, program) => {
      await writeFile(join(root, ".git/info/attributes"), "* filter=evil ident eol=crlf\n");
      config(["filter.evil.clean", (p) => p], ["filter.evil.smudge", (p) => p])(root, program);
    },
    spring: (root) => git(root, ["hash-object", "setup.cfg"]),
  },
  {
    title: "textconv and external diff",
    set: async (root, program) => {
      await writeFile(join(root, ".git/info/attributes"), "* diff=evil\n");
      config(["diff.evil.textconv", (p) => p], ["diff.external", (p) => p])(root, program);
    },
    spring: (root) => git(root, ["show", "--textconv", "HEAD:setup.cfg"]),
  },
  {
    title: "credential helpers and askpass",
    set: config(
      ["credential.helper", (program) => program],
      ["core.askPass", (program) => program],
      ["core.sshCommand", (program) => program],
    ),
    spring: (root) =>
      git(root, ["credential", "fill"], {
        input: "protocol=https\nhost=x\nusername=u\npassword=p\n\n",
      }) &&
      git(root, ["credential", "approve"], {
        input: "protocol=https\nhost=x\nusername=u\npassword=p\n\n",
      }),
  },
  {
    title: "a configuration that is included",
    set: async (root, program) => {
      const path = join(await temporaryFolder(), "included");
      await writeFile(path, `[core]\n\tfsmonitor = ${program}\n\tpager = ${program}\n`);
      git(root, ["config", "include.path", path]);
    },
    spring: (root) => git(root, ["status"]),
  },
  {
    title: "pager, editor, aliases, gpg program",
    set: config(
      ["core.pager", (program) => program],
      ["core.editor", (program) => program],
      ["gpg.program", (program) => program],
      ["gpg.ssh.program", (program) => program],
      ["commit.gpgSign", () => "true"],
      ["tag.gpgSign", () => "true"],
      ["alias.rev-parse", (program) => `!${program}`],
    ),
  },
  {
    title: "a work tree elsewhere",
    set: async (root) => {
      git(root, ["config", "core.worktree", await temporaryFolder()]);
    },
  },
  {
    title: "addresses that are rewritten",
    set: config(
      ["url.ext::sh -c true %.insteadOf", () => "http://"],
      ["protocol.ext.allow", () => "always"],
    ),
  },
];

test.each(attacks)("G18 $title: nothing of it runs, from reading to the push", async (attack) => {
  const root = await makeRepository({ "setup.cfg": "version = 1\n", ".gitattributes": "* text\n" });
  const served = await serveRepository(root);
  const mark = join(await temporaryFolder(), "mark");
  await attack.set(root, await markingProgram(mark));

  const connection = await connect(root, served.url);
  const { checkout, repository, server } = connection;
  const release = await makeRelease(connection);
  for (const file of await listTree(repository, release.base)) await readBlob(repository, file);
  await listRefs(server, ["refs/tags/*"]);
  await pushAtomically(server, {
    updates: releaseUpdates(release),
    title: "all",
    look: async () => "absent",
  });
  await adoptCommit(repository, checkout, release.next, ["setup.cfg"]);
  expect(served.git("rev-parse", "main")).toBe(release.next);
  expect((await openCheckout(connection.tool, root)).head).toBe(release.next);
  expect(existsSync(mark), "something of the attack ran").toBe(false);

  if (attack.spring === undefined) return;
  try {
    attack.spring(root);
  } catch {
    // The trap may also break the command; that it ran is what counts.
  }
  expect(existsSync(mark), "the trap works with plain git").toBe(true);
});

test("G12 a checkout that another user owns is read", async (context) => {
  if (process.getuid?.() !== 0) context.skip("only root can give a folder away");
  const root = await makeRepository({ file: "1" });
  await chown(root, 12345, 12345);
  await chown(join(root, ".git"), 12345, 12345);
  expect(() => git(root, ["rev-parse", "HEAD"])).toThrow(/dubious ownership/);
  const checkout = await openCheckout(await openTestGit(), root);
  expect(checkout.head).toMatch(/^[0-9a-f]{40}$/);
});

test("G10 a shallow, detached checkout without tags releases as a whole one does", async () => {
  const origin = await makeRepository({ "setup.cfg": "1" });
  for (const message of ["two", "three", "four"])
    git(origin, ["commit", "-q", "--allow-empty", "-m", message]);
  const served = await serveRepository(origin);
  const clone = join(await temporaryFolder(), "clone");
  git(origin, ["clone", "-q", "--depth=1", "--no-tags", `file://${served.root}`, clone]);
  git(clone, ["checkout", "-q", "--detach"]);
  const [whole, shallow] = [await connect(origin, served.url), await connect(clone, served.url)];
  const release = await makeRelease(shallow);
  expect(await makeRelease(whole)).toEqual(release);
  await pushAtomically(shallow.server, {
    updates: releaseUpdates(release),
    title: "all",
    look: async () => "absent",
  });
  expect(served.git("rev-parse", "main", "v1")).toBe(`${release.next}\n${release.tag}`);
  expect(served.git("fsck", "--strict", "--no-dangling")).toBe("");
});
