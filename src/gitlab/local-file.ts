import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { gitlabError } from "./errors.ts";
import { heldPieces } from "./http.ts";

/** A file of the job as it was when the step began. */
export interface LocalFile {
  /** Its name in the registry. */
  name: string;
  path: string;
  /** Bytes. */
  size: number;
  /** Time of its last change, in nanoseconds. */
  changedNs: bigint;
}

/** What was read of a file, in full. */
export interface ReadResult {
  sha256: string;
}

const chunkBytes = 1024 * 1024;

/**
 * Reads a file once, through one descriptor, and hashes what it yields.
 *
 * The last piece is held back until the file is seen not to have changed: a request whose body it is then ends
 * unfinished, and the server stores nothing (H08).
 *
 * @param done is told the digest before the last piece leaves.
 * @throws {StepError} E_PACKAGE_FILE_CHANGED
 */
export async function* readUnchanged(
  file: LocalFile,
  done: (result: ReadResult) => void,
  seen: (bytes: number) => void = () => {},
): AsyncGenerator<Uint8Array> {
  await using handle = await open(file.path, "r");
  await assertUnchanged(handle, file);
  const hash = createHash("sha256");
  let held: Uint8Array | undefined;
  for await (const chunk of readAhead(handle, file)) {
    hash.update(chunk);
    if (held !== undefined) {
      yield held;
      seen(held.length);
    }
    held = chunk;
  }
  await assertUnchanged(handle, file);
  done({ sha256: hash.digest("hex") });
  if (held !== undefined) {
    yield held;
    seen(held.length);
  }
}

/** The SHA-256 of a file, hexadecimal. @throws {StepError} E_PACKAGE_FILE_CHANGED */
export async function digestOf(file: LocalFile): Promise<string> {
  let sha256 = "";
  const reading = readUnchanged(file, (result) => {
    sha256 = result.sha256;
  });
  for await (const chunk of reading) if (chunk.length === 0) break;
  return sha256;
}

/**
 * Reads the next piece while the last one is hashed and sent.
 *
 * The same few buffers are filled again and again. Memory outside of JavaScript's own is freed late: fresh buffers
 * would fill some 60 MiB, and freeing them took as long as hashing.
 */
async function* readAhead(handle: FileHandle, file: LocalFile): AsyncGenerator<Uint8Array> {
  const pieceBytes = Math.min(chunkBytes, file.size);
  const buffers = Array.from({ length: heldPieces + ownPieces }, () =>
    Buffer.allocUnsafeSlow(pieceBytes),
  );
  let reads = 0;
  const read = async (position: number): Promise<Uint8Array> => {
    const wanted = Math.min(pieceBytes, file.size - position);
    const into = buffers[reads++ % buffers.length];
    if (wanted === 0 || into === undefined) return new Uint8Array();
    const { bytesRead } = await handle.read(into, 0, wanted, position);
    if (bytesRead === 0) throw changed(file, `it ended after ${position} bytes`);
    return into.subarray(0, bytesRead);
  };
  let chunk = await read(0);
  for (let position = chunk.length; chunk.length > 0; position += chunk.length) {
    const next = read(position);
    // A failure is thrown below, when the piece is asked for; until then it is nobody's.
    next.catch(() => {});
    yield chunk;
    chunk = await next;
  }
}

/** One is being read, one hashed, one held back. */
const ownPieces = 3;

async function assertUnchanged(handle: FileHandle, file: LocalFile): Promise<void> {
  const { size, mtimeNs } = await handle.stat({ bigint: true });
  if (Number(size) !== file.size) throw changed(file, `it now has ${size} bytes`);
  if (mtimeNs !== file.changedNs) throw changed(file, "it was written to");
}

function changed({ name, size }: LocalFile, how: string): Error {
  return gitlabError(
    "E_PACKAGE_FILE_CHANGED",
    `${name} (${size} bytes) changed while it was read: ${how}.`,
  );
}
