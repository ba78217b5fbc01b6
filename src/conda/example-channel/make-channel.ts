import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { zstdCompress } from "node:zlib";
import type { Log } from "../../step/log.ts";
import { fieldsIn, parseFields, textIn } from "../json-fields.ts";
import { binaryPackage } from "./binary-package.ts";
import { findPython, type MachinePython } from "./find-python.ts";
import { downloadPip } from "./download-pip.ts";
import type { PackageContent } from "./package-content.ts";
import { writePackage, type WrittenPackage } from "./package-writer.ts";
import { pythonPackage } from "./python-package.ts";
import { clobberingPackages, exampleToolsPackage, timeZonePackage } from "./small-packages.ts";
import { wheelPackage } from "./wheel-package.ts";

/** Raised with every change of what is packaged, so that no older channel is reused. */
const recipe = 3;

export interface ExampleChannel {
  readonly folder: string;
  /** `file:` address, for CONDA_CHANNELS. */
  readonly url: string;
  /** Version of its python. */
  readonly python: string;
  /** Names of the packages in it; `bindemo` is missing where there is no C compiler. */
  readonly packages: readonly string[];
}

export interface ExampleChannelOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly signal?: AbortSignal;
  /** Where channels are kept; default `slipway/example-channel` in the user's cache. */
  readonly cache?: string;
}

/**
 * Makes a small real conda channel of the CPython on this machine, or takes the one that was made before.
 *
 * Its packages: python, pip, tzdata, example-tools, sharedemo, clobberdemo, and bindemo where there is a C compiler.
 * Two processes may make it at once.
 *
 * @throws E_EXAMPLE_PYTHON where there is no CPython ≥ 3.9, or no pip can be had for it
 */
export async function makeExampleChannel(options: ExampleChannelOptions): Promise<ExampleChannel> {
  const python = await findPython(options.env);
  const cache = options.cache ?? join(userCache(options.env), "slipway", "example-channel");
  const folder = join(cache, await identityOf(python));
  if (!(await isComplete(folder))) await build(folder, python, options);
  return describe(folder, python);
}

function userCache(env: Readonly<Record<string, string | undefined>>): string {
  const named = env["XDG_CACHE_HOME"];
  return named === undefined || named === "" ? join(env["HOME"] ?? homedir(), ".cache") : named;
}

async function identityOf(python: MachinePython): Promise<string> {
  const { size, mtimeMs } = await stat(python.executable);
  const facts = JSON.stringify([recipe, python, size, mtimeMs]);
  const digest = createHash("sha256").update(facts).digest("hex").slice(0, 16);
  return `python-${python.version}-${digest}`;
}

async function isComplete(folder: string): Promise<boolean> {
  // Written last, before the folder gets its name.
  return stat(join(folder, "noarch", "repodata.json")).then(
    () => true,
    () => false,
  );
}

async function build(
  folder: string,
  python: MachinePython,
  { env, log, signal }: ExampleChannelOptions,
): Promise<void> {
  const part = `${folder}.${randomUUID()}.part`;
  const work = join(part, "work");
  try {
    await mkdir(work, { recursive: true });
    const contents = await packagesOf(python, env, work);
    const written: WrittenPackage[] = [];
    for (const content of contents) {
      signal?.throwIfAborted();
      log.info(`Packaging ${content.name} ${content.version} for the example's channel`);
      written.push(await writePackage(part, content, join(work, content.name), python.executable));
    }
    await rm(work, { recursive: true, force: true });
    for (const subdir of [python.subdir, "noarch"]) await writeRepodata(part, subdir, written);
    await rename(part, folder).catch(async (cause: unknown) => {
      if (!(await isComplete(folder))) throw cause;
    });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

async function packagesOf(
  python: MachinePython,
  env: ExampleChannelOptions["env"],
  work: string,
): Promise<readonly PackageContent[]> {
  const pip =
    python.pip.version === "" ? await downloadPip(env, join(work, "download")) : python.pip;
  const binary = await binaryPackage(env, python.subdir, join(work, "cc"));
  return [
    await pythonPackage(python),
    await wheelPackage(pip, { name: "pip", version: pip.version }, python, join(work, "wheel")),
    await timeZonePackage(),
    exampleToolsPackage(),
    ...clobberingPackages(),
    ...(binary === undefined ? [] : [binary]),
  ];
}

/** Writes the channel's index as servers have it: plain and compressed. */
export async function writeRepodata(
  channel: string,
  subdir: string,
  written: readonly WrittenPackage[],
): Promise<void> {
  const here = written.filter((item) => item.subdir === subdir);
  const records = (suffix: string) =>
    Object.fromEntries(
      here
        .filter((item) => item.fileName.endsWith(suffix))
        .map((item) => [item.fileName, item.record]),
    );
  const repodata = {
    info: { subdir },
    packages: records(".tar.bz2"),
    "packages.conda": records(".conda"),
    removed: [],
    repodata_version: 1,
  };
  const text = Buffer.from(`${JSON.stringify(repodata, null, 2)}\n`);
  await mkdir(join(channel, subdir), { recursive: true });
  await writeFile(join(channel, subdir, "repodata.json.zst"), await promisify(zstdCompress)(text));
  await writeFile(join(channel, subdir, "repodata.json"), text);
}

async function describe(folder: string, python: MachinePython): Promise<ExampleChannel> {
  const names = new Set<string>();
  for (const subdir of [python.subdir, "noarch"]) {
    const repodata = parseFields(await readFile(join(folder, subdir, "repodata.json"), "utf8"));
    for (const section of ["packages", "packages.conda"])
      for (const record of Object.values(fieldsIn(repodata ?? {}, section))) {
        const name =
          typeof record === "object" && record !== null ? textIn({ ...record }, "name") : undefined;
        if (name !== undefined) names.add(name);
      }
  }
  return {
    folder,
    url: pathToFileURL(folder).href,
    python: python.version,
    packages: [...names].toSorted(),
  };
}
