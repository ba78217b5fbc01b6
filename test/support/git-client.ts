import { Secret } from "../../src/step/secret.ts";
import { systemClock } from "../../src/step/clock.ts";
import { openCheckout, requireHead } from "../../src/git/checkout.ts";
import { buildCommit } from "../../src/git/commit.ts";
import { type GitContext, openGit } from "../../src/git/git.ts";
import { makePrivateRepository } from "../../src/git/private-repository.ts";
import { remoteAt } from "../../src/git/remote.ts";
import { serverOf } from "../../src/git/server.ts";
import type { Sha } from "../../src/git/sha.ts";
import { buildTag } from "../../src/git/tag-object.ts";
import type { Carrier } from "../../src/git/carrier.ts";
import { openHttp } from "../../src/gitlab/http.ts";
import { readProxies } from "../../src/gitlab/proxies.ts";
import { silentLog } from "../../src/step/log.ts";
import { onTestFinished } from "vitest";
import { carrierOver } from "../../steps/shared/git-server.ts";
import { gitContext } from "./repositories.ts";

export const token = "glpat-0123456789abcdefghij";
const author = { name: "Slipway", email: "slipway@noreply.example.org" };

/** Time that never makes a test wait; the waits are kept. */
export function hastyClock(waitsMs: number[] = []) {
  return {
    ...systemClock,
    sleep: async (ms: number) => {
      waitsMs.push(ms);
    },
  };
}

/** A checkout connected with a server, as tag-release connects it. */
export async function connect(root: string, url: string, more: Partial<GitContext> = {}) {
  const tool = await openGit(await gitContext({ clock: hastyClock(), ...more }));
  const checkout = await openCheckout(tool, root);
  const repository = await makePrivateRepository(tool, checkout);
  const remote = remoteAt(url, {
    credential: { username: "oauth2", password: new Secret(token) },
  });
  return { tool, checkout, repository, remote, server: serverOf(repository, remote) };
}

type Connection = Awaited<ReturnType<typeof connect>>;

/** Carries git's requests as the steps have it done: over the API client's own connections. */
export function openCarrier(): Carrier {
  const http = openHttp({
    userAgent: "slipway/test",
    proxies: readProxies({}),
    authorityFiles: [],
    signal: new AbortController().signal,
  });
  onTestFinished(() => http.close());
  return carrierOver(http, silentLog);
}

/** A commit on HEAD and a tag on it, to be pushed. */
export async function makeRelease({ checkout, repository }: Connection) {
  const base = requireHead(checkout);
  const common = { author, date: new Date(1_700_000_001_000) };
  const next = await buildCommit(repository, { base, edits: [], message: "Next", ...common });
  const tag = await buildTag(repository, {
    name: "v1",
    target: base,
    message: "Release 1",
    tagger: author,
    date: common.date,
  });
  return { base, next, tag };
}

export const releaseUpdates = ({ base, next, tag }: Record<"base" | "next" | "tag", Sha>) => [
  { ref: "refs/heads/main", id: next, expected: base },
  { ref: "refs/tags/v1", id: tag, expected: undefined },
];
