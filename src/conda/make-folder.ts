import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes the folder and those it lies in, one by one: Node's own recursive way never ends where a parent that is there
 * answers that it is not, as /proc does.
 */
export async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder && !(await isThere(parent))) await makeFolder(parent);
  try {
    await mkdir(folder);
  } catch (error) {
    // Somebody else was first.
    if (!(await isFolder(folder))) throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
