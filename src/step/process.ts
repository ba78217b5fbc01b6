import { systemClock } from "./clock.ts";
import type { Step } from "./define.ts";
import type { StepError } from "./errors.ts";
import { kitError } from "./kit-errors.ts";
import { pathNames } from "./known-names.ts";
import { explain } from "./log/explain.ts";
import type { Terminal } from "./log/terminal.ts";
import { Redactor } from "./redact/redactor.ts";
import { secretsInEnvironment } from "./redact/environment.ts";
import { run } from "./run.ts";
import { asStepError } from "./translate.ts";

/** Connects a step to the process: its environment, its streams, its signals. Sets the exit code. */
export async function runInProcess(step: Step, args: readonly string[]): Promise<void> {
  const redactor = new Redactor();
  redactor.add(...secretsInEnvironment(process.env, pathNames(step)));
  maskDirectWrites(process.stderr, redactor);
  if (args.length > 0) {
    const error = noArguments(step, args);
    complain(error);
    process.exitCode = error.exit;
    return;
  }
  const controller = new AbortController();
  const stop = (error: StepError) => () => controller.abort(error);
  // As PID 1 a process without handlers ignores these signals (R08).
  const onTerm = stop(kitError("E_TERMINATED", `${step.name} was terminated (SIGTERM).`));
  const onInt = stop(kitError("E_INTERRUPTED", `${step.name} was interrupted (SIGINT).`));
  // Not `once`: execa's clean-up kills the process where its own listener is the only one left, and signals come twice.
  process.on("SIGTERM", onTerm).on("SIGINT", onInt);
  // What nobody awaited ends the run like any other error, with its standing and its report.
  const onDefect = (error: unknown) => controller.abort(asStepError(error));
  process.on("uncaughtException", onDefect);

  process.exitCode = await run(
    step,
    {
      env: process.env,
      cwd: process.cwd(),
      out: terminal(process.stdout),
      err: terminal(process.stderr),
      clock: systemClock,
      signal: controller.signal,
    },
    redactor,
  );
  process.off("SIGTERM", onTerm).off("SIGINT", onInt);
  // What was interrupted may still hold sockets and children open; everything it had to say is said.
  if (controller.signal.aborted) await end(process.exitCode);
  process.off("uncaughtException", onDefect).once("uncaughtException", (error) => {
    const defect = asStepError(error);
    complain(defect);
    void end(defect.exit);
  });
}

/** Options are named, for whoever knows them from other commands; what stands beside them may be secret. */
function noArguments({ name }: Step, args: readonly string[]): StepError {
  const options = args.flatMap((argument) => /^(?:--[a-z][a-z-]*|-[a-z])/i.exec(argument) ?? []);
  const named = options.length === 0 ? "" : ` (${options.join(" ")})`;
  return kitError(
    "E_ARGUMENTS",
    `${name} takes no arguments, but was given ${args.length}${named}.`,
  );
}

function terminal(stream: NodeJS.WriteStream): Terminal {
  // A reader that goes away (`| head`) is no reason to fail.
  stream.on("error", () => {});
  return {
    write: (text) => {
      stream.write(text);
    },
    isTTY: stream.isTTY,
    columns: stream.columns || 80,
  };
}

/** Node's own debug output and warnings, and those of libraries, go past the log: with NODE_DEBUG they hold tokens (S05). */
function maskDirectWrites(stream: NodeJS.WriteStream, redactor: Redactor): void {
  const write = stream.write.bind(stream);
  stream.write = (chunk: string | Uint8Array, ...more: readonly unknown[]) => {
    const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    const done = more.find((argument) => typeof argument === "function");
    return write(redactor.redact(text), (error) => {
      done?.(error);
    });
  };
}

function complain(error: StepError): void {
  process.stderr.write(`ERROR ${error.code}: ${explain(error).join("\n")}\n`);
}

/** The one place that leaves the process by force, after both streams have been written out. */
async function end(code: number): Promise<void> {
  process.exitCode = code;
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((flushed) => {
      stream.write("", () => flushed());
    });
  }
  // oxlint-disable-next-line unicorn/no-process-exit -- buffers are flushed above
  process.exit();
}
