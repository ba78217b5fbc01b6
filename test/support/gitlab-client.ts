import type { Clock } from "../../src/step/clock.ts";
import { Secret } from "../../src/step/secret.ts";
import { createGitLab, type GitLab, type GitLabSettings } from "../../src/gitlab/client.ts";
import { type HttpSettings, openHttp } from "../../src/gitlab/http.ts";
import { silentLog } from "../../src/step/log.ts";

/** A clock whose sleeps end at once and are recorded, in milliseconds. */
export interface QuickClock extends Clock {
  readonly slept: number[];
}

export function quickClock(start = "2026-02-03T04:05:06Z"): QuickClock {
  const slept: number[] = [];
  let ms = Date.parse(start);
  return {
    slept,
    now: () => new Date(ms),
    monotonicMs: () => ms,
    sleep: async (wait, signal) => {
      signal?.throwIfAborted();
      slept.push(wait);
      ms += wait;
    },
  };
}

export const jobToken = {
  variable: "CI_JOB_TOKEN",
  kind: "job",
  secret: new Secret("job-secret-1"),
} as const;
export const privateToken = {
  variable: "GITLAB_TOKEN",
  kind: "private",
  secret: new Secret("private-secret-1"),
} as const;

/** The door with short times, and no proxy. */
export function testHttp(settings: Partial<HttpSettings> = {}) {
  return openHttp({
    userAgent: "slipway-test",
    proxies: { http: "", https: "", none: "" },
    authorityFiles: [],
    signal: new AbortController().signal,
    ...settings,
  });
}

/** A client for a server of the test's own, project 7, that never really waits. */
export function testClient(
  api: string,
  settings: Partial<GitLabSettings> & { limits?: HttpSettings["limits"] } = {},
): GitLab & { clock: Clock; close(): Promise<void> } {
  const { limits = {}, ...rest } = settings;
  const http = testHttp({ limits });
  const gitlab = createGitLab({
    api,
    project: "7",
    token: jobToken,
    http,
    log: silentLog,
    clock: quickClock(),
    signal: new AbortController().signal,
    ...rest,
  });
  return { ...gitlab, close: () => http.close() };
}
