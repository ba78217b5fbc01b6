import { createHash } from "node:crypto";
import { lstat, mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createEnvironment,
  type CreatedEnvironment,
  type CreateEnvironmentOptions,
} from "../../src/conda/index.ts";
import { parseFields, type Fields } from "../../src/conda/json-fields.ts";
import { silentLog } from "../../src/step/log.ts";

/** What the job's environment has of conda must not reach the tests. */
export const condaEnv = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  HOME: "/nonexistent",
  CONDA_EXE: "builtin",
} as const;

export interface Wanted extends Partial<CreateEnvironmentOptions> {
  readonly dependencies?: readonly string[];
  /** Of the environment file; default: the dependencies alone. */
  readonly text?: string;
}

/** A folder of its own with an environment file, a cache and a channel. */
export interface CondaWorld {
  readonly folder: string;
  /** Makes the environment `env` in the folder. */
  create(wanted?: Wanted): Promise<CreatedEnvironment>;
  at(...parts: readonly string[]): string;
  remove(): Promise<void>;
}

export async function condaWorld(channel: string, cache?: string): Promise<CondaWorld> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-conda-"));
  return {
    folder,
    at: (...parts) => join(folder, ...parts),
    async create({ dependencies = ["python", "pip"], text, ...more } = {}) {
      const environmentFile = join(folder, "env.yaml");
      await writeFile(environmentFile, text ?? JSON.stringify({ dependencies }));
      return createEnvironment({
        environmentFile,
        prefix: join(folder, "env"),
        channels: [channel],
        packagesDirs: [cache ?? join(folder, "cache")],
        env: condaEnv,
        cwd: folder,
        log: silentLog,
        signal: new AbortController().signal,
        ...more,
      });
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The record of a package in an environment. */
export async function recordOf(prefix: string, name: string): Promise<Fields> {
  const meta = join(prefix, "conda-meta");
  const file = (await readdir(meta)).find((item) => item.startsWith(`${name}-`));
  return parseFields(await readFile(join(meta, file ?? ""), "utf8")) ?? {};
}

export async function sha256Of(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

/** Every path below a folder, relative to it, with what it is and holds. */
export async function contentsOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    const kind = await lstat(path);
    if (kind.isSymbolicLink()) found.set(name, `-> ${await readlink(path)}`);
    else if (kind.isFile()) found.set(name, await sha256Of(path));
  }
  return found;
}

/** What a run that was stopped or killed may have left in a cache. */
export async function leftoversIn(cache: string): Promise<readonly string[]> {
  return (await readdir(cache)).filter((name) => /\.(part|trash)$/.test(name));
}
