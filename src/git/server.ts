import type { Carrier } from "./carrier.ts";
import type { GitResult } from "./git.ts";
import type { Repository } from "./private-repository.ts";
import { credentialConfig, networkVariables, type Remote } from "./remote.ts";

/** The other side: a remote repository as this run talks to it. */
export interface Server {
  readonly repository: Repository;
  readonly remote: Remote;
  /** From 0 to 1, for the waits between attempts. */
  readonly random: () => number;
  /** On the context's monotonic clock, in milliseconds; no attempt begins after it. */
  readonly deadlineMs: number;
  /** Carries a question that needs no git; without it git asks all of them. */
  readonly carrier: Carrier | undefined;
}

/** The longest that one git command may take. */
const attemptMs = 600_000;

/** Connects a private repository, and what it may push, with a remote one. Nothing is sent yet. */
export function serverOf(
  repository: Repository,
  remote: Remote,
  {
    random = Math.random,
    deadlineMs = Number.POSITIVE_INFINITY,
    carrier,
  }: { random?: () => number; deadlineMs?: number; carrier?: Carrier | undefined } = {},
): Server {
  return { repository, remote, random, deadlineMs, carrier };
}

/** One attempt of a command that speaks to the server, whatever it ends with. */
export async function attempt(
  { repository, remote, deadlineMs }: Server,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<GitResult> {
  const { git } = repository;
  const leftMs = deadlineMs - git.context.clock.monotonicMs();
  return git.network(
    args,
    repository.over({
      protocols: [remote.protocol],
      config: credentialConfig(remote),
      variables: { ...networkVariables(remote, git.context.environment), ...variables },
      timeoutMs: Math.max(1, Math.round(Math.min(attemptMs, leftMs))),
    }),
  );
}
