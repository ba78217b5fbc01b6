/** A command that is slow on purpose: it says when it is in the middle of a write, and can be stopped there. */
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { choice, defineStep, type Effect, runCommand, secret } from "slipway";

const slow = defineStep({
  name: "slow-step",
  summary: "Write two notes slowly",
  inputs: {
    SLOW_MODE: choice(["polite", "deaf", "defect", "stray", "quick", "warning"], {
      default: "polite",
      about: "Whether the first write heeds the signal, ignores it, or fails.",
    }),
    SLOW_TOKEN: secret({ optional: true, about: "A token that must not be seen." }),
  },
  outputs: {},
  examples: [
    { title: "Be slow", command: "slow-step" },
    { title: "Look first", command: "DRY_RUN=true slow-step" },
  ],
  async plan({ inputs, cwd, log, signal }) {
    const note = (name: string, during: () => Promise<void>): Effect => ({
      id: `write:${name}`,
      sentence: `Write ${name}`,
      isDone: async () => existsSync(join(cwd, name)),
      apply: async () => {
        await writeFile(join(cwd, `${name}.begun`), "");
        log.info(`writing ${name}`);
        await during();
        await appendFile(join(cwd, name), name);
      },
      verify: () => readFile(join(cwd, name), "utf8"),
    });
    const during = {
      polite: () => delay(60_000, undefined, { signal }),
      deaf: () => delay(60_000),
      defect: () => Promise.reject(new TypeError(`x is not ${inputs.SLOW_TOKEN?.reveal()}`)),
      stray: async () => {
        setTimeout(() => {
          throw new RangeError(`stray ${inputs.SLOW_TOKEN?.reveal()}`);
        }, 1);
        await delay(60_000, undefined, { signal });
      },
      quick: async () => {},
      warning: async () => process.emitWarning(`about ${inputs.SLOW_TOKEN?.reveal()}`),
    };
    return [note("first", during[inputs.SLOW_MODE]), note("second", async () => {})];
  },
});

if (import.meta.main) await runCommand(slow);
