import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import { readConfiguration } from "../conda/channels/configuration.ts";
import { readCredentials } from "../conda/channels/credentials.ts";
import { selectChannels } from "../conda/channels/select-channels.ts";
import { ask } from "../conda/http/ask.ts";
import { type Door, openDoor } from "../conda/http/door.ts";
import { Transient } from "../conda/http/retry.ts";
import { makeExampleChannel } from "../conda/index.ts";
import type { EnvironmentSpec } from "../conda/spec/environment-spec.ts";
import { parseMatchSpec } from "../conda/spec/match-spec.ts";
import { readSpec } from "../conda/spec/read-spec.ts";
import { thisMachine } from "../conda/spec/virtual-packages.ts";
import type { Environment } from "../step/inputs/read.ts";
import { type Log, silentLog } from "../step/log.ts";
import type { Git } from "./git.ts";
import type { RehearsedRepository } from "./repository.ts";

export const packModes = ["auto", "conda", "source"] as const;

/** What the tag's pipeline uploads. */
export type PackChoice =
  /** @param channels instead of those of the environment file; empty: the file's own. */
  { kind: "conda"; channels: readonly string[] } | { kind: "source" };

interface Choosing {
  mode: (typeof packModes)[number];
  repository: RehearsedRepository;
  git: Git;
  workFolder: string;
  env: Environment;
  log: Log;
  signal: AbortSignal;
}

const usualNames = [
  "conda-environment.yaml",
  "conda-environment.yml",
  "environment.yml",
  "environment.yaml",
];

/**
 * Decides whether the conda pack can be rehearsed: with the repository's own channels where they answer, else with the
 * example's channel where that has all that the environment asks for.
 */
export async function choosePack(choosing: Choosing): Promise<PackChoice> {
  const { mode, env, log } = choosing;
  if (mode === "source" || env["PACKAGE_FILES"]) return { kind: "source" };
  const file = await findEnvironmentFile(choosing);
  if (file === undefined) {
    if (mode === "conda") log.warn("The repository has no conda environment file.");
    return { kind: mode === "conda" ? "conda" : "source", channels: [] };
  }
  if (env["CONDA_CHANNELS"]) return { kind: "conda", channels: [] };
  const spec = await readSpec(file, thisMachine(env).platform, () => {}).catch(() => undefined);
  // What is wrong with the file, conda-pack itself says best.
  if (spec === undefined) return { kind: "conda", channels: [] };
  const silent = await silentChannel(spec, choosing);
  if (silent === undefined) return { kind: "conda", channels: [] };
  const example = await exampleChannelFor(spec, choosing);
  if (example !== undefined) {
    log.info(
      `The channel ${silent} cannot be reached from here: the environment is made of the example's channel.`,
    );
    return { kind: "conda", channels: [example] };
  }
  if (mode === "conda") return { kind: "conda", channels: [] };
  log.warn(
    `The channel ${silent} cannot be reached from here: a source archive is released instead, and the conda pack is not rehearsed.`,
  );
  return { kind: "source" };
}

async function findEnvironmentFile({
  repository,
  git,
  workFolder,
  env,
}: Choosing): Promise<string | undefined> {
  const named = env["CONDA_ENVIRONMENT_FILE"];
  for (const name of named ? [named] : usualNames) {
    const path = posix.join(env["PROJECT_DIR"] || ".", name);
    const options = { gitDirectory: repository.path };
    const entry = await git.text(["ls-tree", repository.head, "--", path], options);
    if (entry === "") continue;
    const copy = join(workFolder, "environment", basename(name));
    await mkdir(dirname(copy), { recursive: true });
    await writeFile(
      copy,
      await git.text(["cat-file", "blob", `${repository.head}:${path}`], options),
    );
    return copy;
  }
  return undefined;
}

/** @returns the first channel that does not answer at all. */
async function silentChannel(
  spec: EnvironmentSpec,
  { env, signal }: Choosing,
): Promise<string | undefined> {
  const configuration = await readConfiguration(env, () => {});
  const credentials = await readCredentials(env, () => {});
  const override =
    spec.kind === "locked"
      ? [...new Set(spec.packages.map(({ url }) => new URL("..", url).href))]
      : [];
  const asked = { override, ofFile: spec.kind === "locked" ? [] : spec.channels, qualified: [] };
  const { channels } = selectChannels(
    asked,
    { configuration, folder: dirname(spec.file) },
    silentLog,
  );
  const door = await openDoor({
    env,
    verify: configuration.verify,
    proxies: configuration.proxies,
  });
  try {
    for (const { title, addresses } of channels) {
      const answers = addresses.map((address) =>
        isAnswering(door, `${address}/noarch/repodata.json.zst`, { credentials, signal }),
      );
      if (!(await Promise.all(answers)).includes(true)) return title;
    }
    return undefined;
  } finally {
    await door.close();
  }
}

/** Any answer will do, also a refusal: conda-pack then says what is wrong with it. */
async function isAnswering(
  door: Door,
  address: string,
  question: Parameters<typeof ask>[2],
): Promise<boolean> {
  try {
    const { body } = await ask(door, address, question);
    body.on("error", () => {}).destroy();
    return true;
  } catch (error) {
    return !(error instanceof Transient);
  }
}

async function exampleChannelFor(
  spec: EnvironmentSpec,
  { env, log, signal }: Choosing,
): Promise<string | undefined> {
  if (spec.kind === "locked") return undefined;
  try {
    const channel = await makeExampleChannel({ env, log, signal });
    const names = spec.dependencies.map((dependency) => parseMatchSpec(dependency.spec).name);
    return names.every((name) => channel.packages.includes(name)) ? channel.url : undefined;
  } catch (error) {
    signal.throwIfAborted();
    log.warn(
      `The example's channel cannot be made: ${error instanceof Error ? error.message : String(error)}`,
    );
    return undefined;
  }
}
