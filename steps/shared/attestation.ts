import { readFile, stat } from "node:fs/promises";
import { gitErrors, sshSigner } from "../../src/git/index.ts";
import type { LocalFile } from "../../src/gitlab/index.ts";
import { bomSuffix, type Sign } from "../../src/provenance/index.ts";
import { boolean, secretFile, type StepContext, type Values } from "../../src/step/index.ts";

/** What is published of a release besides its files, and who signs it. */
export const attestInputs = {
  ATTEST: boolean({
    default: "true",
    about:
      "Publish what speaks of the files as well: upload-package the bill of materials beside a file and its provenance, create-release SHA256SUMS.",
  }),
  SIGNING_KEY_FILE: secretFile({
    optional: true,
    about:
      "SSH private key without passphrase that signs provenance and SHA256SUMS: a CI/CD variable of type file. By default nothing is signed.",
    example: "/builds/group/project.tmp/SIGNING_KEY_FILE",
  }),
};

const { E_SIGNING, E_SIGNING_KEY } = gitErrors.table;

/** What may go wrong with the key. */
export const signingErrors = { E_SIGNING, E_SIGNING_KEY };

type SigningContext = Pick<
  StepContext,
  "workFolder" | "environment" | "log" | "clock" | "signal"
> & { readonly inputs: Values<typeof attestInputs> };

/**
 * The signer of documents, where a key is given.
 *
 * @throws {StepError} E_SIGNING_KEY, E_SIGNING
 */
export async function documentSigner(context: SigningContext): Promise<Sign | undefined> {
  const { inputs, environment, log, clock, signal } = context;
  const key = inputs.SIGNING_KEY_FILE;
  if (key === undefined || !inputs.ATTEST) return undefined;
  const workFolder = await context.workFolder();
  return sshSigner({ workFolder, environment, log, clock, signal }, key, "file");
}

/** Larger ones are no bill of materials, and are not read. */
const largestBom = 64 * 1024 * 1024;

/** The bills of materials that lie beside the files and are not themselves among them, by the name of the file. */
export async function readBoms(files: readonly LocalFile[]): Promise<ReadonlyMap<string, string>> {
  const boms = new Map<string, string>();
  for (const { name, path } of files) {
    const beside = path + bomSuffix;
    if (files.some((other) => other.path === beside)) continue;
    const found = await stat(beside).catch(() => undefined);
    if (found?.isFile() === true && found.size <= largestBom)
      boms.set(name, await readFile(beside, "utf8"));
  }
  return boms;
}
