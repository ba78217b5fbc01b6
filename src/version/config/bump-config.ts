import { Problems } from "../problems.ts";
import { versionErrors } from "../errors.ts";
import type { PartOptions } from "../scheme/part.ts";
import { OptionReader } from "./options.ts";
import type { RawConfig, RawFile, RawPart } from "./raw-config.ts";

/** One file, or the files of one glob, and how they hold the version. */
export interface FileSection {
  readonly where: string;
  readonly target: { readonly kind: "file" | "glob"; readonly path: string };
  /** The section's own options; `undefined` where it has none. */
  readonly parse: string | undefined;
  readonly serialize: readonly string[] | undefined;
  readonly search: string;
  readonly replace: string;
  readonly isRegex: boolean;
  readonly ignoresMissingVersion: boolean;
  readonly ignoresMissingFile: boolean;
  /** Whether a glob may hold the alternatives of bump-my-version: `a|b`, `@(a|b)`. */
  readonly hasAlternatives: boolean;
  readonly globExclude: readonly string[];
  /** Parts whose bump edits the file; empty means all. */
  readonly includeBumps: readonly string[];
  readonly excludeBumps: readonly string[];
  /** The TOML key whose value is the text searched. */
  readonly keyPath: string | undefined;
}

export interface Hooks {
  readonly setup: readonly string[];
  readonly preCommit: readonly string[];
  readonly postCommit: readonly string[];
}

/** A bump configuration as bump2version and bump-my-version understand it, every option checked. */
export interface BumpConfig {
  /** Relative to the project folder. */
  readonly path: string;
  readonly format: "ini" | "toml";
  readonly isInterpolated: boolean;
  readonly currentVersion: string | undefined;
  /** A one-shot version that the configuration asks for; its line is deleted when it was used. */
  readonly newVersion: string | undefined;
  readonly projectVersion: string | undefined;
  readonly parse: string;
  readonly serialize: readonly string[];
  readonly tagName: string;
  /** `undefined` where the configuration leaves the text of commits to the step. */
  readonly message: string | undefined;
  /** Empty where the configuration asks for a lightweight tag. */
  readonly tagMessage: string;
  readonly signTags: boolean;
  readonly allowDirty: boolean;
  readonly commitArguments: readonly string[];
  readonly moveableTags: readonly string[];
  readonly hooks: Hooks;
  readonly parts: readonly PartOptions[];
  readonly files: readonly FileSection[];
  readonly warnings: readonly string[];
}

export const defaultParse = String.raw`(?P<major>\d+)\.(?P<minor>\d+)\.(?P<patch>\d+)`;
export const defaultFormat = "{major}.{minor}.{patch}";
export const defaultTagName = "v{new_version}";
export const defaultMessage = "Bump version: {current_version} → {new_version}";
const defaultSearch = "{current_version}";
const defaultReplace = "{new_version}";

/** Options of bump-my-version and bump2version that say nothing to Slipway: the step decides. */
const globalOnly = ["commit", "tag"];
const partKeys = [
  "values",
  "optional_value",
  "first_value",
  "independent",
  "depends_on",
  "always_increment",
  "calver_format",
];

/** Checks and types every option. @throws all mistakes at once. */
export function interpretConfig(raw: RawConfig): BumpConfig {
  const problems = new Problems();
  const warnings = [...raw.warnings];
  const options = new OptionReader(raw.global, raw.path, problems);
  const search = options.text("search") ?? defaultSearch;
  const replace = options.text("replace") ?? defaultReplace;
  const shared = {
    search,
    replace,
    isRegex: options.boolean("regex"),
    ignoresMissingVersion: options.boolean("ignore_missing_version"),
    ignoresMissingFile: options.boolean("ignore_missing_files"),
  };
  for (const key of globalOnly) options.boolean(key);
  options.boolean("allow_shell_hooks");
  const config: BumpConfig = {
    path: raw.path,
    format: raw.format,
    isInterpolated: raw.isInterpolated,
    currentVersion: options.version("current_version"),
    newVersion: options.version("new_version"),
    projectVersion: raw.projectVersion,
    parse: options.text("parse") ?? defaultParse,
    serialize: options.list("serialize") ?? [defaultFormat],
    tagName: options.text("tag_name") ?? defaultTagName,
    message: options.text("message"),
    tagMessage: options.text("tag_message") ?? defaultMessage,
    signTags: options.boolean("sign_tags"),
    allowDirty: options.boolean("allow_dirty"),
    commitArguments: options.commands("commit_args"),
    moveableTags: options.list("moveable_tags") ?? [],
    hooks: {
      setup: options.list("setup_hooks") ?? [],
      preCommit: options.list("pre_commit_hooks") ?? [],
      postCommit: options.list("post_commit_hooks") ?? [],
    },
    parts: raw.parts.map((part) => interpretPart(part, raw, problems)),
    files: [
      ...deprecatedFiles(options.text("files"), shared),
      ...raw.files.map((file) => interpretFile(file, raw, shared, problems)),
    ],
    warnings,
  };
  for (const key of options.unknown())
    warnings.push(`${raw.global.where}: unknown option '${key}'`);
  problems.throwIfAny();
  return config;
}

