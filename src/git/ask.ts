import { movedTo } from "./moved.ts";
import { networkFailure } from "./network-failures.ts";
import { retrying } from "./retry.ts";
import { attempt, type Server } from "./server.ts";

/**
 * A command that only reads from the server, so that it may be repeated freely.
 *
 * @throws {StepError} of network-failures.ts.
 */
export async function ask(server: Server, args: readonly string[]): Promise<string> {
  return retrying(server, async () => {
    const result = await attempt(server, args);
    if (result.exitCode === 0) return { done: result.stdout.toString() };
    const failure = networkFailure(server.remote, result, args);
    if (failure.redirected) throw await movedTo(server);
    if (!failure.retry) throw failure.error;
    return { again: failure.error };
  });
}
