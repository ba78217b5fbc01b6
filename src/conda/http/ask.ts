import { authorised, type Credentials } from "../channels/credentials.ts";
import { publicUrl } from "../channels/public-url.ts";
import { condaError } from "../errors.ts";
import { discard, type Answer, type Door } from "./door.ts";
import { certificateFailure, networkFailure, Transient } from "./retry.ts";

const mostRedirects = 10;
const redirects = new Set([301, 302, 303, 307, 308]);

export interface Question {
  readonly headers?: Readonly<Record<string, string>>;
  readonly credentials: Credentials;
  readonly signal: AbortSignal;
}

/** Says that the address holds nothing: another mirror may. */
export class Missing extends Error {
  constructor(address: string) {
    super(`${publicUrl(address)} does not exist`);
    this.name = "Missing";
  }
}

/**
 * One GET with redirects, answered with 200, 206, 304 or 416.
 *
 * A redirect to another host is asked with that host's own credentials, never with those of the first.
 *
 * @throws Missing for 404 and 410
 * @throws Transient for what another try may cure: connection failures, time-outs, 408, 425, 429, 5xx
 * @throws E_CONDA_CHANNEL_DENIED for 401, 403, 407
 * @throws E_CONDA_TLS where the server's certificate is not trusted
 */
export async function ask(door: Door, address: string, question: Question): Promise<Answer> {
  let url = parse(address);
  for (let hop = 0; hop <= mostRedirects; hop += 1) {
    const { url: asked, headers } = authorised(url, question.credentials);
    const answer = await get(door, asked, { ...question.headers, ...headers }, question.signal);
    if (!redirects.has(answer.status)) return accepted(answer, url);
    discard(answer);
    url = redirected(url, answer);
  }
  throw condaError(
    "E_CONDA_CHANNEL",
    `${publicUrl(address)} redirects more than ${mostRedirects} times.`,
  );
}

function parse(address: string): URL {
  const url = URL.parse(address);
  if (url === null)
    throw condaError("E_CONDA_CHANNEL", `"${publicUrl(address)}" is no address of a channel.`);
  return url;
}

async function get(
  door: Door,
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    return await door.get(url, headers, signal);
  } catch (cause) {
    signal.throwIfAborted();
    const untrusted = certificateFailure(cause);
    if (untrusted !== undefined)
      throw condaError("E_CONDA_TLS", `The certificate of ${url.host} is refused: ${untrusted}.`, {
        cause,
      });
    const why = networkFailure(cause);
    if (why === undefined) throw cause;
    throw new Transient(`cannot connect to ${url.host} (${why})`, { cause });
  }
}

function accepted(answer: Answer, url: URL): Answer {
  const { status } = answer;
  if (status === 200 || status === 206 || status === 304 || status === 416) return answer;
  discard(answer);
  const shown = publicUrl(url.href);
  if (status === 404 || status === 410) throw new Missing(url.href);
  if (status === 401 || status === 403 || status === 407)
    throw condaError("E_CONDA_CHANNEL_DENIED", `${shown}: access denied (HTTP ${status}).`, {
      hint: `Set credentials for ${url.host}: in a netrc file, RATTLER_AUTH_FILE or the channel's address.`,
    });
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    throw new Transient(`${shown} answered HTTP ${status}`, { afterMs: retryAfter(answer) });
  throw condaError("E_CONDA_CHANNEL", `${shown} answered HTTP ${status}.`);
}

function retryAfter({ headers }: Answer): number | undefined {
  const seconds = Number(headers["retry-after"]);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

function redirected(from: URL, { headers }: Answer): URL {
  const location = headers["location"];
  const next = typeof location === "string" ? URL.parse(location, from.href) : null;
  const isWeb = next?.protocol === "https:" || next?.protocol === "http:";
  if (next === null || !isWeb)
    throw condaError("E_CONDA_CHANNEL", `${publicUrl(from.href)} redirects to no web address.`);
  if (from.protocol === "https:" && next.protocol === "http:")
    throw condaError(
      "E_CONDA_CHANNEL",
      `${publicUrl(from.href)} redirects from https to http (${next.host}).`,
    );
  if (next.origin === from.origin) {
    next.username = from.username;
    next.password = from.password;
  }
  return next;
}
