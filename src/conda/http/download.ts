import { createHash, randomUUID, type Hash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Clock } from "../../step/clock.ts";
import type { Credentials } from "../channels/credentials.ts";
import { publicUrl } from "../channels/public-url.ts";
import { condaError } from "../errors.ts";
import { ask, Missing } from "./ask.ts";
import { discard, type Door } from "./door.ts";
import { networkFailure, Transient, withPatience, type Patience } from "./retry.ts";

/** What is expected of a file before it is trusted. */
export interface Expected {
  readonly sizeBytes?: number | undefined;
  readonly sha256?: string | undefined;
  /** Counts only where there is no sha256. */
  readonly md5?: string | undefined;
}

export interface Download {
  /** What it is called in messages: `numpy-1.26.4-py311h0_0.conda`. */
  readonly title: string;
  /** The same file at one or more places, the preferred one first. */
  readonly addresses: readonly string[];
  /** Where it goes. A file that is not verified never has this name. */
  readonly path: string;
  readonly expected: Expected;
}

export interface Downloading {
  readonly door: Door;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly patience: Patience;
  /** Told of every piece that arrives, in bytes. */
  readonly arrived?: (bytes: number) => void;
}

/**
 * Downloads a file: size and digest are checked before it gets its name; an interrupted transfer goes on where it
 * stopped; the next mirror is asked where one fails or lacks the file.
 *
 * @throws E_CONDA_DIGEST when the bytes are not those that are expected; they are deleted
 * @throws E_CONDA_UNREACHABLE when no mirror delivers after all tries
 * @throws E_CONDA_CHANNEL when no mirror has the file
 */
export async function download(file: Download, context: Downloading): Promise<void> {
  await mkdir(dirname(file.path), { recursive: true });
  const part = `${file.path}.${randomUUID()}.part`;
  try {
    await withPatience(() => fromAnyMirror(file, part, context), context);
    await rename(part, file.path);
  } catch (error) {
    if (error instanceof Transient)
      throw condaError("E_CONDA_UNREACHABLE", `${file.title}: ${error.message}.`, { cause: error });
    if (error instanceof Missing)
      throw condaError("E_CONDA_CHANNEL", `${file.title}: ${error.message}.`, { cause: error });
    throw error;
  } finally {
    await rm(part, { force: true });
  }
}

async function fromAnyMirror(file: Download, part: string, context: Downloading): Promise<void> {
  let worst: unknown;
  for (const address of file.addresses) {
    try {
      return await fromOne(file, address, part, context);
    } catch (error) {
      if (!(error instanceof Transient || error instanceof Missing)) throw error;
      // Another try may cure one mirror's trouble, but not the file's absence from all.
      if (worst === undefined || (error instanceof Transient && worst instanceof Missing))
        worst = error;
    }
  }
  throw worst ?? new Missing(file.title);
}

async function fromOne(
  file: Download,
  address: string,
  part: string,
  context: Downloading,
): Promise<void> {
  const have = await stat(part).then(
    ({ size }) => size,
    () => 0,
  );
  const headers = {
    "accept-encoding": "identity",
    ...(have > 0 ? { range: `bytes=${have}-` } : {}),
  };
  const answer = await ask(context.door, address, { ...context, headers });
  if (answer.status === 416) {
    discard(answer);
    await rm(part, { force: true });
    throw new Transient(`${publicUrl(address)} cannot go on at ${have} bytes`);
  }
  const resumed = answer.status === 206;
  const hash = digestFor(file.expected);
  if (resumed) await feed(part, hash);
  try {
    await pipeline(
      answer.body,
      watched(hash, context.arrived),
      createWriteStream(part, { flags: resumed ? "a" : "w" }),
      { signal: context.signal },
    );
  } catch (cause) {
    context.signal.throwIfAborted();
    const why = networkFailure(cause);
    if (why === undefined) throw cause;
    throw new Transient(`${publicUrl(address)} broke off (${why})`, { cause });
  }
  await verify(file, address, part, hash);
}

async function verify(file: Download, address: string, part: string, hash: Hash): Promise<void> {
  const { sizeBytes, sha256, md5 } = file.expected;
  const { size } = await stat(part);
  if (sizeBytes !== undefined && size < sizeBytes)
    throw new Transient(`${publicUrl(address)} broke off at ${size} of ${sizeBytes} bytes`);
  const digest = hash.digest("hex");
  const [kind, wanted] = sha256 === undefined ? ["md5", md5] : ["sha256", sha256];
  const sizeIsRight = sizeBytes === undefined || size === sizeBytes;
  if (sizeIsRight && (wanted === undefined || digest === wanted.toLowerCase())) return;
  await rm(part, { force: true });
  const difference = sizeIsRight
    ? `${kind} is ${digest}, expected is ${wanted}`
    : `size is ${size} bytes, expected are ${sizeBytes}`;
  throw condaError(
    "E_CONDA_DIGEST",
    `${file.title}: ${difference} (${publicUrl(address)}); it was deleted.`,
  );
}

function digestFor({ sha256, md5 }: Expected): Hash {
  return createHash(sha256 === undefined && md5 !== undefined ? "md5" : "sha256");
}

async function feed(path: string, hash: Hash): Promise<void> {
  for await (const chunk of createReadStream(path)) hash.update(chunk);
}

function watched(hash: Hash, arrived: ((bytes: number) => void) | undefined): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      arrived?.(chunk.length);
      done(null, chunk);
    },
  });
}
