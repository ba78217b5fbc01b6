import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { Socket } from "node:net";
import { ended } from "./child.ts";
import { type Git, gitFailed, type GitOptions } from "./git.ts";
import type { Sha } from "./sha.ts";

/** An object as git hands it out: nothing of it is proved yet. */
export interface RawObject {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Reads one object; `undefined` where it is not there. */
export type ObjectReader = (id: Sha) => Promise<RawObject | undefined>;

const args = ["cat-file", "--batch"];

/**
 * Reads objects through one child, which is started by the first question and ends with this process: a child for each
 * would take more time than all else that is local.
 *
 * @throws {StepError} (the reader) E_GIT_FAILED where git cannot read the object.
 */
export function objectReader(git: Git, options: GitOptions): ObjectReader {
  let talk: Conversation | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const ask = async (id: Sha): Promise<RawObject | undefined> => {
    git.context.signal.throwIfAborted();
    talk ??= startConversation(git.start(args, options));
    try {
      return await askFor(talk, id);
    } catch (error) {
      talk = undefined;
      git.context.signal.throwIfAborted();
      throw error;
    }
  };
  return (id) => {
    // One question after the other: answers carry no name but their order.
    const answer = last.then(() => ask(id));
    last = answer.catch(() => {});
    return answer;
  };
}

interface Conversation {
  readonly child: ChildProcessWithoutNullStreams;
  readonly chunks: AsyncIterator<unknown>;
  readonly stderr: Buffer[];
  readonly exitCode: Promise<number>;
  /** What came and was not asked for yet. */
  rest: Buffer;
}

function startConversation(child: ChildProcessWithoutNullStreams): Conversation {
  const stderr: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  const exitCode = ended(child);
  exitCode.catch(() => {});
  for (const stream of [child.stdin, child.stderr]) keepAlive(stream, false);
  child.unref();
  return { child, chunks: child.stdout.iterator(), stderr, exitCode, rest: Buffer.alloc(0) };
}

/** `<id> <type> <size>`, a line break, the bytes, a line break; or `<id> missing` (git cat-file, batch output). */
async function askFor(talk: Conversation, id: Sha): Promise<RawObject | undefined> {
  keepAlive(talk.child.stdout, true);
  talk.child.stdin.write(`${id}\n`);
  const line = await take(talk, (bytes) => bytes.indexOf("\n") + 1);
  const header = line.toString().trimEnd();
  if (header === `${id} missing`) {
    keepAlive(talk.child.stdout, false);
    return undefined;
  }
  const [, type = "", size] = header.split(" ");
  const sizeBytes = Number(size);
  if (!Number.isInteger(sizeBytes))
    throw gitFailed(args, { exitCode: 0, stdout: line, stderr: header });
  const bytes = await take(talk, () => sizeBytes + 1);
  keepAlive(talk.child.stdout, false);
  return { type, bytes: bytes.subarray(0, sizeBytes) };
}

/** The next bytes, as many as `length` finds; it is asked again with more as long as it says 0. */
async function take(talk: Conversation, length: (bytes: Buffer) => number): Promise<Buffer> {
  const parts = [talk.rest];
  let sizeBytes = talk.rest.length;
  let wanted = length(talk.rest);
  while (wanted === 0 || sizeBytes < wanted) {
    const { value } = await talk.chunks.next();
    if (!(value instanceof Buffer)) throw await brokenOff(talk);
    parts.push(value);
    sizeBytes += value.length;
    if (wanted === 0) wanted = length(Buffer.concat(parts));
  }
  const all = Buffer.concat(parts);
  talk.rest = all.subarray(wanted);
  return all.subarray(0, wanted);
}

/** A damaged object ends the child, which then says what is wrong with it. */
async function brokenOff({ child, stderr, exitCode }: Conversation) {
  child.ref();
  return gitFailed(args, {
    exitCode: await exitCode,
    stdout: Buffer.alloc(0),
    stderr: Buffer.concat(stderr).toString(),
  });
}

/** Whether an open pipe keeps this process from ending. */
function keepAlive(stream: unknown, isWanted: boolean): void {
  if (!(stream instanceof Socket)) return;
  if (isWanted) stream.ref();
  else stream.unref();
}
