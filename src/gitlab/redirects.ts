import { gitlabError } from "./errors.ts";
import type { Answer, Exchange, Http } from "./http.ts";

const followed = new Set([301, 302, 303, 307, 308]);
const most = 5;

/**
 * Sends a request and follows redirects by hand (H13).
 *
 * Reading follows up to five; to another origin it goes without credentials, and never from https to http. A write
 * with JSON follows only a project's move on the same origin; a file is never sent to another place than the one it
 * was meant for.
 *
 * @param credentials are headers for the origin of the first address alone.
 * @throws {StepError} E_GITLAB_REDIRECT
 */
export async function exchangeFollowing(
  http: Http,
  exchange: Exchange,
  credentials: Readonly<Record<string, string>>,
): Promise<Answer> {
  let { url } = exchange;
  // A stranger that sends us home must not choose what the token asks for there.
  let atHome = true;
  for (let hops = 0; ; hops += 1) {
    const headers = atHome ? { ...exchange.headers, ...credentials } : exchange.headers;
    const answer = await http.exchange({ ...exchange, url, headers });
    if (!followed.has(answer.status)) return answer;
    if (hops === most) throw refuse(exchange, url, `there were more than ${most} redirects`);
    const next = nextAddress(exchange, url, answer);
    atHome &&= next.origin === url.origin;
    url = next;
  }
}

function nextAddress(exchange: Exchange, from: URL, { status, headers }: Answer): URL {
  const { location } = headers;
  if (location === undefined)
    throw refuse(exchange, "", "it does not say where to (there is no header Location)");
  const next = URL.parse(location, from.href);
  if (next === null) throw refuse(exchange, "", "where to is no address");
  if (!/^https?:$/.test(next.protocol))
    throw refuse(exchange, next, "that is no address of http or https");
  const isRead = exchange.method === "GET" || exchange.method === "HEAD";
  if (from.protocol === "https:" && next.protocol === "http:")
    throw refuse(exchange, next, "it leads from https to http");
  if (isRead) return next;
  // Others than GitLab's own move would turn the write into a GET or send it to a stranger.
  const isMove = next.origin === from.origin && (status === 301 || status >= 307);
  if (exchange.body?.type !== "application/json" && exchange.body !== undefined)
    throw refuse(exchange, next, "a file is not sent to another place");
  if (!isMove) throw refuse(exchange, next, "a write does not follow to another server");
  return next;
}

function refuse({ method, url }: Exchange, to: URL | "", why: string): Error {
  // A query may hold a signature; it is nobody's to read (S07).
  const where = to === "" ? "" : ` to ${to.protocol}//${to.host}${to.pathname}`;
  return gitlabError(
    "E_GITLAB_REDIRECT",
    `${url.host} redirects ${method} ${url.pathname}${where}: ${why}.`,
  );
}
