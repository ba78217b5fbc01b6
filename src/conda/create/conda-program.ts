import { access, constants, rm, writeFile } from "node:fs/promises";
import { basename, delimiter, join } from "node:path";
import type { Log } from "../../step/log.ts";
import { variable, type Environment } from "../environment.ts";
import { condaError } from "../errors.ts";
import type { EnvironmentSpec } from "../spec/environment-spec.ts";
import { startPrefix } from "./prefix.ts";
import { usedSpecs } from "./used-specs.ts";

/** A program that makes environments. */
export interface CondaProgram {
  readonly path: string;
  /** `micromamba`, `mamba`, `conda` */
  readonly name: string;
}

const names = ["micromamba", "mamba", "conda"] as const;

/**
 * Looks for micromamba, mamba or conda: the one that `CONDA_EXE` names, else the first of them on PATH.
 *
 * @returns `undefined` where there is none, or `CONDA_EXE` is `builtin`
 * @throws E_CONDA_CREATOR where `CONDA_EXE` names what cannot be run
 */
export async function findCondaProgram(env: Environment): Promise<CondaProgram | undefined> {
  const named = variable(env, "CONDA_EXE");
  if (named === "builtin") return undefined;
  if (named !== undefined) {
    const path = named.includes("/") ? named : await onPath(named, env);
    if (path !== undefined && (await isExecutable(path))) return { path, name: basename(path) };
    throw condaError("E_CONDA_CREATOR", `CONDA_EXE is ${named}, which cannot be run.`, {
      hint: "Unset CONDA_EXE, or set it to builtin to make the environment without conda.",
    });
  }
  for (const name of names) {
    const path = await onPath(name, env);
    if (path !== undefined) return { path, name };
  }
  return undefined;
}

/**
 * Makes the environment with a program of conda's family. It is given a file of its own, without the pip section,
 * which is installed afterwards in the same way for all.
 *
 * @returns the program's name and version
 * @throws E_CONDA_CREATOR with its last lines
 */
export async function createWithProgram(
  program: CondaProgram,
  spec: EnvironmentSpec & { kind: "dependencies" },
  options: {
    readonly prefix: string;
    readonly channels: readonly string[];
    readonly packagesDirs: readonly string[];
    readonly env: Environment;
    readonly cwd: string;
    readonly log: Log;
    readonly signal: AbortSignal;
  },
): Promise<string> {
  const { execa } = await import("execa");
  const { prefix, env, cwd, signal } = options;
  const file = `${prefix}.environment.yaml`;
  await startPrefix(prefix);
  // They refuse a folder that is there.
  await rm(prefix, { recursive: true });
  await writeFile(file, await fileFor(spec, options.channels, options.log));
  const common = {
    cwd,
    env: {
      ...env,
      MAMBA_ALWAYS_YES: "1",
      CONDA_ALWAYS_YES: "1",
      ...(options.packagesDirs.length > 0
        ? { CONDA_PKGS_DIRS: options.packagesDirs.join(",") }
        : {}),
    },
    extendEnv: false,
    reject: false,
    all: true,
    stdin: "ignore",
    cancelSignal: signal,
  } as const;
  try {
    const version = await execa(program.path, ["--version"], common);
    const verb = program.name.startsWith("micromamba") ? ["create"] : ["env", "create"];
    const run = await execa(program.path, [...verb, "-p", prefix, "-f", file], common);
    if (signal.aborted) await rm(prefix, { recursive: true, force: true });
    signal.throwIfAborted();
    if (run.failed) {
      await rm(prefix, { recursive: true, force: true });
      throw condaError(
        "E_CONDA_CREATOR",
        `${program.path} ${verb.join(" ")} failed (exit code ${run.exitCode ?? "none"}):\n${lastLines(run.all)}`,
      );
    }
    return `${program.name} ${/\d+(\.\d+)+/.exec(version.stdout)?.[0] ?? ""}`.trim();
  } finally {
    await rm(file, { force: true });
  }
}

async function fileFor(
  spec: EnvironmentSpec & { kind: "dependencies" },
  override: readonly string[],
  log: Log,
): Promise<string> {
  const { stringify } = await import("yaml");
  const channels = [override, spec.channels].find((list) => list.length > 0) ?? ["conda-forge"];
  if (override.length + spec.channels.length === 0)
    log.info("No channels are given: conda-forge is used");
  return stringify({
    // Without the marker conda would look into its own default channels, too.
    channels: [...channels, "nodefaults"],
    dependencies: usedSpecs(spec, log),
    ...(Object.keys(spec.variables).length > 0 ? { variables: spec.variables } : {}),
  });
}

async function onPath(name: string, env: Environment): Promise<string | undefined> {
  for (const folder of (variable(env, "PATH") ?? "").split(delimiter)) {
    const path = join(folder, name);
    if (folder !== "" && (await isExecutable(path))) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-20).join("\n");
}
