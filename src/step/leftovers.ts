/** Files and folders that exist until a pack is whole, named so that a later run can tell what a killed one left. */
import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile, readlink, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

const longestRunMs = 24 * 3600 * 1000;
const ownerPattern = /^([0-9a-f]{8})-(\d+)-[0-9a-f]{8}(?:\.|$)/;

/** The part of a name that says whose it is: the machine (or container), the process, and something of its own. */
export async function ownerName(): Promise<string> {
  return `${await thisMachine()}-${process.pid}-${randomBytes(4).toString("hex")}`;
}

/**
 * Removes what runs left that were killed, as {@link findLeftovers} finds it.
 *
 * @param start how the names begin, before the owner's name
 */
export async function sweepLeftovers(folder: string, start: string): Promise<void> {
  for (const name of await findLeftovers(folder, start)) {
    // What a child of the killed run still writes to, or somebody else's folder, is left to a later run.
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
  }
}

/**
 * What runs left that were killed: of a process of this machine that is gone, or of another machine and untouched for a
 * day. What a run at the same time works on is none of it.
 *
 * @param start how the names begin, before the owner's name
 * @returns names in the folder.
 */
export async function findLeftovers(folder: string, start: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const left: string[] = [];
  for (const name of names) {
    const owner = name.startsWith(start) ? ownerPattern.exec(name.slice(start.length)) : null;
    if (owner === null) continue;
    const [, machine, pid] = owner;
    const isLeft =
      machine === (await thisMachine())
        ? !isAlive(Number(pid))
        : await isUntouched(join(folder, name));
    if (isLeft) left.push(name);
  }
  return left;
}

let known: string | undefined;

/** Process numbers mean something only where this is equal. */
async function thisMachine(): Promise<string> {
  if (known !== undefined) return known;
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  const processes = await readlink("/proc/self/ns/pid").catch(() => "");
  const facts = [hostname(), boot, processes].join("\n");
  known = createHash("sha256").update(facts).digest("hex").slice(0, 8);
  return known;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else cannot be asked, but is there.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function isUntouched(place: string): Promise<boolean> {
  const found = await stat(place).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > longestRunMs;
}
