import { constants } from "node:fs";
import { access, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { provenanceErrors } from "./errors.ts";

export interface SignatureChecker {
  /** @returns who signed these bytes, or a sentence on why the signature does not count. */
  check(payload: Buffer, signature: string): Promise<{ signer: string } | string>;
}

export interface CheckerSettings {
  /** Names and public keys. @see man ssh-keygen, ALLOWED SIGNERS */
  readonly allowedSignersFile: string;
  /** PATH, where ssh-keygen is looked for. */
  readonly searchPath: string;
  readonly workFolder: string;
  readonly signal: AbortSignal;
}

const timeoutMs = 30_000;

/**
 * Checks signatures with ssh-keygen itself (`-Y find-principals`, `-Y verify -n file`).
 *
 * @throws {StepError} E_ALLOWED_SIGNERS, E_SIGNATURE_TOOL
 */
export async function openSignatureChecker(settings: CheckerSettings): Promise<SignatureChecker> {
  const { allowedSignersFile, searchPath, workFolder } = settings;
  const program = await findProgram("ssh-keygen", searchPath);
  if (program === undefined)
    throw provenanceErrors("E_SIGNATURE_TOOL", `There is no ssh-keygen on PATH (${searchPath}).`);
  let allowed: string;
  try {
    allowed = await readFile(allowedSignersFile, "utf8");
  } catch (cause) {
    throw provenanceErrors("E_ALLOWED_SIGNERS", `${allowedSignersFile} cannot be read.`, { cause });
  }
  if (!/^\s*[^#\s]+\s+.*\b(ssh|ecdsa|sk)-/m.test(allowed))
    throw provenanceErrors("E_ALLOWED_SIGNERS", `${allowedSignersFile} names no signer and key.`);
  const folder = await mkdtemp(join(workFolder, "signature-"));
  const signers = join(folder, "allowed_signers");
  // File variables often come with CRLF, which ssh-keygen takes for a part of the key.
  await writeFile(signers, `${allowed.replaceAll("\r\n", "\n").trim()}\n`);
  return {
    async check(payload, signature) {
      const file = join(folder, "signature");
      await writeFile(file, signature);
      const run = (args: readonly string[]) => runKeygen(settings, program, args, payload);
      const found = await run(["-Y", "find-principals", "-s", file, "-f", signers]);
      // A line of allowed signers may hold several names; each stands for the key.
      const principal = found.stdout.split(/[\n,]/).find((name) => name !== "");
      if (found.exitCode !== 0 || principal === undefined)
        return /no principal|no match/i.test(found.stderr) || found.stderr === ""
          ? "it was made with a key that the allowed signers do not name"
          : `ssh-keygen does not read it: ${found.stderr}`;
      const options = ["-n", "file", "-I", principal, "-s", file, "-f", signers];
      const verified = await run(["-Y", "verify", ...options]);
      return verified.exitCode === 0
        ? { signer: principal }
        : `it is not the signature of these bytes (${verified.stderr || verified.stdout})`;
    },
  };
}

async function runKeygen(
  { signal }: CheckerSettings,
  program: string,
  args: readonly string[],
  input: Buffer,
): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }> {
  const { execa } = await import("execa");
  const result = await execa(program, args, {
    env: { PATH: "", HOME: "/nonexistent", LC_ALL: "C" },
    extendEnv: false,
    input,
    reject: false,
    cancelSignal: signal,
    timeout: timeoutMs,
  });
  signal.throwIfAborted();
  if (result.exitCode === undefined)
    throw provenanceErrors("E_SIGNATURE_TOOL", `${program} did not come to an end.`, {
      cause: result,
    });
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr.trim() };
}

async function findProgram(name: string, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
