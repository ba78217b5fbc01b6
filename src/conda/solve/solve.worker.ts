import { readFile } from "node:fs/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { SolvedPackage } from "@conda-org/rattler";
import { isFields } from "../json-fields.ts";
import { parseMatchSpec } from "../spec/match-spec.ts";
import { decompressZstd } from "../zstd.ts";
import type { ChannelIndex, SolvedRecord, SolveReply, SolveRequest } from "./messages.ts";
import { reachableNames } from "./reachable.ts";
import { indexRepodata, recordOf, reducedRepodata, type RepodataIndex } from "./repodata-index.ts";

/**
 * The solver in a thread of its own: it fetches through `globalThis.fetch`, which here answers from memory and never
 * from a network, and what kills it kills only the thread.
 */
async function main(): Promise<SolveReply> {
  const request = isRequest(workerData) ? workerData : undefined;
  if (request === undefined)
    return { kind: "failed", message: "the request is incomplete", unknown: [] };
  let channels: readonly OpenChannel[] = [];
  try {
    channels = await Promise.all(
      request.channels.map((channel, index) => openChannel(channel, index)),
    );
    serve(channels, request);
    const { isPlatform, simpleSolve } = await import("@conda-org/rattler");
    const solved = await simpleSolve(
      [...request.specs],
      request.channels.map(({ base }) => `${base}/`),
      request.platforms.filter((platform) => isPlatform(platform)),
      request.virtualPackages.map(asLocked),
    );
    return { kind: "solved", packages: recordsOf(solved, channels) };
  } catch (error) {
    if (error instanceof DamagedIndex) return { kind: "damaged", ...error.place };
    // Version 0.3.5 throws texts.
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "failed", message, unknown: unknownNames(channels, request) };
  }
}

interface OpenChannel extends ChannelIndex {
  readonly indexes: ReadonlyMap<string, RepodataIndex>;
}

async function openChannel(channel: ChannelIndex, number: number): Promise<OpenChannel> {
  const indexes = new Map<string, RepodataIndex>();
  for (const [subdir, file] of Object.entries(channel.repodata)) {
    const bytes = await readFile(file.path);
    try {
      indexes.set(subdir, indexRepodata(file.compressed ? await decompressZstd(bytes) : bytes));
    } catch (error) {
      const message = error instanceof Error ? error.message : "";
      throw new DamagedIndex({ message, channel: number, subdir });
    }
  }
  return { ...channel, indexes };
}

function unknownNames(
  channels: readonly OpenChannel[],
  { specs }: SolveRequest,
): readonly string[] {
  const asked = specs.map((spec) => parseMatchSpec(spec).name);
  const isKnown = (name: string) =>
    name.startsWith("__") ||
    channels.some(({ indexes }) => [...indexes.values()].some(({ byName }) => byName.has(name)));
  return [...new Set(asked)].filter((name) => !isKnown(name));
}

class DamagedIndex extends Error {
  readonly place: { readonly message: string; readonly channel: number; readonly subdir: string };

  constructor(place: DamagedIndex["place"]) {
    super(place.message);
    this.place = place;
  }
}

/** Only what a solution may hold is handed over: the solver keeps every record that it is given in its memory. */
function serve(channels: readonly OpenChannel[], request: SolveRequest): void {
  const indexes = channels.flatMap((channel) => [...channel.indexes.values()]);
  const names = reachableNames(
    indexes,
    request.specs.map((spec) => parseMatchSpec(spec).name),
  );
  globalThis.fetch = async (input) => {
    const address = input instanceof Request ? input.url : String(input);
    const body = answerFor(address, channels, names);
    const response = new Response(body === undefined ? null : new Uint8Array(body), {
      status: body === undefined ? 404 : 200,
    });
    // The solver reads the address of the answer, which a response made by hand lacks.
    Object.defineProperty(response, "url", { value: address });
    return response;
  };
}

function answerFor(
  address: string,
  channels: readonly OpenChannel[],
  names: ReadonlySet<string>,
): Buffer | undefined {
  const channel = channels.find(({ base }) => address.startsWith(`${base}/`));
  if (channel === undefined) return undefined;
  const [subdir = "", file] = address.slice(channel.base.length + 1).split("/");
  if (file !== "repodata.json") return undefined;
  // A channel without noarch is an error to the solver, but none to people.
  const index = channel.indexes.get(subdir) ?? indexRepodata(Buffer.from(emptyRepodata(subdir)));
  const withheld = new Set(channel.without);
  return reducedRepodata(index, names.difference(withheld));
}

function emptyRepodata(subdir: string): string {
  return JSON.stringify({ info: { subdir } });
}

function asLocked({ name, version, build }: SolveRequest["virtualPackages"][number]) {
  return {
    filename: name,
    packageName: name,
    version,
    build,
    repoName: "@",
    subdir: "@",
    url: `https://virtual.invalid/${name}`,
    depends: [],
  };
}

function recordsOf(
  solved: readonly SolvedPackage[],
  channels: readonly OpenChannel[],
): readonly SolvedRecord[] {
  return solved
    .filter(({ packageName }) => !packageName.startsWith("__"))
    .map(({ url, filename, subdir = "", repoName = "" }) => {
      const channel = channels.findIndex(({ base }) => repoName.replace(/\/$/, "") === base);
      const index = channels[channel]?.indexes.get(subdir);
      const record = index === undefined ? undefined : recordOf(index, filename);
      if (record === undefined) throw new Error(`${filename} is not in the repodata`);
      return { url, fileName: filename, subdir, channel, record: JSON.stringify(record) };
    });
}

function isRequest(value: unknown): value is SolveRequest {
  return isFields(value) && Array.isArray(value["specs"]) && Array.isArray(value["channels"]);
}

void main().then((reply) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  parentPort?.postMessage(reply);
});
