import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * A virtual environment with packages from PyPI, kept in the user's cache for the next run.
 *
 * @param bare packages that are installed without what they depend on.
 * @returns its folder, or in words why it cannot be had
 */
export function pythonTools(
  name: string,
  requirements: readonly string[],
  bare: readonly string[] = [],
): { folder: string } | { whyNot: string } {
  const cache = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const folder = join(cache, "slipway-tests", name);
  const stamp = join(folder, ".complete");
  if (existsSync(stamp)) return { folder };
  const install = (...args: readonly string[]) =>
    execFileSync(join(folder, "bin/pip"), ["install", "--quiet", ...args], { stdio: "pipe" });
  try {
    mkdirSync(join(cache, "slipway-tests"), { recursive: true });
    execFileSync("python3", ["-m", "venv", "--clear", folder], { stdio: "pipe" });
    install(...requirements);
    if (bare.length > 0) install("--no-deps", ...bare);
    mkdirSync(stamp);
    return { folder };
  } catch (error) {
    const [reason] = String(error).split("\n");
    return { whyNot: `${requirements.join(", ")} cannot be installed from PyPI here (${reason})` };
  }
}
