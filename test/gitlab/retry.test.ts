import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  askedDelayMs,
  delayMs,
  judgeAnswer,
  judgeTransport,
  normalRetry,
} from "../../src/gitlab/retry.ts";
import type { TransportKind } from "../../src/gitlab/transport-error.ts";

const now = new Date("2026-02-03T04:05:06Z");

test.each([400, 401, 403, 404, 405, 409, 413, 422, 501])("%i is final", (status) => {
  expect(judgeAnswer({ status, headers: {} }, now)).toEqual({ retry: false });
});

test.each([408, 500, 502, 503, 504])("%i may pass", (status) => {
  expect(judgeAnswer({ status, headers: {} }, now)).toEqual({ retry: true });
});

test("a rate limit without a time waits a minute, as GitLab's own limits do", () => {
  expect(judgeAnswer({ status: 429, headers: {} }, now)).toEqual({ retry: true, afterMs: 60_000 });
});

const kinds: readonly { kind: TransportKind; retry: boolean }[] = [
  { kind: "connect", retry: true },
  { kind: "broken", retry: true },
  { kind: "stalled", retry: true },
  { kind: "host", retry: false },
  { kind: "tls", retry: false },
  { kind: "proxy", retry: false },
  { kind: "oversized", retry: false },
];
test.each(kinds)("a failure of kind $kind is tried again: $retry", ({ kind, retry }) => {
  expect(judgeTransport({ kind })).toEqual({ retry });
});

const asked: readonly { title: string; headers: Record<string, string>; ms: number | undefined }[] =
  [
    { title: "Retry-After in seconds", headers: { "retry-after": "12" }, ms: 12_000 },
    {
      title: "Retry-After as a date",
      headers: { "retry-after": "Tue, 03 Feb 2026 04:06:06 GMT" },
      ms: 60_000,
    },
    {
      title: "a date in the past",
      headers: { "retry-after": "Tue, 03 Feb 2026 04:00:00 GMT" },
      ms: 0,
    },
    {
      title: "RateLimit-Reset where nothing remains",
      headers: {
        "ratelimit-reset": String(Date.parse("2026-02-03T04:05:36Z") / 1000),
        "ratelimit-remaining": "0",
      },
      ms: 30_000,
    },
    {
      title: "RateLimit-Reset where requests remain",
      headers: { "ratelimit-reset": "1770091536", "ratelimit-remaining": "7" },
      ms: undefined,
    },
    {
      title: "Retry-After before RateLimit-Reset",
      headers: { "retry-after": "3", "ratelimit-reset": "1970091536" },
      ms: 3000,
    },
    {
      title: "nonsense",
      headers: { "retry-after": "soon", "ratelimit-reset": "later" },
      ms: undefined,
    },
    { title: "no header", headers: {}, ms: undefined },
  ];
test.each(asked)("the server's wish is read from $title", ({ headers, ms }) => {
  expect(askedDelayMs(headers, now)).toBe(ms);
});

test("a wait is never longer than the cap, nor shorter than the server asks", () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), unit, fc.nat(100_000), (failed, random, wish) => {
      const wait = delayMs(failed, normalRetry, random, wish);
      const ceiling = Math.min(normalRetry.capMs, normalRetry.baseMs * 2 ** (failed - 1));
      expect(wait).toBeGreaterThanOrEqual(wish);
      expect(wait).toBeLessThanOrEqual(Math.max(ceiling, wish));
      expect(Number.isInteger(wait)).toBe(true);
    }),
  );
});

test("the jitter is full: it spans from nothing to a ceiling that doubles", () => {
  const ceilings = [1, 2, 3, 4, 5, 6].map((failed) => delayMs(failed, normalRetry, 1));
  expect(ceilings).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000]);
  expect(delayMs(4, normalRetry, 0)).toBe(0);
});

test("whatever a server sends, the wish is a whole number of milliseconds or none", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (after, reset, remaining) => {
      const wish = askedDelayMs(
        { "retry-after": after, "ratelimit-reset": reset, "ratelimit-remaining": remaining },
        now,
      );
      expect(wish === undefined || (Number.isInteger(wish) && wish >= 0)).toBe(true);
    }),
  );
});
