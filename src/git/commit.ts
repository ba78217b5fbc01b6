import { checkIdentity, type Identity, parseSignature, serializeSignature } from "./identity.ts";
import type { Signature } from "./identity.ts";
import { readObject, writeObject } from "./objects.ts";
import type { Repository } from "./private-repository.ts";
import { type Sha, toSha } from "./sha.ts";
import { indentSignature, type Signer } from "./signer.ts";
import { editTree, type FileEdit } from "./tree.ts";

export interface Commit {
  readonly id: Sha;
  readonly tree: Sha;
  readonly parents: readonly Sha[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/** @throws {StepError} E_OBJECT_MISSING, E_OBJECT_FORGED. */
export async function readCommit(repository: Repository, id: Sha): Promise<Commit> {
  const { bytes } = await readObject(repository, id);
  return parseCommit(id, bytes);
}

export interface CommitInit {
  /** The commit that it is built on: its only parent. */
  base: Sha;
  /** In terms of the blobs of `base`. */
  edits: readonly FileEdit[];
  message: string;
  /** Author and committer. */
  author: Identity;
  /** Of author and committer, whole seconds, written as UTC. */
  date: Date;
  signer?: Signer | undefined;
}

/**
 * Builds a commit from the blobs of its base. The same input makes the same id, on any machine, any number of times;
 * nothing of the checkout's attributes, filters or hooks takes part.
 *
 * @returns its id. The commit is in the private repository only; see `adoptCommit` and `pushAtomically`.
 * @throws {StepError} E_BLOB_DIFFERS, E_IDENTITY, E_OBJECT_MISSING.
 */
export async function buildCommit(
  repository: Repository,
  { base, edits, message, author, date, signer }: CommitInit,
): Promise<Sha> {
  const { tree } = await readCommit(repository, base);
  const edited = edits.length === 0 ? tree : await editTree(repository, tree, edits);
  const by = serializeSignature(checkIdentity(author), date);
  const headers = `tree ${edited}\nparent ${base}\nauthor ${by}\ncommitter ${by}\n`;
  const body = `\n${cleanMessage(message)}`;
  const signature =
    signer === undefined
      ? ""
      : signatureHeader(repository, await signer(Buffer.from(headers + body)));
  return writeObject(repository, "commit", Buffer.from(headers + signature + body));
}

/** As `git commit --cleanup=whitespace` leaves a message: no trailing blanks, one line end at the end. */
export function cleanMessage(message: string): string {
  const lines = message
    .replaceAll("\0", "")
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line) => line.trimEnd());
  return `${lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()}\n`;
}

function signatureHeader({ objectFormat }: Repository, signature: string): string {
  const name = objectFormat === "sha1" ? "gpgsig" : "gpgsig-sha256";
  return `${name} ${indentSignature(signature)}\n`;
}

/** Headers, an empty line, the message; a header that goes on is indented by a space. */
export function parseCommit(id: Sha, bytes: Buffer): Commit {
  const text = bytes.toString();
  const end = text.indexOf("\n\n");
  const headers = (end < 0 ? text : text.slice(0, end)).split("\n").map((line) => {
    const space = line.indexOf(" ");
    return { name: line.slice(0, space), value: line.slice(space + 1) };
  });
  const first = (name: string) => headers.find((header) => header.name === name)?.value ?? "";
  return {
    id,
    tree: toSha(first("tree")),
    parents: headers.filter(({ name }) => name === "parent").map(({ value }) => toSha(value)),
    author: parseSignature(first("author")),
    committer: parseSignature(first("committer")),
    message: end < 0 ? "" : text.slice(end + 2),
  };
}
