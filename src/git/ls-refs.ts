import { delimiter, flush, lineText, packet, readPackets } from "./pkt-line.ts";
import { credentialHeader } from "./remote.ts";
import type { Server } from "./server.ts";
import { isSha, type Sha } from "./sha.ts";

/**
 * Asks for references in this process, with protocol version 2 and without its first round: a question of 20 ms where
 * two children of git take three times that.
 *
 * @param prefixes of full names; a tag's commit comes as `<name>^{}`, as with `git ls-remote`.
 * @returns `undefined` where there is no connection, or the answer is not exactly what the protocol says: git then
 * asks, and says what is wrong.
 * @see https://git-scm.com/docs/protocol-v2#_ls_refs
 */
export async function lsRefs(
  { remote, carrier }: Server,
  prefixes: readonly string[],
): Promise<ReadonlyMap<string, Sha> | undefined> {
  const carried = await carrier?.({
    url: new URL(`${remote.url}/git-upload-pack`),
    headers: { ...credentialHeader(remote), "git-protocol": "version=2" },
    body: { type: "application/x-git-upload-pack-request", bytes: question(prefixes) },
    answerType: "application/x-git-upload-pack-result",
  });
  return carried !== undefined && "body" in carried ? readAnswer(carried.body) : undefined;
}

function question(prefixes: readonly string[]): Buffer {
  const wanted = prefixes.map((prefix) => packet(`ref-prefix ${prefix}\n`));
  return Buffer.from(
    [packet("command=ls-refs\n"), delimiter, packet("peel\n"), ...wanted, flush].join(""),
  );
}

function readAnswer(answer: Buffer): ReadonlyMap<string, Sha> | undefined {
  const [list, ...more] = readPackets(answer) ?? [];
  if (list === undefined || more.length > 0) return undefined;
  const refs = new Map<string, Sha>();
  for (const line of list) {
    const [id = "", name = "", ...facts] = lineText(line).split(" ");
    if (!isSha(id) || !name.startsWith("refs/")) return undefined;
    refs.set(name, id);
    const peeled = facts.find((fact) => fact.startsWith("peeled:"))?.slice("peeled:".length);
    if (peeled === undefined) continue;
    if (!isSha(peeled)) return undefined;
    refs.set(`${name}^{}`, peeled);
  }
  return refs;
}
