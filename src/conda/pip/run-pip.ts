import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../../step/log.ts";
import { addedBundles, trustedAuthorities } from "../certificates.ts";
import { variable, type Environment } from "../environment.ts";
import { condaError } from "../errors.ts";
import { adviceFor } from "./failure-advice.ts";

export interface PipContext {
  /** Of the environment. */
  readonly prefix: string;
  readonly env: Environment;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Seconds since 1970: what pip writes carries digests and this time, not the time of the run. */
  readonly sourceDateEpoch?: number;
}

/** What pip may not be told: where things go is decided here, that they go there, and never as a link to the sources. */
const displacing = new Set([
  "PIP_TARGET",
  "PIP_PREFIX",
  "PIP_ROOT",
  "PIP_USER",
  "PIP_PYTHON",
  "PIP_EDITABLE",
  "PIP_DRY_RUN",
]);
/** What would bring another python's modules in. */
const foreign = new Set(["PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_EXE"]);

/**
 * Runs `pip install` with the environment's own python. Nothing of the user's site, nothing editable, no question.
 *
 * @param folder what relative requirements are relative to
 * @throws E_PIP_MISSING where the environment has no pip
 * @throws E_PIP_INSTALL with pip's last lines and what may help
 */
export async function pipInstall(
  what: string,
  args: readonly string[],
  folder: string,
  { prefix, env, log, signal, sourceDateEpoch = 315_532_800 }: PipContext,
): Promise<void> {
  const { execa } = await import("execa");
  const python = join(prefix, "bin", "python");
  const work = await mkdtemp(`${prefix}.pip-`);
  try {
    const run = await execa(
      python,
      [
        "-m",
        "pip",
        "install",
        "--no-input",
        // Whatever a pip.conf says.
        "--no-user",
        "--no-warn-script-location",
        "--progress-bar",
        "off",
        ...args,
      ],
      {
        cwd: folder,
        env: {
          ...passedOn(env),
          ...(await bundleFor(env, work)),
          PATH: `${join(prefix, "bin")}:${variable(env, "PATH") ?? "/usr/local/bin:/usr/bin:/bin"}`,
          CONDA_PREFIX: prefix,
          // Beside the environment: whoever removes what a killed run left removes it, too.
          TMPDIR: work,
          PIP_DISABLE_PIP_VERSION_CHECK: "1",
          PIP_ROOT_USER_ACTION: "ignore",
          // Meant for people, to spare their own python.
          PIP_REQUIRE_VIRTUALENV: "0",
          PYTHONNOUSERSITE: "1",
          PYTHONHASHSEED: "0",
          // What pip merely imports must not be compiled into the environment; what it installs is, all the same.
          PYTHONDONTWRITEBYTECODE: "1",
          SOURCE_DATE_EPOCH: variable(env, "SOURCE_DATE_EPOCH") ?? String(sourceDateEpoch),
        },
        extendEnv: false,
        reject: false,
        all: true,
        stdin: "ignore",
        cancelSignal: signal,
      },
    );
    signal.throwIfAborted();
    log.debug(`pip install ${what}`, { output: run.all });
    if (!run.failed) return;
    if (run.all.includes("No module named pip"))
      throw condaError("E_PIP_MISSING", `The environment has no pip to install ${what} with.`);
    throw pipError(what, run.exitCode, run.all);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function pipError(what: string, exitCode: number | undefined, output: string) {
  const last = output.trimEnd().split("\n").slice(-20).join("\n");
  const advice = adviceFor(output);
  const hint = advice.length > 0 ? { hint: advice.join(" ") } : {};
  return condaError(
    "E_PIP_INSTALL",
    `pip could not install ${what} (exit code ${exitCode ?? "none"}):\n${last}`,
    hint,
  );
}

/** The build runs the project's code and that of its dependencies: it gets no credential but pip's own settings. */
function passedOn(env: Environment): Record<string, string> {
  const pairs = Object.entries(env).filter(
    ([name]) =>
      !displacing.has(name) &&
      !foreign.has(name) &&
      (name.startsWith("PIP_") || !/TOKEN|PASSWORD|SECRET|CREDENTIAL|PRIVATE_KEY/i.test(name)),
  );
  return Object.fromEntries(
    pairs.flatMap(([name, value]) => (value === undefined || value === "" ? [] : [[name, value]])),
  );
}

/** pip's bundle replaces its own list, so the public authorities have to be part of it. */
async function bundleFor(env: Environment, work: string): Promise<Record<string, string>> {
  if (addedBundles(env).length === 0) return {};
  const path = join(work, "authorities.pem");
  await writeFile(path, (await trustedAuthorities(env)).join("\n"));
  return {
    PIP_CERT: variable(env, "PIP_CERT") ?? path,
    REQUESTS_CA_BUNDLE: variable(env, "REQUESTS_CA_BUNDLE") ?? path,
    SSL_CERT_FILE: path,
  };
}

/** @throws E_CONDA_NO_PYTHON where the environment has no python to run pip with */
export async function requirePython(prefix: string): Promise<void> {
  const found = await stat(join(prefix, "bin", "python")).catch(() => undefined);
  if (found === undefined) throw condaError("E_CONDA_NO_PYTHON", `${prefix} has no bin/python.`);
}
