import type { Step } from "./define.ts";
import { slipwayVersion } from "./version.ts";

/** What a command on PATH does: help, version, or the run itself. Sets the exit code; the process ends by itself. */
export async function main(step: Step): Promise<void> {
  const args = process.argv.slice(2);
  if (args.length === 1 && args[0] === "--version") {
    print(`${step.name} ${slipwayVersion}\n`);
    return;
  }
  if (args.length === 1 && args[0] === "--help") {
    const { helpText } = await import("./help.ts");
    print(helpText(step));
    return;
  }
  // Loaded only now, so that help and version start as fast as Node itself.
  const { runInProcess } = await import("./process.ts");
  await runInProcess(step, args);
}

function print(text: string): void {
  // A reader that goes away (`| head`) is no reason to fail.
  process.stdout.on("error", () => {});
  process.stdout.write(text);
}
