import { readFile } from "node:fs/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { SolvedPackage } from "@conda-org/rattler";
import { fieldsIn, isFields, parseFields, textIn, type Fields } from "../json-fields.ts";
import { decompressZstd } from "../zstd.ts";
import { findRecord } from "./find-record.ts";
import type { ChannelIndex, SolvedRecord, SolveReply, SolveRequest } from "./messages.ts";

/**
 * The solver in a thread of its own: it fetches through `globalThis.fetch`, which here answers from files and never
 * from a network, and what kills it kills only the thread.
 */
async function main(): Promise<SolveReply> {
  const request = isRequest(workerData) ? workerData : undefined;
  if (request === undefined) return { kind: "failed", message: "the request is incomplete" };
  globalThis.fetch = async (input) => {
    const address = input instanceof Request ? input.url : String(input);
    const body = await answerFor(address, request.channels);
    const response = new Response(body === undefined ? null : new Uint8Array(body), {
      status: body === undefined ? 404 : 200,
    });
    // The solver reads the address of the answer, which a response made by hand lacks.
    Object.defineProperty(response, "url", { value: address });
    return response;
  };
  const { isPlatform, simpleSolve } = await import("@conda-org/rattler");
  try {
    const solved = await simpleSolve(
      [...request.specs],
      request.channels.map(({ base }) => `${base}/`),
      request.platforms.filter((platform) => isPlatform(platform)),
      request.virtualPackages.map(asLocked),
    );
    return { kind: "solved", packages: await recordsOf(solved, request.channels) };
  } catch (error) {
    // Version 0.3.5 throws texts.
    return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}

async function answerFor(
  address: string,
  channels: readonly ChannelIndex[],
): Promise<Buffer | undefined> {
  for (const { base, repodata, without } of channels) {
    if (!address.startsWith(`${base}/`)) continue;
    const [subdir = "", name = ""] = address.slice(base.length + 1).split("/");
    const file = repodata[subdir];
    // A channel without noarch is an error to the solver, but none to people.
    if (file === undefined)
      return name === "repodata.json" ? Buffer.from(emptyRepodata(subdir)) : undefined;
    if (without.length > 0)
      return name === "repodata.json"
        ? withoutPackages(await plainText(file), new Set(without))
        : undefined;
    const served = file.compressed ? "repodata.json.zst" : "repodata.json";
    return name === served ? readFile(file.path) : undefined;
  }
  return undefined;
}

function emptyRepodata(subdir: string): string {
  return JSON.stringify({ info: { subdir }, packages: {}, "packages.conda": {} });
}

function withoutPackages(text: Buffer, names: ReadonlySet<string>): Buffer {
  const repodata = parseFields(text.toString()) ?? {};
  const kept = (section: string) =>
    Object.fromEntries(
      Object.entries(fieldsIn(repodata, section)).filter(
        ([, record]) => !isFields(record) || !names.has(textIn(record, "name") ?? ""),
      ),
    );
  const changed: Fields = {
    ...repodata,
    packages: kept("packages"),
    "packages.conda": kept("packages.conda"),
  };
  return Buffer.from(JSON.stringify(changed));
}

async function plainText(file: { path: string; compressed: boolean }): Promise<Buffer> {
  const bytes = await readFile(file.path);
  return file.compressed ? decompressZstd(bytes) : bytes;
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

async function recordsOf(
  solved: readonly SolvedPackage[],
  channels: readonly ChannelIndex[],
): Promise<readonly SolvedRecord[]> {
  const texts = new Map<string, Buffer>();
  const records: SolvedRecord[] = [];
  for (const { url, filename, subdir = "", repoName = "", packageName } of solved) {
    if (packageName.startsWith("__")) continue;
    const channel = channels.findIndex(({ base }) => repoName.replace(/\/$/, "") === base);
    const file = channels[channel]?.repodata[subdir];
    if (file === undefined) throw new Error(`${filename} comes from no channel that was given`);
    const text = texts.get(file.path) ?? (await plainText(file));
    texts.set(file.path, text);
    const record = findRecord(text, filename);
    if (record === undefined) throw new Error(`${filename} is not in the repodata`);
    records.push({ url, fileName: filename, subdir, channel, record: JSON.stringify(record) });
  }
  return records;
}

function isRequest(value: unknown): value is SolveRequest {
  return isFields(value) && Array.isArray(value["specs"]) && Array.isArray(value["channels"]);
}

void main().then((reply) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  parentPort?.postMessage(reply);
});
