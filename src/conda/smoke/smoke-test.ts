import { mkdir, realpath, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import type { Log } from "../../step/log.ts";
import { formatOf, type Format } from "../pack/format.ts";
import { ownerName, sweepLeftovers } from "../../step/leftovers.ts";
import { codeOf } from "../pack/guards.ts";
import { normaliseName } from "../pack/pip-distributions.ts";
import { smokeErrors } from "./errors.ts";
import { runCheck, type Check, type CheckResult } from "./run-check.ts";
import { unpackInto } from "./unpack.ts";

/** What of the project must load. */
export interface SmokeProject {
  topLevelModules: readonly string[];
  consoleScripts: readonly { command: string; module: string; attribute: string }[];
  /** Names of the distributions it requires. */
  requires: readonly string[];
}

export interface SmokeOptions {
  /** File or folder to test; while it has another name, `format` says what it is. */
  pack: string;
  format?: Format;
  /** Where it is unpacked: an existing folder. */
  folder: string;
  arcroot?: string | undefined;
  /** Of the environment that was packed: nothing may be loaded from there. */
  buildPrefix: string;
  project?: SmokeProject | undefined;
  /** Further modules that must import. */
  imports?: readonly string[];
}

export interface SmokeReport {
  /** Of the pack; `undefined` where it has no python, which is all that could be tested. */
  python: string | undefined;
  checks: readonly string[];
  /** Modules that the project uses without requiring them. */
  absent: readonly string[];
}

/**
 * Unpacks a pack at another place and looks whether it works there: python starts, the project's modules import, the
 * entry points of its scripts load; the same again after `conda-unpack`. Nothing of the project is executed but its
 * imports.
 *
 * @throws E_SMOKE_FAILED with everything that does not work; E_SMOKE_NOEXEC, E_SMOKE_FOLDER, E_SMOKE_SPACE
 */
export async function smokeTest(
  options: SmokeOptions,
  { log, signal }: { log: Log; signal?: AbortSignal | undefined },
): Promise<SmokeReport> {
  const home = await makeFolder(options.folder);
  try {
    const top = join(home, "unpacked");
    const root = await unpack(options, top, signal);
    const checks = listChecks(options);
    if (!(await isThere(join(root, "bin/python")))) {
      refuseWithoutPython(checks);
      log.warn("The pack has no bin/python: it was unpacked, nothing else could be tested");
      return { python: undefined, checks: [], absent: [] };
    }
    const before = await runChecks(root, checks, home, options, signal);
    await condaUnpack(root, home, signal);
    const after = await runChecks(root, checks, home, options, signal);
    const absent = [...new Set([...before.absent, ...after.absent])];
    for (const module of absent)
      log.warn(
        `The project imports ${module}, which it does not require and the pack does not have; where it runs, ${module} must be there`,
      );
    return { python: after.python, checks: checks.map(({ title }) => title), absent };
  } finally {
    // An unpacker that failed may still be writing its last files.
    await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

async function makeFolder(folder: string): Promise<string> {
  try {
    const start = ".smoke-test-";
    await sweepLeftovers(folder, start);
    const home = join(folder, start + (await ownerName()));
    await mkdir(home, { mode: 0o700 });
    return await realpath(home);
  } catch (cause) {
    throw smokeErrors("E_SMOKE_FOLDER", `${folder} cannot take the smoke test (${codeOf(cause)})`, {
      cause,
    });
  }
}

async function unpack(
  { pack, format = formatOf(pack), arcroot = "" }: SmokeOptions,
  top: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    await mkdir(top);
    await unpackInto(top, pack, format, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    if (codeOf(cause) === "ENOSPC" || codeOf(cause) === "EDQUOT")
      throw smokeErrors("E_SMOKE_SPACE", `No space left: ${top} cannot hold the unpacked pack`, {
        cause,
      });
    throw smokeErrors("E_SMOKE_FAILED", `The pack cannot be unpacked: ${String(cause)}`, { cause });
  }
  return join(top, arcroot);
}

function listChecks({ project, imports = [] }: SmokeOptions): Check[] {
  const modules = [...new Set([...(project?.topLevelModules ?? []), ...imports])];
  return [
    { title: "python starts", module: "", attribute: "" },
    ...modules.map((module) => ({ title: `import ${module}`, module, attribute: "" })),
    ...(project?.consoleScripts ?? []).map(({ command, module, attribute }) => ({
      title: `script ${command}`,
      module,
      attribute,
    })),
  ];
}

/** An environment may do without python; what has to be loaded does not. */
function refuseWithoutPython(checks: readonly Check[]): void {
  const titles = checks.filter(({ module }) => module !== "").map(({ title }) => title);
  if (titles.length > 0)
    throw smokeErrors(
      "E_SMOKE_FAILED",
      `The pack has no bin/python, so that none of this can work: ${titles.join(", ")}`,
      { hint: "Let PACK_EXCLUDE leave python in." },
    );
}

async function runChecks(
  root: string,
  checks: readonly Check[],
  home: string,
  { buildPrefix, project, imports = [] }: SmokeOptions,
  signal: AbortSignal | undefined,
): Promise<{ python: string; absent: string[] }> {
  const problems: string[] = [];
  const absent: string[] = [];
  let python = "";
  for (const check of checks) {
    const result = await runCheck(root, check, { buildPrefix, home, signal });
    if (result.kind === "not-startable") throw notStartable(root, result.error);
    if (result.kind === "ok") {
      python = result.python;
      problems.push(...findStrangers(root, check, result));
    } else if (result.kind === "missing" && isForeign(result.module, project, imports)) {
      absent.push(result.module);
    } else {
      problems.push(`${check.title}: ${result.error}`);
    }
  }
  if (problems.length > 0)
    throw smokeErrors(
      "E_SMOKE_FAILED",
      `The pack does not work:\n${problems.map((problem) => `- ${problem}`).join("\n")}`,
    );
  return { python, absent };
}

function findStrangers(
  root: string,
  { title }: Check,
  { prefix, strangers }: CheckResult & { kind: "ok" },
): string[] {
  const problems = strangers.map(
    (path) => `${title}: ${path} was loaded from the place of the build`,
  );
  if (prefix !== root) problems.push(`${title}: python takes ${prefix} for its prefix`);
  return problems;
}

/** pyspark, say: the cluster has it, and a project that ran only there never required it. */
function isForeign(
  missing: string,
  project: SmokeProject | undefined,
  imports: readonly string[],
): boolean {
  const [first = ""] = missing.split(".");
  if (first === "" || imports.some((name) => name.split(".")[0] === first)) return false;
  if (project?.topLevelModules.includes(first) === true) return false;
  return project !== undefined && !project.requires.includes(normaliseName(first));
}

function notStartable(root: string, code: string) {
  return code === "ENOENT"
    ? smokeErrors(
        "E_SMOKE_FAILED",
        "bin/python of the pack cannot be started (ENOENT): its interpreter or loader is missing",
      )
    : smokeErrors(
        "E_SMOKE_NOEXEC",
        `bin/python of the pack may not be started in ${root} (${code}); the pack was not tested`,
      );
}

async function condaUnpack(
  root: string,
  home: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const script = join(root, "bin/conda-unpack");
  if (!(await isThere(script))) return;
  const { execa } = await import("execa");
  for (const args of [[], ["--check"]]) {
    const run = await execa(script, args, {
      cwd: home,
      env: { PATH: "/usr/bin:/bin", HOME: home },
      extendEnv: false,
      reject: false,
      all: true,
      ...(signal && { cancelSignal: signal }),
    });
    signal?.throwIfAborted();
    if (run.failed)
      throw smokeErrors(
        "E_SMOKE_FAILED",
        `conda-unpack${args.map((arg) => ` ${arg}`).join("")} failed in the unpacked pack (${run.exitCode ?? run.code}): ${run.all ?? ""}`,
      );
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
