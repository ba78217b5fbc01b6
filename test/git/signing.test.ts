import { execFileSync } from "node:child_process";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCheckout, requireHead } from "../../src/git/checkout.ts";
import { buildCommit } from "../../src/git/commit.ts";
import { openGit } from "../../src/git/git.ts";
import { makePrivateRepository } from "../../src/git/private-repository.ts";
import { sshSigner } from "../../src/git/ssh-signer.ts";
import { buildTag } from "../../src/git/tag-object.ts";
import { silentLog } from "../../src/step/log.ts";
import { git, gitContext, makeRepository, temporaryFolder } from "../support/repositories.ts";

const author = { name: "Slipway", email: "slipway@noreply.example.org" };
const date = new Date(1_700_000_001_000);

async function makeKey(type: string, passphrase = ""): Promise<string> {
  const key = join(await temporaryFolder(), "key");
  execFileSync("ssh-keygen", [
    "-q",
    "-t",
    type,
    "-N",
    passphrase,
    "-b",
    type === "rsa" ? "2048" : "256",
    "-C",
    "test",
    "-f",
    key,
  ]);
  return key;
}

async function makeSigned(root: string, key: string) {
  const warnings: string[] = [];
  const context = await gitContext({
    log: { ...silentLog, warn: (message) => warnings.push(message) },
  });
  const tool = await openGit(context);
  const checkout = await openCheckout(tool, root);
  const repository = await makePrivateRepository(tool, checkout);
  const signer = await sshSigner(context, key);
  const base = requireHead(checkout);
  const edits = [{ path: "file", before: Buffer.from("1"), after: Buffer.from("2") }];
  const commit = await buildCommit(repository, { base, edits, message: "X", author, date, signer });
  const message = "Release 1";
  const init = { name: "v1", target: commit, message, tagger: author, date, signer };
  return { commit, tag: await buildTag(repository, init), repository, warnings };
}

test.each(["sha1", "sha256"] as const)(
  "git itself verifies a signed commit and tag in a %s repository",
  async (format) => {
    const root = await makeRepository({ file: "1" }, { format });
    const key = await makeKey("ed25519");
    const { commit, tag, repository } = await makeSigned(root, key);
    const allowed = join(await temporaryFolder(), "allowed");
    await writeFile(allowed, `${author.email} ${await readFile(`${key}.pub`, "utf8")}`);
    const verify = (command: string, id: string) =>
      execFileSync("git", ["-c", `gpg.ssh.allowedSignersFile=${allowed}`, command, "--raw", id], {
        env: { PATH: process.env["PATH"], GIT_DIR: repository.directory, HOME: "/nonexistent" },
        stdio: ["ignore", "pipe", "pipe"],
      });
    expect(() => verify("verify-commit", commit)).not.toThrow();
    expect(() => verify("verify-tag", tag)).not.toThrow();
    expect(
      git(root, ["cat-file", "tag", tag], { env: { GIT_DIR: repository.directory } }),
    ).toContain("-----BEGIN SSH SIGNATURE-----");
  },
);

test.each(["ed25519", "rsa"])("%s signatures keep the ids", async (type) => {
  const root = await makeRepository({ file: "1" });
  const key = await makeKey(type);
  const [first, second] = [await makeSigned(root, key), await makeSigned(root, key)];
  expect([second.commit, second.tag]).toEqual([first.commit, first.tag]);
  expect(first.warnings).toEqual([]);
});

test("other keys make new ids, of which the log warns", async () => {
  const { warnings } = await makeSigned(
    await makeRepository({ file: "1" }),
    await makeKey("ecdsa"),
  );
  expect(warnings).toEqual([
    "The signing key is of the type ecdsa-sha2-nistp256, whose signatures differ every time: a retried job makes other ids. Ed25519 and RSA keys keep them.",
  ]);
});

test("a key as GitLab writes file variables signs: readable for all, CRLF, no line end", async () => {
  const key = await makeKey("ed25519");
  const text = await readFile(key, "utf8");
  await writeFile(key, text.trimEnd().replaceAll("\n", "\r\n"));
  await chmod(key, 0o666);
  const { commit } = await makeSigned(await makeRepository({ file: "1" }), key);
  expect(commit).toMatch(/^[0-9a-f]{40}$/);
});

test("a key with a passphrase is refused without waiting for one", async () => {
  const key = await makeKey("ed25519", "secret phrase");
  await expect(makeSigned(await makeRepository({ file: "1" }), key)).rejects.toMatchObject({
    code: "E_SIGNING_KEY",
    exit: 2,
    message: "The signing key is protected by a passphrase.",
  });
});

test.each([
  { title: "is no key", content: "hello", message: /does not hold a private SSH key\.$/ },
  {
    title: "is a broken key",
    content: "-----BEGIN OPENSSH PRIVATE KEY-----\nabcd\n-----END OPENSSH PRIVATE KEY-----\n",
    message: /^The signing key cannot be loaded: /,
  },
])("a file that $title is refused", async ({ content, message }) => {
  const key = join(await temporaryFolder(), "key");
  await writeFile(key, content);
  await expect(makeSigned(await makeRepository({ file: "1" }), key)).rejects.toMatchObject({
    code: "E_SIGNING_KEY",
    message: expect.stringMatching(message),
  });
});

test("a file that is not there is named", async () => {
  await expect(
    makeSigned(await makeRepository({ file: "1" }), "/no/such/key"),
  ).rejects.toMatchObject({ message: "The signing key /no/such/key cannot be read." });
});
