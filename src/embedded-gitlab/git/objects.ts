import { gitIn } from "./repository.ts";
import type { Repository } from "./repository.ts";

export interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly content: Buffer;
}

/** Reads many objects with one git; `undefined` where there is none. The order is that of the names. */
export async function readObjects(
  repository: Repository,
  names: readonly string[],
): Promise<(GitObject | undefined)[]> {
  const asked = names.filter((name) => !/[\n\r\0]/.test(name));
  if (asked.length !== names.length || names.length === 0) return names.map(() => undefined);
  const input = `${asked.join("\n")}\n`;
  return parseBatch(await gitIn(repository, ["cat-file", "--batch"], { input }), names.length);
}

/** Writes a blob and returns its id. */
export async function writeBlob(repository: Repository, content: Buffer): Promise<string> {
  const args = ["hash-object", "-w", "--no-filters", "--stdin"];
  return (await gitIn(repository, args, { input: content })).toString().trim();
}

function parseBatch(output: Buffer, count: number): (GitObject | undefined)[] {
  const objects: (GitObject | undefined)[] = [];
  let at = 0;
  while (objects.length < count) {
    const end = output.indexOf(10, at);
    if (end < 0) throw new TypeError("git cat-file answered less than it was asked");
    const header = /^([0-9a-f]+) (\w+) (\d+)$/.exec(output.toString("latin1", at, end));
    at = end + 1;
    if (header === null) {
      objects.push(undefined);
      continue;
    }
    const [, id = "", type = "", size = "0"] = header;
    objects.push({ id, type, content: output.subarray(at, at + Number(size)) });
    at += Number(size) + 1;
  }
  return objects;
}
