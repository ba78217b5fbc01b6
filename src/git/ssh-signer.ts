import { chmod, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StepError } from "../step/errors.ts";
import { gitErrors } from "./errors.ts";
import { findExecutable, type GitContext } from "./git.ts";
import type { Signer } from "./signer.ts";

/** A signature takes far less; a key on a device that waits for a touch takes for ever. */
const timeoutMs = 30_000;

/**
 * Signs with an SSH key, as `git commit -S` does with `gpg.format=ssh`: `ssh-keygen -Y sign -n git`.
 *
 * The key is copied to a private file first: GitLab writes file variables readable for all, which ssh-keygen refuses,
 * and often with CRLF or without the last line end.
 *
 * @param namespace what the signature is for, so that one for a file is none for a commit: `git`, or `file`.
 * @param keyFile a private key without passphrase. Ed25519 and RSA signatures are the same every time, so that the
 * ids of what is signed are; others make new ids in every run, of which the log warns.
 * @throws {StepError} E_SIGNING_KEY, E_SIGNING.
 */
export async function sshSigner(
  context: GitContext,
  keyFile: string,
  namespace: "git" | "file" = "git",
): Promise<Signer> {
  const searchPath = context.environment["PATH"] ?? "/usr/bin:/bin";
  const program = await findExecutable("ssh-keygen", searchPath);
  if (program === undefined)
    throw gitErrors("E_SIGNING", `There is no ssh-keygen on PATH (${searchPath}).`);
  const key = await privateCopy(context, keyFile);
  const sign: Signer = (payload) => runSshKeygen(context, { program, key, namespace, payload });
  // Asked once before anything is built: a wrong key is an input error, not a failure half-way.
  const type = keyType(await sign(Buffer.from("slipway")));
  if (type !== "ssh-ed25519" && type !== "ssh-rsa")
    context.log.warn(
      `The signing key is of the type ${type}, whose signatures differ every time: a retried job makes other ids. Ed25519 and RSA keys keep them.`,
    );
  return sign;
}

async function privateCopy(context: GitContext, keyFile: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(keyFile, "utf8");
  } catch (cause) {
    throw gitErrors("E_SIGNING_KEY", `The signing key ${keyFile} cannot be read.`, { cause });
  }
  if (!text.includes("PRIVATE KEY-----"))
    throw gitErrors("E_SIGNING_KEY", `The file ${keyFile} does not hold a private SSH key.`);
  const copy = join(await mkdtemp(join(context.workFolder, "key-")), "key");
  await writeFile(copy, `${text.replaceAll("\r\n", "\n").trim()}\n`, { mode: 0o600 });
  await chmod(copy, 0o600);
  return copy;
}

interface Signing {
  program: string;
  key: string;
  namespace: string;
  payload: Buffer;
}

async function runSshKeygen(
  { signal }: GitContext,
  { program, key, namespace, payload }: Signing,
): Promise<string> {
  const { execa } = await import("execa");
  const { exitCode, stdout, stderr } = await execa(
    program,
    ["-Y", "sign", "-n", namespace, "-f", key],
    {
      env: { PATH: "", HOME: "/nonexistent", LC_ALL: "C", SSH_ASKPASS_REQUIRE: "never" },
      extendEnv: false,
      input: payload,
      // A session of its own has no terminal on which to ask for a passphrase.
      detached: true,
      stripFinalNewline: false,
      reject: false,
      cancelSignal: signal,
      timeout: timeoutMs,
    },
  );
  signal.throwIfAborted();
  if (exitCode === 0 && stdout.includes("BEGIN SSH SIGNATURE")) return stdout;
  throw signingFailed(stderr.replaceAll(key, "the key").trim());
}

function signingFailed(said: string): StepError {
  if (/passphrase/i.test(said))
    return gitErrors("E_SIGNING_KEY", "The signing key is protected by a passphrase.");
  if (/invalid format|error in libcrypto|load key|Couldn't load/i.test(said))
    return gitErrors("E_SIGNING_KEY", `The signing key cannot be loaded: ${said}`);
  return gitErrors("E_SIGNING", `ssh-keygen did not sign: ${said || "it said nothing"}`);
}

/** The type of the public key that an armoured signature holds (PROTOCOL.sshsig: magic, version, key). */
function keyType(signature: string): string {
  const bytes = Buffer.from(signature.replace(/-----[^-]+-----/g, ""), "base64");
  const length = bytes.readUInt32BE(14);
  return bytes.toString("latin1", 18, 18 + length);
}
