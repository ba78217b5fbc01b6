import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { join } from "node:path";

/**
 * The path that an environment's files know it by: the given one, or what that leads to through links. What its scripts
 * say decides.
 */
export async function readTruePrefix(given: string): Promise<string> {
  const real = await realpath(given).catch(() => given);
  if (real === given) return given;
  const lines = readFirstLines(join(given, "bin"));
  const count = (prefix: string) => lines.filter((line) => line.includes(`${prefix}/bin/`)).length;
  return count(real) > count(given) ? real : given;
}

function readFirstLines(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((item) => item.isFile())
      .map((item) => readStart(join(folder, item.name)))
      .filter((text) => text.startsWith("#!"));
  } catch {
    return [];
  }
}

function readStart(file: string): string {
  const fd = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(512);
    return bytes.toString("utf8", 0, readSync(fd, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(fd);
  }
}
