import { rm } from "node:fs/promises";
import { join } from "node:path";
import { effect, type Effect } from "../../src/step/index.ts";
import {
  findUnfinished,
  holdsEdits,
  hookEnvironment,
  restoreFiles,
  runHooks,
  versionErrors,
  writeEdits,
  type BumpPlan,
  type Edit,
} from "../../src/version/index.ts";
import type { BumpContext } from "./inputs.ts";

/** Writes the edits into the files below a folder. */
export function editFiles(folder: string, plan: BumpPlan, edits: readonly Edit[]): Effect {
  const paths = plan.edits.map(({ path }) => path);
  return effect({
    id: `edit:${plan.newVersion}`,
    sentence: `Write version ${plan.newVersion} into ${paths.join(", ")}`,
    isDone: async () => (await holdsEdits(folder, edits)) && edits,
    apply: () => writeEdits(folder, edits),
    undo: () => restoreFiles(folder, edits),
    async verify() {
      if (await holdsEdits(folder, edits)) return edits;
      throw versionErrors("E_VERSION_WRITE", "A file does not hold what was written into it", {
        hint: "Something else writes into the project at the same time.",
      });
    },
  });
}

/** Takes away what a killed run left beside the files that it was writing; none where there is nothing. */
export async function sweepEffects(folder: string, { edits }: BumpPlan): Promise<Effect[]> {
  const paths = edits.map(({ path }) => path);
  const left = await findUnfinished(folder, paths);
  if (left.length === 0) return [];
  const isGone = async () => (await findUnfinished(folder, paths)).length === 0;
  const sweep = effect({
    id: "sweep",
    sentence: `Remove what a killed run left: ${left.join(", ")}`,
    isDone: isGone,
    async apply() {
      for (const path of left) await rm(join(folder, path), { force: true });
    },
    async verify() {
      if (await isGone()) return true;
      throw versionErrors("E_VERSION_WRITE", `${left.join(", ")} could not be removed`);
    },
  });
  return [sweep];
}

interface HookEffect {
  stage: "setup" | "preCommit" | "postCommit";
  folder: string;
  plan: BumpPlan;
  /** Whether an earlier run ran them to their end. */
  isOver(): Promise<boolean>;
  before?(): Promise<void>;
  /** After the last of them ended well. */
  after?(): Promise<void>;
  /** Takes back what they did. */
  undo?(): Promise<void>;
}

const titles = {
  setup: "setup_hooks",
  preCommit: "pre_commit_hooks",
  postCommit: "post_commit_hooks",
};

/** Runs the hooks of one stage; none where the configuration has none or the step must not. */
export function hookEffects(
  { inputs, environment, redactor, signal, log }: BumpContext,
  { stage, folder, plan, isOver, before, after, undo }: HookEffect,
): Effect[] {
  const commands = plan.texts.hooks[stage];
  if (!inputs.VERSION_RUN_HOOKS || commands.length === 0) return [];
  const title = titles[stage];
  const one = effect({
    id: `hooks:${title}`,
    sentence: `Run the ${title}: ${commands.join("; ")}`,
    isDone: isOver,
    async apply() {
      await before?.();
      const env = hookEnvironment(environment, (value) => redactor.masks(value), plan);
      await runHooks({ title, commands, cwd: folder, env, signal, log });
      await after?.();
    },
    // That they ended well is all that there is to prove.
    verify: () => Promise.resolve(true),
    undo: undo ?? (async () => log.warn(`What the ${title} changed by themselves stays as it is.`)),
  });
  return [one];
}
