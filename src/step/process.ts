import { systemClock } from "./clock.ts";
import type { Step } from "./define.ts";
import type { StepError } from "./errors.ts";
import { kitError } from "./kit-errors.ts";
import { explain } from "./log/explain.ts";
import type { Terminal } from "./log/terminal.ts";
import { secretsInEnvironment } from "./redact/environment.ts";
import { Redactor } from "./redact/redactor.ts";
import { run } from "./run.ts";
import { asStepError } from "./translate.ts";

/** Connects a step to the process: its environment, its streams, its signals. */
export async function runInProcess(step: Step, args: readonly string[]): Promise<void> {
  if (args.length > 0) {
    const error = kitError(
      "E_ARGUMENTS",
      `${step.name} takes no arguments, but was given ${args.length}.`,
    );
    complain(error);
    process.exitCode = error.exit;
    return;
  }
  const controller = new AbortController();
  const stop = (error: StepError) => () => controller.abort(error);
  // As PID 1 a process without handlers ignores these signals (R08).
  const onTerm = stop(kitError("E_TERMINATED", `${step.name} was terminated (SIGTERM).`));
  const onInt = stop(kitError("E_INTERRUPTED", `${step.name} was interrupted (SIGINT).`));
  process.once("SIGTERM", onTerm).once("SIGINT", onInt);
  process.once("uncaughtException", (error) => {
    const defect = asStepError(error);
    complain(defect);
    void end(defect.exit);
  });

  process.exitCode = await run(step, {
    env: process.env,
    cwd: process.cwd(),
    out: terminal(process.stdout),
    err: terminal(process.stderr),
    clock: systemClock,
    signal: controller.signal,
  });
  process.off("SIGTERM", onTerm).off("SIGINT", onInt);
  // What was interrupted may still hold sockets and children open; everything it had to say is said.
  if (controller.signal.aborted) await end(process.exitCode);
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

function complain(error: StepError): void {
  const redactor = new Redactor();
  redactor.add(...secretsInEnvironment(process.env));
  process.stderr.write(redactor.redact(`ERROR ${error.code}: ${explain(error).join("\n")}\n`));
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
