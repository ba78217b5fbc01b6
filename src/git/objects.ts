import { createHash } from "node:crypto";
import { gitErrors } from "./errors.ts";
import { gitFailed } from "./git.ts";
import type { GitObject, ObjectType, Repository } from "./private-repository.ts";
import { type ObjectFormat, type Sha, toSha } from "./sha.ts";

export type { GitObject, ObjectType } from "./private-repository.ts";

/**
 * Reads one object and proves that its bytes are those its id names: git itself does not look, and earlier lines of
 * the job could write into the checkout's object store.
 *
 * @throws {StepError} E_OBJECT_MISSING, E_OBJECT_FORGED.
 */
export async function readObject(repository: Repository, id: Sha): Promise<GitObject> {
  const found = await findObject(repository, id);
  if (found === undefined)
    throw gitErrors("E_OBJECT_MISSING", `The object ${id} is not in the checkout.`);
  return found;
}

/** The same; `undefined` where the object is not there. What was read once is kept: an id never changes its bytes. */
export async function findObject(repository: Repository, id: Sha): Promise<GitObject | undefined> {
  const kept = repository.kept.get(id);
  if (kept !== undefined) return kept;
  const found = await lookUp(repository, id);
  if (found !== undefined && found.bytes.length <= keptBytes) repository.kept.set(id, found);
  return found;
}

/** Larger objects are read again, so that memory stays small. */
const keptBytes = 1_000_000;

async function lookUp(
  { git, at, objectFormat }: Repository,
  id: Sha,
): Promise<GitObject | undefined> {
  const args = ["cat-file", "--batch"];
  const result = await git.run(args, at({ input: `${id}\n` }));
  const end = result.stdout.indexOf("\n");
  const header = result.stdout.subarray(0, Math.max(0, end)).toString();
  if (header === `${id} missing`) return undefined;
  const [, type, size] = header.split(" ");
  if (result.exitCode !== 0 || !isObjectType(type)) throw gitFailed(args, result);
  const bytes = result.stdout.subarray(end + 1, end + 1 + Number(size));
  const actual = objectId(objectFormat, type, bytes);
  if (actual !== id)
    throw gitErrors("E_OBJECT_FORGED", `The checkout holds under ${id} what is really ${actual}.`);
  return { type, bytes };
}

/** The id that git gives these bytes. */
export function objectId(format: ObjectFormat, type: ObjectType, bytes: Buffer): Sha {
  const hash = createHash(format).update(`${type} ${bytes.length}\0`).update(bytes);
  return toSha(hash.digest("hex"));
}

/** Stores an object as it is: no filter, no line-end conversion, whatever attributes say. */
export async function writeObject(
  { git, at }: Repository,
  type: ObjectType,
  bytes: Buffer,
): Promise<Sha> {
  const args = ["hash-object", "-w", "--stdin", "-t", type, "--no-filters"];
  return toSha((await git.text(args, at({ input: bytes }))).trim());
}

function isObjectType(text: string | undefined): text is ObjectType {
  return text === "blob" || text === "tree" || text === "commit" || text === "tag";
}
