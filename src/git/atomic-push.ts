import { StepError } from "../step/errors.ts";
import { gitErrors } from "./errors.ts";
import { movedTo } from "./moved.ts";
import type { Sent } from "./open-push.ts";
import { type PushFailure, pushFailure, sentFailure } from "./push-refusals.ts";
import { retrying } from "./retry.ts";
import { attempt, type Server } from "./server.ts";
import type { Sha } from "./sha.ts";

/** One reference to move or make. */
export interface RefUpdate {
  /** In full: `refs/heads/main`. */
  readonly ref: string;
  readonly id: Sha;
  /** What the server must hold before: the commit that the new one was built on, or nothing. */
  readonly expected: Sha | undefined;
}

/** What the server holds after an attempt whose end is not known. */
export type Settled = "done" | "absent" | "mixed";

export interface AtomicPush {
  readonly updates: readonly RefUpdate[];
  /** For messages: `tag v1.0 and branch main`. */
  readonly title: string;
  /** The way of the first attempt, where it is open; all others are git's. */
  readonly first?: ((updates: readonly RefUpdate[]) => Promise<Sent | undefined>) | undefined;
  /** Looks at the server; throws where it holds something else than the state before or after the push. */
  look(): Promise<Settled>;
}

/**
 * Pushes all references or none.
 *
 * Each is guarded by a lease on what it was built on, never on what was read later: a fresh value would force the push
 * over a colleague's commit (G01). An end that is not known is decided by looking, before any retry (G08).
 *
 * @throws {StepError} the server's refusal; what `look` throws; E_PUSH_UNKNOWN where it cannot be told what happened.
 */
export async function pushAtomically(
  server: Server,
  { updates, title, first, look }: AtomicPush,
): Promise<void> {
  let way = first;
  await retrying(server, async () => {
    const sent = await way?.(updates);
    way = undefined;
    const failure =
      sent === undefined
        ? await pushByGit(server, { updates, title })
        : sentFailure(server.remote, sent, title);
    if (failure === undefined) return { done: undefined };
    if (failure.kind === "redirected") throw await movedTo(server);
    if (failure.kind === "refused") throw failure.error;
    const settled = await lookAfter(look, failure.error, title);
    if (settled === "done") return { done: undefined };
    if (settled === "absent") return { again: failure.error };
    throw gitErrors("E_PUSH_UNKNOWN", `Only a part of ${title} is on ${server.remote.url}.`, {
      cause: failure.error,
    });
  });
}

/** @returns `undefined` where it went well. */
async function pushByGit(
  server: Server,
  { updates, title }: Pick<AtomicPush, "updates" | "title">,
): Promise<PushFailure | undefined> {
  const args = [
    "push",
    "--atomic",
    "--porcelain",
    "--no-verify",
    "--no-signed",
    "--no-follow-tags",
    "--recurse-submodules=no",
    ...updates.map(({ ref, expected }) => `--force-with-lease=${ref}:${expected ?? ""}`),
    server.remote.url,
    ...updates.map(({ ref, id }) => `${id}:${ref}`),
  ];
  const result = await attempt(server, args);
  return result.exitCode === 0 ? undefined : pushFailure(server.remote, result, title);
}

async function lookAfter(
  look: AtomicPush["look"],
  cause: StepError,
  title: string,
): Promise<Settled> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof StepError) || error.code !== "E_GIT_UNREACHABLE") throw error;
    throw gitErrors(
      "E_PUSH_UNKNOWN",
      `Whether ${title} arrived cannot be told: the push failed, and then the server could not be asked. ${error.message}`,
      { cause },
    );
  }
}
