import type { Log } from "../step/log.ts";
import { isSecretName } from "../step/redact/secret-name.ts";
import { versionErrors } from "./errors.ts";
import type { BumpPlan } from "./plan.ts";
import { splitCommand } from "./text/shell-words.ts";

export interface HookRun {
  /** For messages: `pre_commit_hooks`. */
  readonly title: string;
  readonly commands: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Runs the hooks of a bump configuration one after the other, as argument vectors: no shell takes part.
 *
 * @throws E_VERSION_HOOK for the first that cannot be started or does not end with 0.
 */
export async function runHooks({ title, commands, ...run }: HookRun): Promise<void> {
  const { execa } = await import("execa");
  for (const command of commands) {
    const [program, ...args] = splitCommand(command) ?? [];
    if (program === undefined)
      throw versionErrors("E_VERSION_HOOK", `${title}: '${command}' is no command`);
    run.log.info(`${title}: ${command}`);
    const result = await execa(program, args, {
      cwd: run.cwd,
      env: run.env,
      extendEnv: false,
      stdin: "ignore",
      all: true,
      reject: false,
      maxBuffer: 10_000_000,
      cancelSignal: run.signal,
      forceKillAfterDelay: 5000,
    });
    run.signal.throwIfAborted();
    if (result.all !== "") run.log.info(result.all);
    if (result.failed)
      throw versionErrors(
        "E_VERSION_HOOK",
        `${title}: '${command}' ended with ${result.exitCode ?? result.code ?? "a signal"}`,
      );
  }
}

/**
 * The environment of hooks: the job's without anything secret, and what bump-my-version tells its hooks.
 *
 * @param isSecret whether a value holds a secret although its name does not say so.
 */
export function hookEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  isSecret: (value: string) => boolean,
  plan: BumpPlan,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value = ""] of Object.entries(environment))
    if (!isSecretName(name) && !isSecret(value)) kept[name] = value;
  for (const name of plan.names.known) {
    if (!/^(?:current|new)_[a-z]\w*$/u.test(name)) continue;
    const found = plan.names.find(name);
    if (found.kind === "value" && typeof found.value === "string")
      kept[`BVHOOK_${name.toUpperCase()}`] = found.value;
  }
  return kept;
}
