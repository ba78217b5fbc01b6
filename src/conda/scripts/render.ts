import { readFileSync } from "node:fs";

import type { EnvironmentVariables } from "../pack/environment-variables.ts";
import type { PrefixRecord } from "../pack/prefix-places.ts";
import { toRaw } from "../pack/raw-path.ts";

export interface Script {
  /** In the archive. */
  path: string;
  text: string;
  isExecutable: boolean;
}

export interface ScriptFacts {
  variables: EnvironmentVariables;
  /** The build prefix, which becomes `$CONDA_PREFIX` in values. */
  prefix: string;
  /** For `conda-unpack`; without them (a destination is known) there is no such script. */
  records: readonly PrefixRecord[] | undefined;
  /** What `conda-unpack --version` says. */
  version: string;
}

/** The scripts of every archive. None of them holds a path of the machine that made it. */
export function renderScripts({ variables, prefix, records, version }: ScriptFacts): Script[] {
  const leaveScripts = renderRunScripts("deactivate.d", "deactivate");
  const leavePath = sources.leavePath();
  const plain = (path: string, text: string): Script => ({ path, text, isExecutable: false });
  const scripts = [
    plain(
      "bin/activate",
      fill(sources.activate(), {
        VARIABLES: [...variables]
          .map(([name, value]) => shellSetting(name, value, prefix))
          .join(""),
        LEAVE_SCRIPTS: leaveScripts,
        LEAVE_PATH: leavePath,
        ENTER_SCRIPTS: renderRunScripts("activate.d", "activate").replaceAll(/^ {2}/gm, ""),
      }),
    ),
    plain(
      "bin/deactivate",
      fill(sources.deactivate(), {
        LEAVE_SCRIPTS: leaveScripts,
        LEAVE_PATH: leavePath,
        UNSET_VARIABLES: [...variables.keys()].map((name) => `  unset ${name}\n`).join(""),
      }),
    ),
    plain(
      "bin/activate.fish",
      fill(sources.fish(), {
        NAMES: [...variables.keys()].join(" "),
        VARIABLES: [...variables].map(([name, value]) => fishSetting(name, value, prefix)).join(""),
      }),
    ),
  ];
  if (records === undefined) return scripts;
  return [
    ...scripts,
    { ...plain("bin/conda-unpack", renderUnpack(records, version)), isExecutable: true },
  ];
}

// The URLs are written out, so that a bundler sees which files the bundle needs beside it.
const sources = {
  activate: () => read(new URL("./activate.sh", import.meta.url)),
  deactivate: () => read(new URL("./deactivate.sh", import.meta.url)),
  fish: () => read(new URL("./activate.fish", import.meta.url)),
  runScripts: () => read(new URL("./run-scripts.sh", import.meta.url)),
  leavePath: () => read(new URL("./leave-path.sh", import.meta.url)),
  unpack: () => read(new URL("./conda-unpack.py", import.meta.url)),
};

function read(file: URL): string {
  return readFileSync(file, "utf8");
}

/** Replaces `@@NAME@@`; a line that is nothing else takes the lines of the value. */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/@@([A-Z_]+)@@(\n?)/g, (_mark, name: string, end: string) => {
    const value = values[name] ?? "";
    return value.endsWith("\n") ? value : value + end;
  });
}

function renderRunScripts(folder: "activate.d" | "deactivate.d", command: string): string {
  // What is set up last is taken down first.
  const collect =
    folder === "activate.d"
      ? String.raw`_slipway_scripts=\$_slipway_scripts\$_slipway_script\"` + '\n\\"'
      : String.raw`_slipway_scripts=\$_slipway_script\"` + '\n\\"' + String.raw`\$_slipway_scripts`;
  return fill(sources.runScripts(), { FOLDER: folder, COLLECT: collect, COMMAND: command });
}

function shellSetting(name: string, value: string | undefined, prefix: string): string {
  const save = `\n_slipway_save ${name} "\${${name}+x}" "\${${name}-}"\n`;
  if (value === undefined) return `${save}unset ${name}\n`;
  return `${save}export ${name}=${quoteAround(value, prefix, (part) => `'${part.replaceAll("'", String.raw`'\''`)}'`)}\n`;
}

function fishSetting(name: string, value: string | undefined, prefix: string): string {
  if (value === undefined) return `    set -e ${name}\n`;
  const quote = (part: string) =>
    `'${part.replaceAll("\\", "\\\\").replaceAll("'", String.raw`\'`)}'`;
  return `    set -gx ${name} ${quoteAround(value, prefix, quote)}\n`;
}

function quoteAround(value: string, prefix: string, quote: (part: string) => string): string {
  const parts = value.split(prefix).map((part) => (part === "" ? "" : quote(part)));
  return parts.join('"$CONDA_PREFIX"') || "''";
}

function renderUnpack(records: readonly PrefixRecord[], version: string): string {
  const placeholders = [...new Set(records.map(({ placeholder }) => placeholder))].toSorted();
  const rows = records.map((record) => [
    record.mode,
    record.path,
    record.sizeBytes,
    placeholders.indexOf(record.placeholder),
    record.mode === "text"
      ? record.hits
      : record.strings.map(({ start, length, hits }) => [start, length, hits]),
  ]);
  const lines = rows.map((row) => toPythonJson(row));
  return fill(sources.unpack(), {
    VERSION: version,
    PLACEHOLDERS: toPythonJson(placeholders.map(toRaw)),
    RECORDS: lines.length === 0 ? "[]" : `[\n${lines.join(",\n")}\n]`,
  });
}

// ASCII only, and without the quote that would end the Python string it stands in.
function toPythonJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /['\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
