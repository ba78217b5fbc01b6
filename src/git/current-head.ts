import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openCheckout, type Checkout } from "./checkout.ts";
import type { Git } from "./git.ts";
import { isSha, type Sha } from "./sha.ts";

/**
 * The commit that is checked out now; `undefined` before the first one.
 *
 * What git has just written stands in a file of its own (gitrepository-layout: HEAD, and loose before packed
 * references), where reading it takes no child. Where it does not, as with reftables, git is asked.
 */
export async function currentHead(git: Git, checkout: Checkout): Promise<Sha | undefined> {
  const head = await readLine(join(checkout.gitDirectory, "HEAD"));
  const name = /^ref: (?<name>refs\/heads\/.+)$/u.exec(head)?.groups?.["name"];
  const commit = name === undefined ? head : await readLine(join(commonFolder(checkout), name));
  return isSha(commit) ? commit : (await openCheckout(git, checkout.root)).head;
}

/** What all work trees of a repository share lies where its objects are. */
function commonFolder({ objectDirectory }: Checkout): string {
  return dirname(objectDirectory);
}

async function readLine(path: string): Promise<string> {
  return readFile(path, "utf8").then(
    (text) => text.trim(),
    () => "",
  );
}
