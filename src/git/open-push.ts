import type { RefUpdate } from "./atomic-push.ts";
import { flush, packet } from "./pkt-line.ts";
import { type PushStatus, readPushStatus } from "./push-status.ts";
import { askReceiver, type Receiver } from "./receiver.ts";
import { credentialHeader } from "./remote.ts";
import type { Server } from "./server.ts";
import type { Sha } from "./sha.ts";

/** What is sent: these objects with all that leads to them, without what leads to one that the server has. */
export interface Parcel {
  readonly ids: readonly Sha[];
  readonly known: Sha;
}

/** What became of a push: the server's answer, or why there is none, so that it is to be looked for. */
export type Sent = PushStatus | { readonly problem: string };

/**
 * A push over a connection that is open already, in place of `git push`, which takes five processes and a connection
 * of its own. Its two preparations go on while the server is still asked whether it may come.
 */
export interface OpenPush {
  /** Begins to pack what is likely to be sent. */
  pack(parcel: Parcel): void;
  /** @returns `undefined` where nothing was sent and git is to push: it also has the words for why. */
  send(updates: readonly RefUpdate[], known: Sha): Promise<Sent | undefined>;
}

/** Asks at once what the server can do; nothing is changed before `send`. */
export function openPush(server: Server): OpenPush {
  const asked = askReceiver(server);
  // Where nothing is sent, nobody waits for it.
  asked.catch(() => {});
  const packs = new Map<string, Promise<Buffer | undefined>>();
  const packOnce = (parcel: Parcel): Promise<Buffer | undefined> => {
    const key = [...parcel.ids, parcel.known].join();
    const pack = packs.get(key) ?? makePack(server, parcel);
    pack.catch(() => {});
    packs.set(key, pack);
    return pack;
  };
  return {
    pack: (parcel) => void packOnce(parcel),
    async send(updates, known) {
      const receiver = await asked;
      if (receiver === undefined || !canTake(server, receiver, updates)) return undefined;
      const pack = await packOnce({ ids: updates.map(({ id }) => id), known });
      return pack && post(server, receiver, updates, pack);
    },
  };
}

/** Whether all that is asked for is there, and every reference is what it is believed to be. */
function canTake(
  { repository }: Server,
  { refs, capabilities }: Receiver,
  updates: readonly RefUpdate[],
): boolean {
  const format = repository.objectFormat;
  const hasFormat =
    capabilities.has(`object-format=${format}`) ||
    (format === "sha1" && ![...capabilities].some((one) => one.startsWith("object-format=")));
  return (
    hasFormat &&
    required.every((name) => capabilities.has(name)) &&
    updates.every(({ ref, expected }) => refs.get(ref) === expected)
  );
}

const required = ["report-status", "side-band-64k", "atomic", "ofs-delta"];

/** @returns `undefined` where git cannot; it says why when it is to push. */
async function makePack(
  { repository }: Server,
  { ids, known }: Parcel,
): Promise<Buffer | undefined> {
  const args = ["pack-objects", "--revs", "--thin", "--stdout", "-q", "--delta-base-offset"];
  // A few objects: threads would take longer to start than to work.
  const input = `${ids.join("\n")}\n--not\n${known}\n`;
  const { exitCode, stdout } = await repository.git.run(
    [...args, "--threads=1"],
    repository.at({ input }),
  );
  return exitCode === 0 ? stdout : undefined;
}

async function post(
  { remote, carrier, repository }: Server,
  { capabilities }: Receiver,
  updates: readonly RefUpdate[],
  pack: Buffer,
): Promise<Sent | undefined> {
  const wanted = [...capabilities].filter((name) => isUsed.test(name)).join(" ");
  const none = "0".repeat(repository.objectFormat === "sha1" ? 40 : 64);
  const commands = updates.map(({ ref, id, expected }, index) =>
    packet(`${expected ?? none} ${id} ${ref}${index === 0 ? `\0 ${wanted}` : ""}`),
  );
  const carried = await carrier?.({
    url: new URL(`${remote.url}/git-receive-pack`),
    headers: credentialHeader(remote),
    body: {
      type: "application/x-git-receive-pack-request",
      bytes: Buffer.concat([Buffer.from(commands.join("") + flush), pack]),
    },
    answerType: "application/x-git-receive-pack-result",
  });
  if (carried === undefined || "problem" in carried) return carried;
  const status = readPushStatus(carried.body);
  const isWhole = updates.every(({ ref }) => status?.reports.some((one) => one.ref === ref));
  if (status === undefined || !isWhole) return { problem: "its answer is not whole" };
  // git finds out what the server has before it packs.
  const lacks = status.reports.find(({ reason }) => reason === "missing necessary objects");
  return lacks === undefined ? status : { problem: lacks.reason };
}

/** What of its capabilities the server is told to use. */
const isUsed = /^(?:report-status|side-band-64k|atomic|quiet|object-format=.*)$/u;
