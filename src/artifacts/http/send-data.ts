import type { ClientRequest, IncomingMessage } from "node:http";
import {
  asTransportError,
  type AuthorityFile,
  readTrust,
  startWatchdog,
  TransportError,
} from "../../gitlab/index.ts";
import type { Environment } from "../../step/inputs/read.ts";

/** One PUT of many bytes. */
export interface Sending {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
  /** The bytes, from their start. */
  open(): AsyncIterable<Uint8Array>;
  readonly sent: (bytes: number) => void;
  readonly signal: AbortSignal;
  readonly authorityFiles: readonly AuthorityFile[];
  /** Where the proxies are named. */
  readonly environment: Environment;
}

export interface SendAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const connectMs = 20_000;
const stallMs = 60_000;
/** A datanode hands the last block on to its replicas before it answers. */
const responseMs = 300_000;
const answerBytes = 1024 * 1024;

/**
 * Sends bytes with Node's own client: a datanode of HDFS begins each answer to a PUT with a `100 Continue` that nobody
 * asked for, which undici takes for a bad response.
 *
 * @throws {TransportError} where no complete answer came; or what the source of the bytes or the signal threw.
 */
export async function sendData(sending: Sending): Promise<SendAnswer> {
  const { url, headers, sizeBytes, signal } = sending;
  signal.throwIfAborted();
  const agent = await openAgent(sending);
  const { request } = await import(url.protocol === "https:" ? "node:https" : "node:http");
  const outgoing: ClientRequest = request(url, {
    method: "PUT",
    agent,
    headers: { ...headers, "content-length": String(sizeBytes) },
  });
  const abort = (): void => void outgoing.destroy(new Error("aborted"));
  signal.addEventListener("abort", abort, { once: true });
  let late: TransportError | undefined;
  const dog = startWatchdog((sentence) => {
    late = new TransportError("stalled", true, sentence);
    outgoing.destroy(late);
  });
  try {
    dog.expect("no connection came", connectMs);
    outgoing.on("socket", (socket) => {
      socket.once("connect", () => dog.expect("the server took no byte", stallMs));
    });
    const answered = answerTo(outgoing, () => dog.moved());
    // Whatever the sending fails with, an answer says more (H05).
    answered.catch(() => {});
    const sent = await send(sending, outgoing, () => dog.moved());
    if (sent === undefined) dog.expect("no answer came", responseMs);
    else if (!(sent.error instanceof TransportError)) throw sent.error;
    return await answered;
  } catch (error) {
    signal.throwIfAborted();
    throw late ?? error;
  } finally {
    dog.stop();
    signal.removeEventListener("abort", abort);
    outgoing.destroy();
    agent.destroy();
  }
}

/** @returns what stopped the sending: the network's errors as `TransportError`, else those of the source. */
async function send(
  sending: Sending,
  outgoing: ClientRequest,
  moved: () => void,
): Promise<{ error: unknown } | undefined> {
  let broken: unknown;
  outgoing.on("error", (error) => (broken ??= error));
  outgoing.on("response", () => (broken ??= new Error("the server answered in mid-body")));
  try {
    for await (const chunk of sending.open()) {
      if (broken !== undefined) return { error: asTransportError(broken) };
      if (!outgoing.write(chunk)) await drained(outgoing);
      sending.sent(chunk.length);
      moved();
    }
  } catch (error) {
    outgoing.destroy();
    return { error };
  }
  outgoing.end();
  return undefined;
}

async function drained(outgoing: ClientRequest): Promise<void> {
  await new Promise<void>((resolve) => {
    const go = (): void => {
      for (const event of ["drain", "error", "close", "response"]) outgoing.off(event, go);
      resolve();
    };
    for (const event of ["drain", "error", "close", "response"]) outgoing.once(event, go);
  });
}

async function answerTo(outgoing: ClientRequest, moved: () => void): Promise<SendAnswer> {
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve);
    outgoing.once("error", (error) => reject(asTransportError(error)));
  });
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming) {
      if (!(chunk instanceof Buffer)) continue;
      moved();
      size += chunk.length;
      if (size > answerBytes)
        throw new TransportError(
          "oversized",
          true,
          `the answer is larger than ${answerBytes} bytes`,
        );
      chunks.push(chunk);
    }
  } catch (error) {
    throw asTransportError(error);
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  return { status: incoming.statusCode ?? 0, headers, body: Buffer.concat(chunks) };
}

async function openAgent({ url, environment, authorityFiles }: Sending) {
  const proxyEnv = Object.fromEntries(
    Object.entries(environment).filter(([name]) => /^(https?_proxy|no_proxy)$/i.test(name)),
  );
  const reach = { proxyEnv, keepAlive: false, autoSelectFamily: true };
  if (url.protocol !== "https:") {
    const { Agent } = await import("node:http");
    return new Agent(reach);
  }
  const { Agent } = await import("node:https");
  return new Agent({ ...reach, ca: [...(await readTrust(authorityFiles))] });
}
