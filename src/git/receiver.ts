import { lineText, readPackets } from "./pkt-line.ts";
import { credentialHeader } from "./remote.ts";
import type { Server } from "./server.ts";
import { isSha, type Sha } from "./sha.ts";

/** What the other side of a push says of itself: what it holds, and what may be asked of it. */
export interface Receiver {
  /** By full name. */
  readonly refs: ReadonlyMap<string, Sha>;
  readonly capabilities: ReadonlySet<string>;
}

/**
 * Asks, over the open connection, what a push may ask for.
 *
 * Without this round a push would be taken as well, but a server that does not know `atomic` would then silently set one
 * reference and not the other.
 *
 * @returns `undefined` where there is no connection, or the answer is not exactly what the protocol says.
 * @see https://git-scm.com/docs/gitprotocol-http#_smart_service_git_receive_pack
 */
export async function askReceiver({ remote, carrier }: Server): Promise<Receiver | undefined> {
  const carried = await carrier?.({
    url: new URL(`${remote.url}/info/refs?service=git-receive-pack`),
    headers: credentialHeader(remote),
    answerType: "application/x-git-receive-pack-advertisement",
  });
  return carried !== undefined && "body" in carried ? readAdvertisement(carried.body) : undefined;
}

/** `# service=…`, flush; then `<id> <name>`, of which the first has `\0<capabilities>` behind it, flush. */
function readAdvertisement(answer: Buffer): Receiver | undefined {
  const [service = [], list = [], ...more] = readPackets(answer) ?? [];
  const [title, ...others] = service.map(lineText);
  if (title !== "# service=git-receive-pack" || others.length > 0 || more.length > 0)
    return undefined;
  const refs = new Map<string, Sha>();
  let capabilities: ReadonlySet<string> | undefined;
  for (const line of list) {
    const [entry = "", said] = lineText(line).split("\0");
    capabilities ??= new Set(said?.split(" "));
    const [id = "", name = ""] = entry.split(" ");
    if (!isSha(id)) return undefined;
    if (name.startsWith("refs/")) refs.set(name, id);
  }
  return capabilities === undefined ? undefined : { refs, capabilities };
}
