import { dirname, join } from "node:path";
import type { StepError } from "../../step/errors.ts";
import { condaError } from "../errors.ts";
import type { PackagePath } from "../packages/package-info.ts";
import type { UnpackedPackage } from "../packages/obtain-packages.ts";
import { textIn } from "../json-fields.ts";

/** The python of the environment, as far as other packages depend on it. */
export interface PythonOfEnvironment {
  /** `3.11` */
  readonly series: string;
  readonly sitePackages: string;
}

/** One path of the environment and where it comes from. */
export interface PlannedPath {
  readonly source: PackagePath;
  /** Relative to the prefix. */
  readonly target: string;
  /** Another package that comes later provides the bytes. */
  readonly overruled: boolean;
}

export interface PlannedPackage {
  readonly unpacked: UnpackedPackage;
  readonly paths: readonly PlannedPath[];
}

/** What goes where. Nothing has been written yet. */
export interface LinkPlan {
  readonly prefix: string;
  readonly python: PythonOfEnvironment | undefined;
  readonly packages: readonly PlannedPackage[];
  readonly clobbered: readonly { readonly path: string; readonly owners: readonly string[] }[];
  /** Links that stand for a folder which other paths lie in: they are placed before everything else. */
  readonly bridges: readonly { readonly target: string; readonly source: string }[];
}

/**
 * Decides what every package installs where. A path of several packages gets the bytes of the last one.
 *
 * @param packages in link order
 * @throws E_CONDA_PACKAGE where a file of one package is a folder of another
 * @throws E_CONDA_PREFIX for the package whose binaries leave the least room, where the prefix is too long
 */
export function planLinks(packages: readonly UnpackedPackage[], prefix: string): LinkPlan {
  const tooLong = checkLength(packages, prefix);
  if (tooLong !== undefined) throw tooLong;
  const python = pythonOf(packages);
  const owners = new Map<string, string[]>();
  const targeted = packages.map((unpacked) => {
    const paths = unpacked.info.paths.map((source) => {
      const target = targetOf(source.path, unpacked, python);
      if (source.type !== "directory")
        owners.set(target, [...(owners.get(target) ?? []), unpacked.info.name]);
      return { source, target };
    });
    return { unpacked, paths };
  });
  const planned = targeted.map(({ unpacked, paths }) => ({
    unpacked,
    paths: paths.map(({ source, target }) => ({
      source,
      target,
      overruled: source.type !== "directory" && owners.get(target)?.at(-1) !== unpacked.info.name,
    })),
  }));
  return {
    prefix,
    python,
    packages: planned,
    clobbered: [...owners]
      .filter(([, names]) => names.length > 1)
      .map(([path, names]) => ({ path, owners: names })),
    bridges: findBridges(planned),
  };
}

function findBridges(packages: readonly PlannedPackage[]): LinkPlan["bridges"] {
  const folders = new Set<string>();
  for (const { paths } of packages)
    for (const { target, source } of paths) {
      if (source.type === "directory") folders.add(target);
      for (let above = dirname(target); above !== "."; above = dirname(above)) {
        if (folders.has(above)) break;
        folders.add(above);
      }
    }
  const bridges: { target: string; source: string }[] = [];
  for (const { unpacked, paths } of packages)
    for (const { target, source, overruled } of paths) {
      if (overruled || source.type === "directory" || !folders.has(target)) continue;
      if (source.type !== "softlink")
        throw condaError(
          "E_CONDA_PACKAGE",
          `${target} is a file in ${unpacked.resolved.fileName}, but a folder in another package.`,
        );
      bridges.push({ target, source: join(unpacked.folder, source.path) });
    }
  return bridges.toSorted((a, b) => a.target.length - b.target.length);
}

function checkLength(packages: readonly UnpackedPackage[], prefix: string): StepError | undefined {
  const length = Buffer.byteLength(prefix);
  let tightest: { readonly most: number; readonly name: string } | undefined;
  for (const { info, resolved } of packages)
    for (const { placeholder } of info.paths) {
      if (placeholder?.mode !== "binary") continue;
      const most = Buffer.byteLength(placeholder.text);
      if (length > most && most < (tightest?.most ?? Infinity))
        tightest = { most, name: resolved.fileName };
    }
  if (tightest === undefined) return undefined;
  return condaError(
    "E_CONDA_PREFIX",
    `Prefix ${prefix} has ${length} bytes, ${tightest.name} allows at most ${tightest.most}; use a shorter path.`,
  );
}

function pythonOf(packages: readonly UnpackedPackage[]): PythonOfEnvironment | undefined {
  const python = packages.find(({ info }) => info.name === "python");
  if (python === undefined) return undefined;
  const [major = "3", minor = "0"] = python.info.version.split(".");
  const series = `${major}.${minor}`;
  return {
    series,
    sitePackages:
      textIn(python.resolved.index, "python_site_packages_path") ??
      python.info.sitePackagesPath ??
      join("lib", `python${series}`, "site-packages"),
  };
}

function targetOf(
  path: string,
  { info }: UnpackedPackage,
  python: PythonOfEnvironment | undefined,
): string {
  if (info.noarch !== "python" || python === undefined) return path;
  if (path.startsWith("site-packages/"))
    return `${python.sitePackages}/${path.slice("site-packages/".length)}`;
  return path.startsWith("python-scripts/") ? `bin/${path.slice("python-scripts/".length)}` : path;
}
