import { createHash, randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { gitErrors } from "./errors.ts";
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

async function lookUp({ read, objectFormat }: Repository, id: Sha): Promise<GitObject | undefined> {
  const found = await read(id);
  if (found === undefined) return undefined;
  const { type, bytes } = found;
  if (!isObjectType(type)) throw gitErrors("E_GIT_FAILED", `${id} is of the type '${type}'.`);
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

/**
 * Stores an object as it is: no filter, no line-end conversion, whatever attributes say. It is written as git itself
 * writes loose objects (gitformat-loose: deflated `<type> <size>\0<bytes>`), only without a child for each.
 */
export async function writeObject(
  { directory, objectFormat, kept }: Repository,
  type: ObjectType,
  bytes: Buffer,
): Promise<Sha> {
  const id = objectId(objectFormat, type, bytes);
  const folder = join(directory, "objects", id.slice(0, 2));
  const path = join(folder, id.slice(2));
  const part = `${path}.${randomUUID()}.part`;
  await mkdir(folder, { recursive: true });
  const packed = deflateSync(Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]));
  await writeFile(part, packed, { mode: 0o444, flag: "wx" });
  await rename(part, path);
  if (bytes.length <= keptBytes) kept.set(id, { type, bytes });
  return id;
}

function isObjectType(text: string | undefined): text is ObjectType {
  return text === "blob" || text === "tree" || text === "commit" || text === "tag";
}
