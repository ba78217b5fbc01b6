import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  fieldsIn,
  listIn,
  numberIn,
  parseFields,
  textIn,
  textsIn,
  type Fields,
} from "../json-fields.ts";
import { DamagedPackage } from "./damaged-package.ts";

/** One path that a package installs. */
export interface PackagePath {
  readonly path: string;
  readonly type: "hardlink" | "softlink" | "directory";
  readonly noLink: boolean;
  /** The prefix that stands in the file for the environment's own. */
  readonly placeholder?: { readonly text: string; readonly mode: "text" | "binary" };
  readonly sha256?: string | undefined;
  readonly sizeBytes?: number | undefined;
}

/** What an unpacked package says of itself. */
export interface PackageInfo {
  readonly name: string;
  readonly version: string;
  readonly build: string;
  readonly depends: readonly string[];
  readonly noarch: "python" | "generic" | undefined;
  /** Of the python package: where noarch packages put `site-packages/`. */
  readonly sitePackagesPath: string | undefined;
  /** `command = module:attribute` */
  readonly entryPoints: readonly string[];
  readonly paths: readonly PackagePath[];
  /** All of `info/index.json`. */
  readonly index: Fields;
}

/** The placeholder of packages from before packages named theirs. */
const oldPlaceholder = "/opt/anaconda1anaconda2anaconda3";

/**
 * Reads the metadata of an unpacked package, in the current form (`paths.json`) or the old one (`files`,
 * `has_prefix`, `no_link`).
 *
 * @throws DamagedPackage where it is missing or names a path outside the environment
 * @see https://github.com/conda/ceps/blob/main/cep-0034.md
 */
export async function readPackageInfo(folder: string): Promise<PackageInfo> {
  const index = await readJson(folder, "index.json");
  if (index === undefined) throw new DamagedPackage("it has no info/index.json");
  const link = (await readJson(folder, "link.json")) ?? {};
  const noarch = fieldsIn(link, "noarch");
  const paths = await readPaths(folder);
  for (const { path } of paths)
    if (path.startsWith("/") || path.split("/").includes(".."))
      throw new DamagedPackage(`it would write outside the environment: ${path}`);
  return {
    name: textIn(index, "name") ?? "",
    version: textIn(index, "version") ?? "",
    build: textIn(index, "build") ?? "",
    depends: textsIn(index, "depends"),
    noarch: noarchOf(textIn(noarch, "type") ?? index["noarch"]),
    sitePackagesPath: textIn(index, "python_site_packages_path"),
    entryPoints: textsIn(noarch, "entry_points"),
    paths,
    index,
  };
}

async function readPaths(folder: string): Promise<readonly PackagePath[]> {
  const current = await readJson(folder, "paths.json");
  return current === undefined ? oldPaths(folder) : listIn(current, "paths").map(asPath);
}

function asPath(entry: Fields): PackagePath {
  const placeholder = textIn(entry, "prefix_placeholder");
  const type = textIn(entry, "path_type");
  return {
    path: textIn(entry, "_path") ?? "",
    type: type === "softlink" || type === "directory" ? type : "hardlink",
    noLink: entry["no_link"] === true,
    ...(placeholder === undefined || placeholder === ""
      ? {}
      : {
          placeholder: {
            text: placeholder,
            mode: textIn(entry, "file_mode") === "binary" ? "binary" : "text",
          },
        }),
    sha256: textIn(entry, "sha256"),
    sizeBytes: numberIn(entry, "size_in_bytes"),
  };
}

async function oldPaths(folder: string): Promise<readonly PackagePath[]> {
  const { lstat } = await import("node:fs/promises");
  const files = await readLines(folder, "files");
  const noLink = new Set(await readLines(folder, "no_link"));
  const placeholders = new Map(
    (await readLines(folder, "has_prefix")).map((line) => prefixOf(line)),
  );
  return Promise.all(
    files.map(async (path): Promise<PackagePath> => {
      const found = await lstat(join(folder, path)).catch(() => undefined);
      const placeholder = placeholders.get(path);
      return {
        path,
        type: found?.isSymbolicLink() === true ? "softlink" : "hardlink",
        noLink: noLink.has(path),
        ...(placeholder === undefined ? {} : { placeholder }),
      };
    }),
  );
}

/** One word: the path. Three: placeholder, mode, path, each of them perhaps in quotes. */
function prefixOf(line: string): [string, NonNullable<PackagePath["placeholder"]>] {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? "",
  );
  const [text = "", mode = "text", path = ""] =
    words.length === 3 ? words : [oldPlaceholder, "text", line.replaceAll('"', "")];
  return [path, { text, mode: mode === "binary" ? "binary" : "text" }];
}

async function readLines(folder: string, name: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, "info", name), "utf8").catch(() => "");
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

async function readJson(folder: string, name: string): Promise<Fields | undefined> {
  const text = await readFile(join(folder, "info", name), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const content = parseFields(text);
  if (content === undefined) throw new DamagedPackage(`its info/${name} is no JSON`);
  return content;
}

function noarchOf(value: unknown): "python" | "generic" | undefined {
  if (value === "python") return "python";
  return value === "generic" || value === true ? "generic" : undefined;
}
