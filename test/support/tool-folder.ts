import { existsSync, mkdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * A folder of the user's cache that is filled once and kept for the next run: for judges that are fetched or built.
 *
 * @param fill makes the content; what it throws is the reason why it cannot be had.
 * @returns the folder, or in words why it cannot be had
 */
export function toolFolder(
  name: string,
  fill: (folder: string) => void,
): { folder: string } | { whyNot: string } {
  const cache = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const folder = join(cache, "slipway-tests", name);
  const stamp = join(folder, ".complete");
  if (existsSync(stamp)) return { folder };
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    fill(folder);
    mkdirSync(stamp);
    return { folder };
  } catch (error) {
    const [reason] = String(error).split("\n");
    return { whyNot: `${name} cannot be had here (${reason})` };
  }
}
