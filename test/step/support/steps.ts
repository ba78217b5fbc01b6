import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
  defineErrors,
  defineStep,
  type Effect,
  exit,
  type Inputs,
  type Step,
  type StepDefinition,
} from "../../../src/step/index.ts";

export const noteError = defineErrors({
  E_NOTE_ELSEWHERE: { exit: exit.refused, cause: "Another note is there.", cure: "Take it away." },
  E_NOTE_BUSY: { exit: exit.unavailable, cause: "The disk is busy.", cure: "Run it again." },
});

/** A step that does what a test needs and nothing else. */
export function stepWith<
  const In extends Inputs,
  const Out extends Readonly<Record<string, string>>,
>(
  parts: Pick<StepDefinition<In, Out>, "inputs" | "outputs"> & Partial<StepDefinition<In, Out>>,
): Step {
  return defineStep<In, Out>({
    name: "write-note",
    summary: "Write a note into a file",
    examples: [
      { title: "Write", command: "NOTE_TEXT=hello write-note" },
      { title: "Look first", command: "DRY_RUN=true NOTE_TEXT=hello write-note" },
    ],
    plan: async () => [],
    ...parts,
  });
}

/** Writes a file whole; a file with other content is a conflict. */
export function noteEffect(folder: string, name: string, content = name): Effect<string> {
  const path = join(folder, name);
  const find = async () => {
    const found = await readFile(path, "utf8").catch(() => undefined);
    if (found !== undefined && found !== content)
      throw noteError("E_NOTE_ELSEWHERE", `${name} holds "${found}".`);
    return found ?? false;
  };
  return {
    id: `write:${name}`,
    sentence: `Write ${name}`,
    isDone: find,
    apply: () => writeFile(path, content),
    verify: async () => {
      const found = await find();
      if (found === false) throw noteError("E_NOTE_BUSY", `${name} is not there.`);
      return found;
    },
  };
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What the effects of a run came to, by their ids. */
export function statesOf(record: unknown): Readonly<Record<string, unknown>> {
  if (typeof record !== "object" || record === null || !("effects" in record)) return {};
  const effects: unknown = record.effects;
  if (!Array.isArray(effects)) return {};
  const pairs = effects.map(({ id, state }: { id: string; state: unknown }) => [id, state]);
  return Object.fromEntries(pairs);
}
