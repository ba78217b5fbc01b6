import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { MachinePython } from "./find-python.ts";
import type { PackageContent, PackageFile } from "./package-content.ts";

/**
 * Makes a noarch python package of a wheel, or of a package that is installed with its dist-info beside it.
 *
 * @param work an empty folder for the unpacked wheel
 */
export async function wheelPackage(
  source: { readonly wheel?: string; readonly installed?: string },
  identity: { readonly name: string; readonly version: string },
  python: MachinePython,
  work: string,
): Promise<PackageContent> {
  const files: PackageFile[] = [];
  if (source.wheel !== undefined) {
    await unzip(source.wheel, work, python);
    files.push(...(await filesBelow(work, "site-packages")));
  } else if (source.installed !== undefined) {
    const info = `${identity.name}-${identity.version}.dist-info`;
    files.push(...(await filesBelow(source.installed, `site-packages/${identity.name}`)));
    files.push(
      ...(await filesBelow(join(dirname(source.installed), info), `site-packages/${info}`)),
    );
  }
  return {
    ...identity,
    build: "pyh0",
    buildNumber: 0,
    subdir: "noarch",
    noarch: "python",
    depends: ["python >=3.9"],
    license: "MIT",
    format: ".conda",
    files,
    entryPoints: await entryPointsIn(files),
  };
}

async function unzip(wheel: string, folder: string, python: MachinePython): Promise<void> {
  const { execa } = await import("execa");
  await execa(python.executable, ["-I", "-m", "zipfile", "-e", wheel, folder], {
    env: {},
    extendEnv: false,
  });
}

async function filesBelow(folder: string, target: string): Promise<readonly PackageFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files = await Promise.all(
    entries
      .filter((entry) => entry.name !== "__pycache__")
      .map(async (entry): Promise<readonly PackageFile[]> => {
        const source = join(folder, entry.name);
        const path = `${target}/${entry.name}`;
        if (entry.isDirectory()) return filesBelow(source, path);
        return [{ kind: "copy", path, source, mode: 0o644 }];
      }),
  );
  return files.flat();
}

async function entryPointsIn(files: readonly PackageFile[]): Promise<readonly string[]> {
  const list = files.find((file) => file.path.endsWith(".dist-info/entry_points.txt"));
  if (list?.kind !== "copy") return [];
  const section = /\[console_scripts\]\n([^[]*)/.exec(await readFile(list.source, "utf8"));
  return (section?.[1] ?? "").split("\n").filter((line) => line.includes("="));
}
