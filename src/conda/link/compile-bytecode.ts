import { readdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Log } from "../../step/log.ts";
import type { LinkPlan } from "./link-plan.ts";
import type { LinkedPackage, RecordedPath } from "./link-packages.ts";

/** Any fixed time will do: it makes python write files that carry the digest of their source, not its time. */
const fixedTime = "315532800";

/**
 * Compiles the sources of all noarch python packages in one run of the environment's own python. What cannot be
 * compiled (templates, tests of syntax errors) is a warning.
 *
 * @returns the packages with their `.pyc` files among their paths
 */
export async function compileBytecode(
  { prefix, python }: LinkPlan,
  linked: readonly LinkedPackage[],
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<readonly LinkedPackage[]> {
  if (python === undefined) return linked;
  const sources = linked.flatMap((item) => sourcesOf(item));
  if (sources.length === 0) return linked;
  const { execa } = await import("execa");
  const [, minor = "0"] = python.series.split(".");
  const run = await execa(
    join(prefix, "bin", "python"),
    [
      "-Wi",
      "-m",
      "compileall",
      "-q",
      "-j",
      String(availableParallelism()),
      "-i",
      "-",
      // The prefix is left out of the compiled files, so that they are the same in every environment.
      ...(Number(minor) >= 9 ? ["-s", prefix] : []),
    ],
    {
      cwd: prefix,
      input: sources.map((path) => join(prefix, path)).join("\n"),
      env: {
        PATH: "/usr/bin:/bin",
        SOURCE_DATE_EPOCH: fixedTime,
        PYTHONHASHSEED: "0",
        PYTHONDONTWRITEBYTECODE: "1",
      },
      extendEnv: false,
      reject: false,
      all: true,
      cancelSignal: signal,
    },
  );
  signal.throwIfAborted();
  const compiled = await compiledFiles(prefix, sources);
  const missing = sources.filter((path) => !compiled.has(path));
  if (missing.length > 0)
    log.warn(
      `${missing.length} of ${sources.length} python files could not be compiled: ${missing.slice(0, 3).join(", ")}`,
      { output: run.all.slice(-2000) },
    );
  return linked.map((item) => withCompiled(item, compiled));
}

function sourcesOf({ planned, paths }: LinkedPackage): readonly string[] {
  if (planned.unpacked.info.noarch !== "python") return [];
  const brought = new Set(paths.map(({ _path }) => sourceBehind(_path)));
  return paths
    .filter(({ _path, path_type }) => path_type === "hardlink" && _path.endsWith(".py"))
    .map(({ _path }) => _path)
    .filter((path) => isImportable(path) && !brought.has(path));
}

/** Scripts in `bin/` are never imported. */
function isImportable(path: string): boolean {
  return path.includes("/site-packages/");
}

/** The source of `a/__pycache__/b.cpython-311.pyc`: `a/b.py`. */
function sourceBehind(path: string): string | undefined {
  const folder = dirname(path);
  if (basename(folder) !== "__pycache__" || !path.endsWith(".pyc")) return undefined;
  return join(dirname(folder), `${basename(path).split(".")[0]}.py`);
}

/** Source → compiled file, both relative to the prefix. */
async function compiledFiles(
  prefix: string,
  sources: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const folder of new Set(sources.map((path) => dirname(path)))) {
    const cache = join(folder, "__pycache__");
    for (const name of await readdir(join(prefix, cache)).catch(() => [])) {
      const source = sourceBehind(join(cache, name));
      if (source !== undefined) found.set(source, join(cache, name));
    }
  }
  return found;
}

function withCompiled(item: LinkedPackage, compiled: ReadonlyMap<string, string>): LinkedPackage {
  const added = sourcesOf(item).flatMap((source): readonly RecordedPath[] => {
    const path = compiled.get(source);
    return path === undefined ? [] : [{ _path: path, path_type: "pyc_file" }];
  });
  return added.length === 0 ? item : { ...item, paths: [...item.paths, ...added] };
}
