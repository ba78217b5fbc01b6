import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * A shared library where distributions put it, if it can be called.
 *
 * @param root what the distribution, or an environment, has installed under: `/usr`
 * @param open opens it and tries it out; gives nothing, or fails, where it is of no use
 */
export function findLibrary(
  root: string,
  name: string,
  open: (file: string) => unknown,
): string | undefined {
  const file = [`lib/${debianNames[process.arch]}`, "lib64", "lib"]
    .map((folder) => join(root, folder, name))
    .find((place) => existsSync(place));
  if (file === undefined) return undefined;
  try {
    return open(file) === undefined ? undefined : file;
  } catch {
    return undefined;
  }
}

const debianNames: Partial<Record<NodeJS.Architecture, string>> = {
  x64: "x86_64-linux-gnu",
  arm64: "aarch64-linux-gnu",
};
