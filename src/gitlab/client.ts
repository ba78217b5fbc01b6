import type { Clock } from "../step/clock.ts";
import type { Log } from "../step/log.ts";
import { type Answered, type Call, title } from "./call.ts";
import { isHtml, parseJson } from "./error-text.ts";
import { gitlabError } from "./errors.ts";
import { answerFailure, transportFailure } from "./failures.ts";
import type { Http, OutgoingBody } from "./http.ts";
import { exchangeFollowing } from "./redirects.ts";
import {
  delayMs,
  judgeAnswer,
  judgeTransport,
  normalRetry,
  type RetryPolicy,
  type Verdict,
} from "./retry.ts";
import { type Token, tokenHeaders } from "./tokens.ts";
import { TransportError } from "./transport-error.ts";

/** What a client of one GitLab and one project works with. */
export interface GitLabSettings {
  /** `https://gitlab.example.org/api/v4`, without a slash at its end. */
  api: string;
  /** Number or full path. The number survives proxies that decode `%2F`. */
  project: string;
  token: Token;
  http: Http;
  log: Log;
  clock: Clock;
  /** From 0 to 1, for the jitter. */
  random?: () => number;
  retry?: Partial<RetryPolicy>;
  /** When waiting must end, on the clock's monotonic scale in milliseconds. */
  deadlineMs?: number;
  signal: AbortSignal;
}

/** GitLab's API as one token sees it. */
export interface GitLab extends Pick<
  GitLabSettings,
  "api" | "project" | "token" | "http" | "log" | "clock"
> {
  /** Host and port, for messages. */
  readonly host: string;
  readonly retry: RetryPolicy;
  /** When waiting must end, on the clock's monotonic scale; also for git's own pushes. */
  readonly deadlineMs: number;
  /** Sends once. Any complete answer is returned. @throws {TransportError} where none came. */
  send(call: Call): Promise<Answered>;
  /** Sends until a final answer is there; only for what changes nothing. @throws {StepError} */
  read(call: Call): Promise<Answered>;
  /** Waits before a further attempt, or says that there is none. */
  pause(failed: number, verdict: Verdict, why: string): Promise<boolean>;
}

/** Makes a client. It does not ask anything yet. */
export function createGitLab(settings: GitLabSettings): GitLab {
  const { api, project, token, http, log, clock, signal, deadlineMs = Infinity } = settings;
  const random = settings.random ?? Math.random;
  const retry = { ...normalRetry, ...settings.retry };
  const { host } = new URL(api);

  const gitlab: GitLab = {
    api,
    project,
    token,
    http,
    log,
    clock,
    host,
    retry,
    deadlineMs,
    async send(call) {
      const url = address(api, call);
      const body = bodyOf(call);
      const answer = await exchangeFollowing(
        http,
        {
          method: call.method,
          url,
          headers: {},
          ...(body === undefined ? {} : { body }),
          ...(call.receive === undefined ? {} : { receive: call.receive }),
        },
        tokenHeaders(token),
      );
      const requestId = answer.headers["x-request-id"];
      log.debug(`${title(call)} → ${answer.status} in ${answer.ms} ms`, {
        method: call.method,
        path: call.path,
        status: answer.status,
        ms: answer.ms,
        requestId,
      });
      return { ...answer, call, requestId };
    },
    async read(call) {
      for (let failed = 1; ; failed += 1) {
        const outcome = await attempt(() => gitlab.send(call));
        const verdict =
          outcome instanceof TransportError
            ? judgeTransport(outcome)
            : judgeAnswer(outcome, clock.now());
        const reason = outcome instanceof TransportError ? outcome.message : `${outcome.status}`;
        if (await gitlab.pause(failed, verdict, `${title(call)}: ${reason}`)) continue;
        if (outcome instanceof TransportError)
          throw transportFailure(outcome, call.purpose, gitlab, failed);
        if (verdict.retry) throw answerFailure(outcome, gitlab);
        return outcome;
      }
    },
    async pause(failed, verdict, why) {
      if (!verdict.retry || failed >= retry.attempts) return false;
      const wait = delayMs(failed, retry, random(), verdict.afterMs);
      const left = Math.min(retry.patienceMs, deadlineMs - clock.monotonicMs());
      if (wait > left) {
        log.warn(`${why}. The next attempt would be in ${seconds(wait)} s, which is too late.`);
        return false;
      }
      log.info(`${why}. Attempt ${failed + 1} of ${retry.attempts} in ${seconds(wait)} s.`);
      await clock.sleep(wait, signal);
      return true;
    },
  };
  return gitlab;
}

/** Reads JSON. @returns `undefined` where GitLab answers 404. @throws {StepError} for every other refusal. */
export async function find(gitlab: GitLab, call: Omit<Call, "method">): Promise<unknown> {
  const answered = await gitlab.read({ ...call, method: "GET" });
  if (
    answered.status === 404 &&
    !isHtml(answered.headers["content-type"], answered.body.toString())
  )
    return undefined;
  return json(gitlab, answered);
}

/** Reads JSON that must be there. @throws {StepError} */
export async function get(gitlab: GitLab, call: Omit<Call, "method">): Promise<unknown> {
  return json(gitlab, await gitlab.read({ ...call, method: "GET" }));
}

/** The JSON of a success. @throws {StepError} for a refusal, a page of HTML, or what is no JSON. */
export function json(gitlab: GitLab, answered: Answered): unknown {
  if (answered.status < 200 || answered.status >= 300) throw answerFailure(answered, gitlab);
  const text = answered.body.toString("utf8");
  const value = parseJson(text);
  if (value === undefined)
    throw gitlabError(
      "E_GITLAB_NOT_JSON",
      `Cannot ${answered.call.purpose}: ${gitlab.host} answered ${answered.status} to ${title(answered.call)} with ${
        isHtml(answered.headers["content-type"], text) ? "a page of HTML" : "something"
      } that is not JSON.`,
    );
  return value;
}

/** Runs an attempt; the lack of an answer is a value, everything else is thrown. */
export async function attempt<Result>(
  work: () => Promise<Result>,
): Promise<Result | TransportError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TransportError) return error;
    throw error;
  }
}

function address(api: string, { path, query = {} }: Call): URL {
  const url = new URL(`${api}${path}`);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

function bodyOf({ json: value, body }: Call): OutgoingBody | undefined {
  if (value === undefined) return body;
  const bytes = Buffer.from(JSON.stringify(value), "utf8");
  return {
    type: "application/json",
    size: bytes.length,
    async *open() {
      yield bytes;
    },
  };
}

function seconds(ms: number): number {
  return Math.ceil(ms / 100) / 10;
}
