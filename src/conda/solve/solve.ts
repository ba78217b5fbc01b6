import { rm } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import type { Channel } from "../channels/channel.ts";
import { condaError } from "../errors.ts";
import { isFields, numberIn, parseFields, textIn, textsIn } from "../json-fields.ts";
import type { ResolvedPackage } from "../packages/resolved-package.ts";
import type { VirtualPackage } from "../spec/virtual-packages.ts";
import type { SolvedRecord, SolveReply, SolveRequest } from "./messages.ts";
import type { RepodataFile } from "./repodata.ts";
import { unsolvable } from "./unsolvable.ts";

export interface IndexedChannel {
  readonly channel: Channel;
  readonly repodata: Readonly<Record<string, RepodataFile>>;
}

export interface SolveInput {
  readonly specs: readonly string[];
  readonly platform: string;
  readonly channels: readonly IndexedChannel[];
  /** Package name → the only channels that may provide it, by `recorded`. */
  readonly pinned: ReadonlyMap<string, readonly string[]>;
  readonly virtualPackages: readonly VirtualPackage[];
  readonly signal: AbortSignal;
}

/**
 * Finds a set of packages that fits all specs, with strict channel priority.
 *
 * @throws E_CONDA_UNREACHABLE where a channel's index is damaged; what was kept of it is deleted
 * @throws E_CONDA_UNSOLVABLE with the solver's reasons, the channels and the virtual packages
 * @throws E_CONDA_SOLVER where the solver itself broke down
 */
export async function solve(input: SolveInput): Promise<readonly ResolvedPackage[]> {
  const reply = await runSolver(requestFor(input), input.signal);
  if (reply.kind === "damaged") throw await damaged(reply, input);
  if (reply.kind === "failed")
    throw unsolvable(readable(reply.message, input), reply.unknown, input);
  return reply.packages.map((record) => connect(record, input));
}

function requestFor({
  specs,
  platform,
  channels,
  pinned,
  virtualPackages,
}: SolveInput): SolveRequest {
  return {
    specs,
    platforms: [platform, "noarch"],
    virtualPackages,
    channels: channels.map(({ channel, repodata }, index) => ({
      base: baseOf(channel, index),
      repodata,
      without: [...pinned]
        .filter(([, allowed]) => !allowed.includes(channel.recorded))
        .map(([name]) => name),
    })),
  };
}

/** The solver's own address of a channel keeps its path, so that a relative `base_url` leads where it should. */
function baseOf({ recorded }: Channel, index: number): string {
  return `https://c${index}.invalid${(URL.parse(recorded)?.pathname ?? "").replace(/\/$/, "")}`;
}

async function runSolver(request: SolveRequest, signal: AbortSignal): Promise<SolveReply> {
  signal.throwIfAborted();
  // Beside this module: the source where sources run, the bundle of its own where bundles do.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./solve.worker.${extension}`, import.meta.url), {
    workerData: request,
    stdout: true,
    stderr: true,
    env: {},
  });
  const stop = () => void worker.terminate();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<SolveReply>((settle, fail) => {
      worker.once("message", (message: unknown) => {
        if (isReply(message)) settle(message);
        else
          fail(condaError("E_CONDA_SOLVER", "The solver answered with nothing that makes sense."));
      });
      worker.once("error", (cause: unknown) => {
        const why = cause instanceof Error ? cause.message : String(cause);
        fail(condaError("E_CONDA_SOLVER", `The solver broke down: ${why}.`, { cause }));
      });
      worker.once("exit", () => {
        fail(condaError("E_CONDA_SOLVER", "The solver ended without an answer."));
      });
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    await worker.terminate();
  }
}

function isReply(value: unknown): value is SolveReply {
  if (!isFields(value)) return false;
  if (value["kind"] === "damaged") return typeof value["channel"] === "number";
  return value["kind"] === "solved" ? Array.isArray(value["packages"]) : value["kind"] === "failed";
}

/** A proxy's error page may have been kept as an index: the next run asks anew. */
async function damaged(
  { channel: number, subdir, message }: SolveReply & { kind: "damaged" },
  { channels }: SolveInput,
): Promise<Error> {
  const found = channels[number];
  const path = found?.repodata[subdir]?.path;
  const isOurs = found?.channel.addresses[0].startsWith("file:") === false;
  if (path !== undefined && isOurs)
    await Promise.all([path, `${path}.state`].map((kept) => rm(kept, { force: true })));
  return condaError(
    isOurs ? "E_CONDA_UNREACHABLE" : "E_CONDA_CHANNEL",
    `Channel ${found?.channel.title}: its repodata for ${subdir} is damaged (${message})${isOurs ? "; it was deleted" : ""}.`,
  );
}

/** The solver's text with the channels' own names. */
function readable(message: string, { channels }: SolveInput): string {
  return channels.reduce(
    (text, { channel }, index) => text.replaceAll(baseOf(channel, index), channel.title),
    message.trim(),
  );
}

function connect(solved: SolvedRecord, { channels }: SolveInput): ResolvedPackage {
  const found = channels[solved.channel];
  const record = parseFields(solved.record);
  if (found === undefined || record === undefined)
    throw condaError("E_CONDA_SOLVER", `The solver answered with the unknown ${solved.fileName}.`);
  return {
    name: textIn(record, "name") ?? "",
    version: textIn(record, "version") ?? "",
    build: textIn(record, "build") ?? "",
    subdir: solved.subdir,
    fileName: solved.fileName,
    channel: found.channel.recorded,
    addresses: addressesOf(solved.url, found.channel, solved.channel),
    sizeBytes: numberIn(record, "size"),
    sha256: textIn(record, "sha256"),
    md5: textIn(record, "md5"),
    depends: textsIn(record, "depends"),
    index: record,
  };
}

/** Where the package lies in the real world: on every mirror, unless `base_url` leads out of the channel. */
function addressesOf(url: string, channel: Channel, index: number): readonly [string, ...string[]] {
  const base = baseOf(channel, index);
  const [first, ...others] = channel.addresses;
  if (url.startsWith(`${base}/`)) {
    const rest = url.slice(base.length);
    return [`${first}${rest}`, ...others.map((address) => `${address}${rest}`)];
  }
  const [, path] = /^https:\/\/c\d+\.invalid(\/.*)$/.exec(url) ?? [];
  return [path === undefined ? url : new URL(path, `${first}/`).href];
}
