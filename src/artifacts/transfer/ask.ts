import {
  type Answer,
  askedDelayMs,
  type Exchange,
  exchangeFollowing,
  type Http,
  judgeAnswer,
  TransportError,
} from "../../gitlab/index.ts";
import { syncError } from "../sync-errors.ts";
import { transportFailure } from "./failures.ts";
import { Passing, patiently } from "./patience.ts";
import { publicAddress } from "./public-address.ts";
import type { Means } from "./means.ts";

/** A file on a web server, and who asks for it. */
export interface WebFile {
  readonly url: URL;
  /** For the origin of the address alone; no redirect to another one carries them (H13). */
  readonly credentials: Readonly<Record<string, string>>;
  /** What to say of the credentials where they are refused. */
  readonly credentialsTitle: string;
}

type Request = Pick<Exchange, "headers" | "begin" | "receive"> & {
  method: "GET" | "HEAD";
};

/** Asks once, following redirects. @throws {Passing} for what another try may cure. */
export async function askOnce(http: Http, file: WebFile, request: Request): Promise<Answer> {
  try {
    return await exchangeFollowing(
      http,
      { ...request, url: file.url, headers: { accept: "*/*", ...request.headers } },
      file.credentials,
    );
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    throw transportFailure("SOURCE", error, `Cannot read ${publicAddress(file.url)}`, error);
  }
}

/** Asks until there is a final answer. */
export async function ask(means: Means, file: WebFile, request: Request): Promise<Answer> {
  return patiently(async () => {
    const answer = await askOnce(means.http, file, request);
    if (judgeAnswer(answer, means.clock.now()).retry)
      throw refusal(file, answer, means.clock.now());
    return answer;
  }, means);
}

/** What an answer other than the file means. @returns a `Passing` for what another try may cure. */
export function refusal(file: WebFile, answer: Answer, now: Date): Error {
  const { status } = answer;
  const said = `${publicAddress(file.url)} answered ${status}`;
  if (status === 404 || status === 410)
    return syncError("E_SOURCE_MISSING", `${said}${asWhom(file)}: there is no such file.`);
  if (status === 401 || status === 403)
    return syncError("E_SOURCE_DENIED", `${said}${asWhom(file)}.`);
  // The rest of a file that is no longer the same: the next try asks for the whole.
  if (status === 416 || judgeAnswer(answer, now).retry)
    return new Passing(
      syncError("E_SOURCE_UNAVAILABLE", `${said}.`),
      askedDelayMs(answer.headers, now),
    );
  return syncError("E_SOURCE_REFUSED", `${said}, which is not the file.`);
}

function asWhom({ credentialsTitle }: WebFile): string {
  return ` (${credentialsTitle})`;
}
