import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { StepError } from "../../step/errors.ts";
import type { Channel } from "../channels/channel.ts";
import { condaError } from "../errors.ts";
import { ask, Missing } from "../http/ask.ts";
import { discard } from "../http/door.ts";
import type { Downloading } from "../http/download.ts";
import { networkFailure, Transient, withPatience } from "../http/retry.ts";
import { parseFields, textIn } from "../json-fields.ts";

/** A channel's index of one platform, on the disk. */
export interface RepodataFile {
  readonly path: string;
  readonly compressed: boolean;
}

export interface RepodataContext extends Downloading {
  /** Where what was fetched is kept, with its ETag. */
  readonly folder: string;
  /** Nothing is asked for that is kept. */
  readonly offline: boolean;
}

const forms = [
  { name: "repodata.json.zst", compressed: true },
  { name: "repodata.json", compressed: false },
] as const;

/**
 * Gets the index of one platform: compressed where the server has it so, from the first mirror that answers, and
 * from the disk where the server says that nothing changed.
 *
 * @returns `undefined` where the channel has none
 * @throws E_CONDA_UNREACHABLE, E_CONDA_CHANNEL_DENIED with the name of the channel
 */
export async function fetchRepodata(
  channel: Channel,
  subdir: string,
  context: RepodataContext,
): Promise<RepodataFile | undefined> {
  let denied: unknown;
  for (const form of forms) {
    try {
      const path = await withPatience(
        () => fromAnyMirror(channel, `${subdir}/${form.name}`, context),
        context,
      );
      if (path !== undefined) return { path, compressed: form.compressed };
    } catch (error) {
      // Some stores answer "forbidden" for what is not there: the plain form decides.
      if (!(error instanceof StepError) || error.code !== "E_CONDA_CHANNEL_DENIED")
        throw named(error, channel);
      denied = error;
    }
  }
  if (denied !== undefined) throw named(denied, channel);
  return undefined;
}

async function fromAnyMirror(
  channel: Channel,
  name: string,
  context: RepodataContext,
): Promise<string | undefined> {
  let trouble: Transient | undefined;
  for (const address of channel.addresses) {
    try {
      return await fromOne(`${address}/${name}`, context);
    } catch (error) {
      if (error instanceof Transient) trouble = error;
      else if (!(error instanceof Missing)) throw error;
    }
  }
  if (trouble !== undefined) throw trouble;
  return undefined;
}

async function fromOne(address: string, context: RepodataContext): Promise<string> {
  if (address.startsWith("file:")) return existing(address);
  const key = createHash("sha256").update(address).digest("hex").slice(0, 32);
  const path = join(context.folder, key);
  const kept = await keptState(path);
  if (context.offline && kept !== undefined) return path;
  const headers = {
    "accept-encoding": "identity",
    ...(kept?.etag === undefined ? {} : { "if-none-match": kept.etag }),
    ...(kept?.modified === undefined ? {} : { "if-modified-since": kept.modified }),
  };
  const answer = await ask(context.door, address, { ...context, headers });
  if (answer.status === 304) {
    discard(answer);
    return path;
  }
  await mkdir(context.folder, { recursive: true });
  const part = `${path}.${randomUUID()}.part`;
  try {
    await pipeline(answer.body, createWriteStream(part), { signal: context.signal });
    // Without the old state: a crash between the two renames must not pair new bytes with an old ETag.
    await rm(`${path}.state`, { force: true });
    await rename(part, path);
    const { etag, "last-modified": modified } = answer.headers;
    await writeFile(`${path}.state`, JSON.stringify({ etag, modified }));
  } catch (cause) {
    context.signal.throwIfAborted();
    const why = networkFailure(cause);
    if (why === undefined) throw cause;
    throw new Transient(`the transfer broke off (${why})`, { cause });
  } finally {
    await rm(part, { force: true });
  }
  return path;
}

async function existing(address: string): Promise<string> {
  const path = fileURLToPath(address);
  const isThere = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isThere) throw new Missing(address);
  return path;
}

async function keptState(
  path: string,
): Promise<{ etag: string | undefined; modified: string | undefined } | undefined> {
  try {
    await stat(path);
    const state = parseFields(await readFile(`${path}.state`, "utf8")) ?? {};
    return { etag: textIn(state, "etag"), modified: textIn(state, "modified") };
  } catch {
    return undefined;
  }
}

function named(error: unknown, { title }: Channel): unknown {
  if (error instanceof Transient)
    return condaError("E_CONDA_UNREACHABLE", `Channel ${title}: ${error.message}.`, {
      cause: error,
    });
  if (!(error instanceof StepError)) return error;
  return new StepError({
    code: error.code,
    exit: error.exit,
    message: `Channel ${title}: ${error.message}`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}
