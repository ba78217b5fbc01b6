import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * A shared library where distributions put it.
 *
 * @param root what the distribution, or an environment, has installed under: `/usr`
 */
export function findLibrary(root: string, name: string): string | undefined {
  return [`lib/${debianNames[process.arch]}`, "lib64", "lib"]
    .map((folder) => join(root, folder, name))
    .find((file) => existsSync(file));
}

const debianNames: Partial<Record<NodeJS.Architecture, string>> = {
  x64: "x86_64-linux-gnu",
  arm64: "aarch64-linux-gnu",
};
