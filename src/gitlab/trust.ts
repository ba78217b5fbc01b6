import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gitlabError } from "./errors.ts";

/** A file of certificates in PEM, and the variable that named it. */
export interface AuthorityFile {
  variable: string;
  path: string;
}

/**
 * The authorities to trust: Node's, the system's, and those of the files on top of them (H15).
 *
 * @returns PEM texts, each once.
 * @throws {StepError} E_GITLAB_TLS for every file that cannot be read or holds no certificate.
 */
export async function readTrust(files: readonly AuthorityFile[]): Promise<readonly string[]> {
  const tls = await import("node:tls");
  const read = await Promise.all(files.map(readAuthorities));
  const problems = read.flatMap(({ problem }) => problem ?? []);
  if (problems.length > 0) throw gitlabError("E_GITLAB_TLS", problems.join("\n"));
  return [
    ...new Set([
      ...tls.getCACertificates("default"),
      ...tls.getCACertificates("system"),
      ...read.flatMap(({ certificates }) => certificates),
    ]),
  ];
}

/** Until when a certificate of a file is valid. */
export interface AuthorityEnd {
  variable: string;
  subject: string;
  validTo: Date;
}

/** When the certificates of the files end. @throws {StepError} E_GITLAB_TLS as `readTrust`. */
export async function readAuthorityEnds(
  files: readonly AuthorityFile[],
): Promise<readonly AuthorityEnd[]> {
  const read = await Promise.all(files.map(readAuthorities));
  const problems = read.flatMap(({ problem }) => problem ?? []);
  if (problems.length > 0) throw gitlabError("E_GITLAB_TLS", problems.join("\n"));
  return read.flatMap(({ certificates }, index) =>
    certificates.map((pem) => {
      const { subject, validTo } = new X509Certificate(pem);
      const variable = files[index]?.variable ?? "";
      return { variable, subject: subject.replaceAll("\n", ", "), validTo: new Date(validTo) };
    }),
  );
}

interface Authorities {
  certificates: readonly string[];
  problem?: string;
}

async function readAuthorities({ variable, path }: AuthorityFile): Promise<Authorities> {
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { certificates: [], problem: `${variable} cannot be read: ${reason}.` };
  }
  const certificates =
    content.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0)
    return { certificates, problem: `${variable} (${path}) holds no certificate in PEM.` };
  const broken = certificates.findIndex((pem) => !isCertificate(pem));
  return broken === -1
    ? { certificates }
    : {
        certificates,
        problem: `Certificate ${broken + 1} of ${variable} (${path}) cannot be read.`,
      };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}
