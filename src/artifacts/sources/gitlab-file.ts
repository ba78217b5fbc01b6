import {
  createGitLab,
  fileUrl,
  findFileById,
  type GitLab,
  type PackageFile,
  readPackage,
  servedCopy,
  type Token,
  tokenHeaders,
} from "../../gitlab/index.ts";
import { syncError } from "../sync-errors.ts";
import type { WebFile } from "../transfer/ask.ts";
import { download, type SourceFacts } from "../transfer/download.ts";
import type { Means } from "../transfer/means.ts";
import type { PackageAddress } from "../propose/package-address.ts";
import type { SourceFile } from "./source.ts";

interface Question {
  readonly means: Means;
  /** Address of the GitLab. */
  readonly server: string;
  readonly token: Token;
  readonly address: PackageAddress;
  /** As the entry has it, for messages. */
  readonly title: string;
  /** The artifact's name: it usually holds the version that the file is of. */
  readonly name: string;
}

/** A file of a generic package, with the SHA-256 that the registry lists for it. */
export function gitlabFile(question: Question): SourceFile {
  const { means, token, title } = question;
  const { http, log, clock, signal } = means;
  const gitlab = createGitLab({
    api: `${question.server}/api/v4`,
    project: question.address.project,
    token,
    http,
    log,
    clock,
    signal,
  });
  let found: Promise<{ file: PackageFile; url: string }> | undefined;
  const locate = () => (found ??= locateFile(question, gitlab));
  return {
    title,
    async look(): Promise<SourceFacts> {
      const { file } = await locate();
      return {
        sizeBytes: file.size,
        digests: file.sha256 === undefined ? {} : { sha256: file.sha256 },
      };
    },
    async fetch(path, facts, arrived) {
      const { url } = await locate();
      const file: WebFile = {
        url: new URL(url),
        credentials: tokenHeaders(token),
        credentialsTitle: `asked with the token in ${token.variable}`,
      };
      return download(means, file, path, facts, arrived);
    },
  };
}

async function locateFile(
  { address, title, name, token }: Question,
  gitlab: GitLab,
): Promise<{ file: PackageFile; url: string }> {
  const { fileId } = address;
  if (address.file !== undefined) {
    const wanted = { name: address.file.package, version: address.file.version };
    const file = servedCopy(await readPackage(gitlab, wanted), address.file.name);
    if (file !== undefined) return { file, url: fileUrl(gitlab, wanted, address.file.name) };
  } else if (fileId !== undefined) {
    const file = await findFileById(
      gitlab,
      fileId,
      (candidate) => candidate.version !== "" && name.includes(candidate.version),
    );
    if (file !== undefined) return { file, url: file.url };
  }
  throw syncError(
    "E_SOURCE_MISSING",
    `${title}: the project ${address.project} has no such package file, as far as the token in ${token.variable} sees.`,
  );
}
