import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../../step/log.ts";
import { condaError } from "../errors.ts";
import { numberIn } from "../json-fields.ts";
import type { LinkedPackage } from "./link-packages.ts";

const longestRunMs = 10 * 60_000;

/**
 * Runs the post-link scripts of the packages, or says that there are some: they run the package's code on the
 * machine that builds.
 *
 * @throws E_CONDA_PACKAGE where a script fails
 */
export async function runLinkScripts(
  prefix: string,
  linked: readonly LinkedPackage[],
  { run, log, signal }: { run: boolean; log: Log; signal: AbortSignal },
): Promise<void> {
  const scripted: LinkedPackage[] = [];
  for (const item of linked) if (await exists(join(prefix, scriptOf(item)))) scripted.push(item);
  if (scripted.length === 0) return;
  if (!run) {
    const names = scripted.map(({ planned }) => planned.unpacked.info.name).join(", ");
    log.warn(`The post-link scripts of these packages were not run: ${names}`);
    return;
  }
  for (const item of scripted) await runScript(prefix, item, log, signal);
}

function scriptOf({ planned }: LinkedPackage): string {
  return join("bin", `.${planned.unpacked.info.name}-post-link.sh`);
}

async function runScript(
  prefix: string,
  item: LinkedPackage,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const { execa } = await import("execa");
  const { info } = item.planned.unpacked;
  const run = await execa("sh", [join(prefix, scriptOf(item))], {
    cwd: prefix,
    env: {
      PATH: `${join(prefix, "bin")}:/usr/local/bin:/usr/bin:/bin`,
      PREFIX: prefix,
      ROOT_PREFIX: prefix,
      PKG_NAME: info.name,
      PKG_VERSION: info.version,
      PKG_BUILDNUM: String(numberIn(info.index, "build_number") ?? 0),
    },
    extendEnv: false,
    reject: false,
    all: true,
    timeout: longestRunMs,
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  const messages = join(prefix, ".messages.txt");
  const said = await readFile(messages, "utf8").catch(() => "");
  await rm(messages, { force: true });
  if (said.trim() !== "") log.info(`${info.name}: ${said.trim()}`);
  if (run.failed)
    throw condaError(
      "E_CONDA_PACKAGE",
      `The post-link script of ${info.name} failed: ${run.all.slice(-1000)}`,
    );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
