import { credentialHeader } from "./remote.ts";
import type { Server } from "./server.ts";
import { isSha, type Sha } from "./sha.ts";

/** One request of git's protocol over HTTP, carried by a connection that is open already. */
export interface GitRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** The `Content-Type` of the body and the one that an answer must have. */
  readonly type: string;
  readonly answerType: string;
  readonly body: Buffer;
}

/** @returns the body of a success of the wanted type; `undefined` for everything else. */
export type Carrier = (request: GitRequest) => Promise<Buffer | undefined>;

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
  const answer = await carrier?.({
    url: new URL(`${remote.url}/git-upload-pack`),
    headers: { ...credentialHeader(remote), "git-protocol": "version=2" },
    type: "application/x-git-upload-pack-request",
    answerType: "application/x-git-upload-pack-result",
    body: question(prefixes),
  });
  return answer === undefined ? undefined : readAnswer(answer);
}

const delimiter = "0001";
const flush = "0000";

function question(prefixes: readonly string[]): Buffer {
  const wanted = prefixes.map((prefix) => packet(`ref-prefix ${prefix}\n`));
  return Buffer.from(
    [packet("command=ls-refs\n"), delimiter, packet("peel\n"), ...wanted, flush].join(""),
  );
}

/** A line with its length in front, four hexadecimal digits that count themselves. */
function packet(line: string): string {
  return `${(Buffer.byteLength(line) + 4).toString(16).padStart(4, "0")}${line}`;
}

function readAnswer(answer: Buffer): ReadonlyMap<string, Sha> | undefined {
  const refs = new Map<string, Sha>();
  for (let start = 0; ;) {
    const size = answer.toString("latin1", start, start + 4);
    if (size === flush) return start + 4 === answer.length ? refs : undefined;
    const length = /^[0-9a-f]{4}$/u.test(size) ? Number.parseInt(size, 16) : 0;
    const end = start + length;
    if (length <= 4 || end > answer.length) return undefined;
    const line = answer.toString("utf8", start + 4, end).replace(/\n$/u, "");
    const [id = "", name = "", ...facts] = line.split(" ");
    if (!isSha(id) || !name.startsWith("refs/")) return undefined;
    refs.set(name, id);
    const peeled = facts.find((fact) => fact.startsWith("peeled:"))?.slice("peeled:".length);
    if (peeled !== undefined) {
      if (!isSha(peeled)) return undefined;
      refs.set(`${name}^{}`, peeled);
    }
    start = end;
  }
}
