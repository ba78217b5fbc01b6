import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { EnvironmentSpec } from "../spec/environment-spec.ts";
import { pipInstall, type PipContext } from "./run-pip.ts";

/** Installs the pip section of an environment file, or what a lock file leaves to pip. */
export async function installRequirements(
  spec: EnvironmentSpec,
  context: PipContext,
): Promise<void> {
  const { lines, locked } = spec.pip;
  if (lines.length === 0) return;
  const folder = dirname(spec.file);
  const work = await mkdtemp(`${context.prefix}.requirements-`);
  try {
    const file = join(work, "requirements.txt");
    await writeFile(file, `${lines.map((line) => withAbsoluteFile(line, folder)).join("\n")}\n`);
    await context.log.section("Installing what is left to pip", () =>
      pipInstall(
        `the pip section of ${basename(spec.file)}`,
        // A lock lists everything: nothing is to be looked for beyond it.
        [...(locked ? ["--no-deps"] : []), "-r", file],
        folder,
        context,
      ),
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Files that a line names are relative to the environment file, not to the temporary one. */
function withAbsoluteFile(line: string, folder: string): string {
  const [, option, path] = /^(-r|-c|--requirement|--constraint)[\s=]+(\S.*)$/.exec(line) ?? [];
  if (option === undefined || path === undefined || /^[a-z]+:\/\//.test(path)) return line;
  return `${option} ${resolve(folder, path)}`;
}
