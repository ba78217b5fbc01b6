import { StepError } from "../../step/errors.ts";
import { versionErrors } from "../errors.ts";
import type { FileSource } from "../file-source.ts";
import { interpretConfig, type BumpConfig } from "./bump-config.ts";
import { readIniConfig } from "./ini-config.ts";
import type { RawConfig } from "./raw-config.ts";
import { readTomlConfig } from "./toml-config.ts";

/** Where a bump configuration is looked for, in this order, in the project folder only. */
export const configPaths = [
  ".bumpversion.cfg",
  ".bumpversion.toml",
  "setup.cfg",
  "pyproject.toml",
] as const;

/**
 * The first file that has a `[bumpversion]` section; another one with a different `current_version` is warned of.
 *
 * @returns `undefined` where no file has one.
 * @throws E_VERSION_CONFIG where a file cannot be read.
 */
export async function findConfig(source: FileSource): Promise<BumpConfig | undefined> {
  const [found, ...others] = await readConfigs(source);
  if (found === undefined) return undefined;
  const warnings = rivalsOf(found, others).map(
    (raw) =>
      `${raw.path} says current_version ${shownVersion(raw)}, but ${found.path} comes first and says ${shownVersion(found)}`,
  );
  return interpretConfig({ ...found, warnings: [...found.warnings, ...warnings] });
}

/**
 * Refuses a project whose bump configurations name different versions. Which of them is to be released is nobody's to
 * guess, and a release cannot be taken back.
 *
 * @throws E_VERSION_PLACES with what each of them says, E_VERSION_CONFIG where a file cannot be read.
 */
export async function requireOneVersion(source: FileSource): Promise<void> {
  const [found, ...others] = await readConfigs(source);
  if (found === undefined) return;
  const rivals = rivalsOf(found, others).filter((raw) => declaredVersion(raw) !== undefined);
  if (rivals.length === 0) return;
  const lines = [found, ...rivals].map((raw) => `- ${raw.path}: ${shownVersion(raw)}`);
  throw versionErrors(
    "E_VERSION_PLACES",
    `Several bump configurations hold different versions:\n${lines.join("\n")}`,
    { hint: `Keep one of them: ${found.path} is the one that is used.` },
  );
}

async function readConfigs(source: FileSource): Promise<readonly RawConfig[]> {
  const configs: RawConfig[] = [];
  for (const path of configPaths) {
    const raw = await readConfig(source, path, configs.length > 0);
    if (raw !== undefined) configs.push(raw);
  }
  return configs;
}

function rivalsOf(found: RawConfig, others: readonly RawConfig[]): readonly RawConfig[] {
  return others.filter((raw) => declaredVersion(raw) !== declaredVersion(found));
}

/** Decodes a configuration file; a byte order mark stays in the text. @throws E_VERSION_CONFIG where it is not UTF-8. */
export function decodeConfig(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw versionErrors(
      "E_VERSION_CONFIG",
      `Could not read config file at ${path}: it is not UTF-8`,
      { cause: error },
    );
  }
}

async function readConfig(
  source: FileSource,
  path: string,
  isSecond: boolean,
): Promise<RawConfig | undefined> {
  const file = await source.read(path);
  if (file === undefined) return undefined;
  try {
    const text = decodeConfig(path, file.bytes);
    return path.endsWith(".toml") ? readTomlConfig(path, text) : readIniConfig(path, text);
  } catch (error) {
    // A file that only might have been a second configuration is somebody else's to correct.
    if (isSecond && error instanceof StepError) return undefined;
    throw error;
  }
}

function declaredVersion({ global, projectVersion }: RawConfig): string | undefined {
  const value = global.options.get("current_version");
  return (value?.kind === "text" ? value.text : undefined) ?? projectVersion;
}

function shownVersion(raw: RawConfig): string {
  return declaredVersion(raw) ?? "none";
}
