import { isDeepStrictEqual } from "node:util";
import type { BumpConfig } from "../config/bump-config.ts";
import { decodeConfig } from "../config/find-config.ts";
import { parseIni } from "../config/ini.ts";
import { replaceSpans, type Span } from "../config/text-span.ts";
import { parseToml } from "../config/toml-config.ts";
import { findTomlPlaces, samePath, type TomlPath, type TomlPlace } from "../config/toml-spans.ts";
import { versionErrors } from "../errors.ts";
import type { VersionPair } from "./version-pair.ts";

export interface ConfigEdit {
  readonly config: BumpConfig;
  readonly pair: VersionPair;
  /** Whether the one-shot `new_version` was used, so that its line is deleted. */
  readonly consumesNewVersion: boolean;
}

type Replacement = { readonly span: Span; readonly text: string };

/**
 * Writes the new version into the configuration file: only the characters of the value change.
 *
 * @throws E_VERSION_PLACES where `[project] version` is not the current version.
 */
export function editConfig(bytes: Buffer, edit: ConfigEdit): Buffer {
  const text = decodeConfig(edit.config.path, bytes);
  const replacements = edit.config.format === "ini" ? planIni(text, edit) : planToml(text, edit);
  const after = replaceSpans(text, replacements);
  if (edit.config.format === "toml") proveOnlyVersions(edit.config.path, text, after);
  return Buffer.from(after);
}

function planIni(text: string, { config, pair, consumesNewVersion }: ConfigEdit): Replacement[] {
  const entries =
    parseIni(text, (name) => name === "bumpversion").find(({ name }) => name === "bumpversion")
      ?.entries ?? [];
  const current = entries.find(({ key }) => key === "current_version");
  const oneShot = entries.find(({ key }) => key === "new_version");
  const version = config.isInterpolated ? pair.next.text.replaceAll("%", "%%") : pair.next.text;
  const replacements: Replacement[] = [];
  if (current !== undefined && config.currentVersion !== undefined)
    replacements.push({ span: current.valueSpan, text: version });
  if (oneShot !== undefined && consumesNewVersion)
    replacements.push({ span: oneShot.linesSpan, text: "" });
  return replacements;
}

const currentKey = ["tool", "bumpversion", "current_version"];
const newKey = ["tool", "bumpversion", "new_version"];
const projectKey = ["project", "version"];

function planToml(text: string, { config, pair, consumesNewVersion }: ConfigEdit): Replacement[] {
  const places = findTomlPlaces(text);
  const find = (path: TomlPath) => places.find((place) => samePath(place.path, path));
  const replacements: Replacement[] = [];
  const current = find(currentKey);
  if (current !== undefined) replacements.push(replaceString(text, current, pair.next.text));
  const project = config.projectVersion === undefined ? undefined : find(projectKey);
  if (project !== undefined) {
    const written = config.projectVersion ?? "";
    if (![pair.current.text, config.currentVersion].includes(written))
      throw versionErrors(
        "E_VERSION_PLACES",
        `[project] version in ${config.path} is '${written}', but the current version is '${pair.current.text}'`,
        { hint: "Make the two equal, character for character." },
      );
    replacements.push(replaceString(text, project, pair.next.text));
  }
  const oneShot = find(newKey);
  if (oneShot !== undefined && consumesNewVersion)
    replacements.push({ span: oneShot.linesSpan, text: "" });
  return replacements;
}

/** Puts a version between the quotes of a TOML string, whatever kind they are. */
export function replaceString(text: string, { span }: TomlPlace, version: string): Replacement {
  const written = text.slice(span.start, span.end);
  const quotes = /^(?:"""|'''|"|')/u.exec(written)?.[0] ?? "";
  const isLiteral = quotes.startsWith("'") && !/['\n]/.test(version);
  const inner = isLiteral ? version : JSON.stringify(version).slice(1, -1);
  if (isLiteral || quotes.startsWith('"')) return { span, text: quotes + inner + quotes };
  return { span, text: `"${inner}"` };
}

/** The scanner is ours, so a real parser checks that no other key changed. */
function proveOnlyVersions(path: string, before: string, after: string): void {
  const [old, fresh] = [before, after].map((text) => withoutVersions(parseToml(path, text)));
  if (!isDeepStrictEqual(old, fresh))
    throw new TypeError(`The edit of ${path} would change more than its version`);
}

function withoutVersions(root: unknown, path: readonly string[] = []): unknown {
  if (typeof root !== "object" || root === null || Array.isArray(root) || root instanceof Date)
    return root;
  return Object.fromEntries(
    Object.entries(root)
      .filter(([key]) => !isVersionKey([...path, key]))
      .map(([key, value]: [string, unknown]) => [key, withoutVersions(value, [...path, key])]),
  );
}

function isVersionKey(path: readonly string[]): boolean {
  return [currentKey, newKey, projectKey].some((key) => samePath(key, path));
}
