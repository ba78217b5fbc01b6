import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";

/** Real packages of many small and some large files, as data scientists install them. */
const requirements = [
  "numpy",
  "pandas",
  "scipy",
  "scikit-learn",
  "matplotlib",
  "pyarrow",
  "sympy",
  "statsmodels",
  "networkx",
  "dask",
  "bokeh",
  "plotly",
  "setuptools",
  "SQLAlchemy",
  "boto3",
];

/**
 * An environment of at least 20,000 files and 500 MB with the records and the package cache that conda leaves, made of
 * wheels from PyPI and kept in a folder for the next run. Files are hard links into the cache, as conda makes them.
 */
export function makeEnvironment(folder: string): string {
  const prefix = join(folder, "env");
  if (existsSync(prefix)) return prefix;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  const site = "lib/python3/site-packages";
  const staged = join(part, "staged");
  execFileSync(
    "python3",
    ["-m", "pip", "install", "--quiet", "--target", join(staged, site), ...requirements],
    { stdio: "inherit" },
  );
  const owners = new Map<string, string[]>();
  for (const path of filesIn(staged)) {
    const [top = ""] = relative(site, path).split("/");
    const owner = top.replace(/-[\d.]+.*\.dist-info$|\.libs$|\.py$/, "").toLowerCase();
    owners.set(owner, [...(owners.get(owner) ?? []), path]);
  }
  mkdirSync(join(part, "env/conda-meta"), { recursive: true });
  writeFileSync(join(part, "env/conda-meta/history"), "");
  for (const [name, paths] of owners) linkPackage(folder, part, staged, name || "rest", paths);
  rmSync(staged, { recursive: true });
  renameSync(part, folder);
  return prefix;
}

export function sizeOf(prefix: string): { files: number; bytes: number } {
  const files = filesIn(prefix);
  return {
    files: files.length,
    bytes: files.reduce((sum, path) => sum + statSync(join(prefix, path)).size, 0),
  };
}

function linkPackage(
  folder: string,
  part: string,
  staged: string,
  name: string,
  paths: readonly string[],
): void {
  const stem = `${name.replaceAll(/[^a-z\d_.]/g, "_")}-1.0-0`;
  const facts = paths.map((path) => {
    const bytes = readFileSync(join(staged, path));
    for (const root of [join(part, "pkgs", stem), join(part, "env")]) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      linkSync(join(staged, path), join(root, path));
    }
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { _path: path, path_type: "hardlink", sha256, size_in_bytes: bytes.length };
  });
  const info = join(part, "pkgs", stem, "info");
  const index = { name, version: "1.0", build: "0", build_number: 0, depends: [] };
  mkdirSync(info, { recursive: true });
  writeFileSync(join(info, "files"), `${paths.join("\n")}\n`);
  writeFileSync(join(info, "index.json"), JSON.stringify(index));
  writeFileSync(join(info, "paths.json"), JSON.stringify({ paths: facts, paths_version: 1 }));
  const source = join(folder, "pkgs", stem);
  const record = {
    ...index,
    files: paths,
    timestamp: 1_700_000_000_000,
    extracted_package_dir: source,
    link: { source, type: 1 },
    paths_data: { paths: facts, paths_version: 1 },
  };
  writeFileSync(join(part, "env/conda-meta", `${basename(stem)}.json`), JSON.stringify(record));
}

function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => relative(root, join(item.parentPath, item.name)));
}