function interpretPart(part: RawPart, raw: RawConfig, problems: Problems): PartOptions {
  const options = new OptionReader(part, raw.path, problems);
  const values = options.list("values");
  if (values?.length === 0 && raw.format === "ini")
    problems.add(versionErrors("E_VERSION_CONFIG", `${part.where} values is empty`));
  const result: PartOptions = {
    name: part.name,
    where: part.where,
    values,
    optionalValue: options.text("optional_value"),
    firstValue: options.text("first_value"),
    independent: options.boolean("independent"),
    dependsOn: options.text("depends_on") || undefined,
    alwaysIncrement: options.boolean("always_increment"),
    calverFormat: options.text("calver_format") || undefined,
  };
  refuseUnknown(options, part.where, partKeys, problems);
  return result;
}

type SharedOptions = Pick<
  FileSection,
  "search" | "replace" | "isRegex" | "ignoresMissingVersion" | "ignoresMissingFile"
>;

function interpretFile(
  file: RawFile,
  raw: RawConfig,
  shared: SharedOptions,
  problems: Problems,
): FileSection {
  const options = new OptionReader(file, raw.path, problems);
  const result: FileSection = {
    where: file.where,
    target: file.target,
    parse: options.text("parse"),
    serialize: options.list("serialize")?.map((format) => format.replaceAll(String.raw`\n`, "\n")),
    search: options.text("search") ?? shared.search,
    replace: options.text("replace") ?? shared.replace,
    isRegex: options.boolean("regex", shared.isRegex),
    ignoresMissingVersion: options.boolean("ignore_missing_version", shared.ignoresMissingVersion),
    ignoresMissingFile: options.boolean("ignore_missing_file", shared.ignoresMissingFile),
    hasAlternatives: raw.format === "toml",
    globExclude: options.list("glob_exclude") ?? [],
    includeBumps: options.list("include_bumps") ?? [],
    excludeBumps: options.list("exclude_bumps") ?? [],
    keyPath: options.text("key_path") || undefined,
  };
  refuseUnknown(options, file.where, options.asked(), problems);
  return result;
}

/** The deprecated form of bump2version: names separated by blanks, with the default search and replacement. */
function deprecatedFiles(names: string | undefined, shared: SharedOptions): FileSection[] {
  const usual = { ...shared, search: defaultSearch, replace: defaultReplace, isRegex: false };
  return (names ?? "")
    .split(/\s+/u)
    .filter((name) => name !== "")
    .map((path) => plainSection(path, usual));
}

function plainSection(path: string, shared: SharedOptions): FileSection {
  return {
    ...shared,
    where: `files option, ${path}`,
    target: { kind: "file", path },
    parse: undefined,
    serialize: undefined,
    hasAlternatives: false,
    globExclude: [],
    includeBumps: [],
    excludeBumps: [],
    keyPath: undefined,
  };
}

function refuseUnknown(
  options: OptionReader,
  where: string,
  known: readonly string[],
  problems: Problems,
): void {
  for (const key of options.unknown())
    problems.add(
      versionErrors("E_VERSION_CONFIG", `${where}: unknown option '${key}'`, {
        hint: `Known there: ${known.join(", ")}.`,
      }),
    );
}
