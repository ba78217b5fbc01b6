import { lstat, readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { condaError } from "../errors.ts";
import type { MachinePython } from "./find-python.ts";
import { textFile, type PackageContent, type PackageFile } from "./package-content.ts";
import { placeholderFor } from "./placeholder.ts";

const placeholder = placeholderFor("python");
const debianDefaultScheme = /((?:'DEB_PYTHON_INSTALL_LAYOUT', |prefix_scheme = ))'posix_local'/g;
const leftOut = new Set([
  "__pycache__",
  "dist-packages",
  "ensurepip",
  "idlelib",
  "site-packages",
  "test",
  "tests",
  "tkinter",
  "turtledemo",
  // What Debian adds for its own packages.
  "EXTERNALLY-MANAGED",
  "_distutils_system_mod.py",
  "sitecustomize.py",
]);

/**
 * Packages the machine's CPython: interpreter, standard library, the placeholder where its own prefix was written.
 *
 * @throws E_EXAMPLE_PYTHON where its interpreter could not find a library of its own at another place
 */
export async function pythonPackage(python: MachinePython): Promise<PackageContent> {
  const library = `lib/python${python.series}`;
  const files = [
    ...(await interpreter(python)),
    ...(await standardLibrary(python, library)),
    ...(await companions(python)),
    textFile(`${library}/site-packages/README.txt`, "Packages are installed here.\n"),
    ...(python.isDebian ? [debianSitePackages(library)] : []),
    textFile(
      `bin/pydoc${python.series}`,
      `#!${placeholder}/bin/python${python.series}\nimport pydoc\n\npydoc.cli()\n`,
      { mode: 0o755, prefix: "text" },
    ),
    { kind: "link" as const, path: "bin/pydoc3", target: `pydoc${python.series}` },
    textFile(`${library}/_channel_build.py`, `PREFIX = "${placeholder}"\n`, { prefix: "text" }),
  ];
  return {
    name: "python",
    version: python.version,
    build: "0_cpython",
    buildNumber: 0,
    subdir: python.subdir,
    depends: ["__glibc >=2.17", "tzdata"],
    license: "Python-2.0",
    format: ".conda",
    files,
    sitePackagesPath: `${library}/site-packages`,
  };
}

async function interpreter(python: MachinePython): Promise<readonly PackageFile[]> {
  const name = `python${python.series}`;
  const links = ["python3", "python"].map((link) => ({
    kind: "link" as const,
    path: `bin/${link}`,
    target: name,
  }));
  const content = await readFile(python.executable);
  if (python.sharedLibrary === undefined)
    return [{ kind: "file", path: `bin/${name}`, content, mode: 0o755 }, ...links];
  const found = await realpath(python.sharedLibrary);
  return [
    { kind: "file", path: `bin/${name}`, content: relocated(content, python), mode: 0o755 },
    ...links,
    {
      kind: "copy",
      path: `lib/${basename(python.sharedLibrary)}`,
      source: found,
      mode: 0o755,
    },
  ];
}

/**
 * A shared build finds its library by an absolute RUNPATH; left alone, the copy would silently run on the original's.
 */
function relocated(executable: Buffer, python: MachinePython): Buffer {
  const folder = join(python.sharedLibrary ?? "", "..");
  const relative = "$ORIGIN/../lib";
  if (folder.length < relative.length)
    throw condaError(
      "E_EXAMPLE_PYTHON",
      `${python.executable} finds its library in ${folder}, a path too short to be replaced.`,
    );
  const bytes = Buffer.from(executable);
  const wanted = Buffer.from(`\0${folder}\0`);
  for (let at = bytes.indexOf(wanted); at !== -1; at = bytes.indexOf(wanted, at + 1))
    bytes.fill(0, at + 1, at + 1 + folder.length).write(relative, at + 1);
  return bytes;
}

async function standardLibrary(
  python: MachinePython,
  target: string,
): Promise<readonly PackageFile[]> {
  const files: PackageFile[] = [];
  const walk = async (folder: string, below: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (leftOut.has(entry.name) || entry.name.startsWith("config-")) continue;
      const source = join(folder, entry.name);
      const path = `${below}/${entry.name}`;
      // Debian links some files to places outside of the library.
      const kind = entry.isSymbolicLink() ? await stat(source).catch(() => undefined) : entry;
      if (kind?.isDirectory() === true) await walk(source, path);
      else if (kind?.isFile() === true) files.push(await libraryFile(source, path, python));
    }
  };
  await walk(python.standardLibrary, target);
  if (!python.extensions.startsWith(python.standardLibrary))
    await walk(python.extensions, `${target}/lib-dynload`);
  return files;
}

async function libraryFile(
  source: string,
  path: string,
  python: MachinePython,
): Promise<PackageFile> {
  const name = basename(path);
  const mode = ((await lstat(source)).mode & 0o100) === 0 ? 0o644 : 0o755;
  if (name.startsWith("_sysconfigdata_") && name.endsWith(".py"))
    return sysconfigData(await readFile(source, "utf8"), path, python);
  if (name === "sysconfig.py" || path.endsWith("/sysconfig/__init__.py")) {
    const text = await readFile(source, "utf8");
    // Debian installs below `local` unless told otherwise; an environment has no such folder.
    return textFile(path, text.replace(debianDefaultScheme, "$1'posix_prefix'"), { mode });
  }
  return { kind: "copy", path, source, mode };
}

function sysconfigData(text: string, path: string, python: MachinePython): PackageFile {
  const zones = `${placeholder}/share/zoneinfo:${placeholder}/lib/zoneinfo`;
  const withZones = text.replace(/'TZPATH':(\s*)'[^']*'/, `'TZPATH':$1'${zones}'`);
  // The prefix of the system's own python is part of too many other paths to be replaced.
  const moved = python.isDebian ? withZones : withZones.replaceAll(python.prefix, placeholder);
  return textFile(path, moved, moved.includes(placeholder) ? { prefix: "text" } : {});
}

async function companions(python: MachinePython): Promise<readonly PackageFile[]> {
  return python.companions.map((source) => ({
    kind: "copy",
    path: `lib/${basename(source)}`,
    source,
    mode: 0o644,
  }));
}

/** `site` of Debian is patched, and frozen, to look in `dist-packages` alone. */
function debianSitePackages(library: string): PackageFile {
  const major = library.replace(/^lib\/python(\d+)\..*$/, "lib/python$1");
  const line =
    "import os, site, sys; site.addsitedir(os.path.join(sys.prefix, " +
    `"${library}", "site-packages"))\n`;
  return textFile(`${major}/dist-packages/site-packages.pth`, line);
}
