import { resolve } from "node:path";
import { openCheckout, openGit } from "../../src/git/index.ts";
import { StepError } from "../../src/step/index.ts";
import { oldestSeconds } from "../../src/conda/index.ts";
import type { PackContext } from "./inputs.ts";

/**
 * The time that files of the release get: SOURCE_DATE_EPOCH, else the pipeline's commit's, else that of the commit that
 * is checked out, else 1980. Seconds since 1970; never the time of the run, which would make every pack another one.
 */
export async function readReleaseTime(context: PackContext): Promise<number> {
  const { variable } = context;
  const epoch = Number(variable("SOURCE_DATE_EPOCH") ?? "x");
  if (Number.isSafeInteger(epoch) && epoch >= 0) return epoch;
  const commit = Date.parse(variable("CI_COMMIT_TIMESTAMP") ?? "");
  if (!Number.isNaN(commit)) return Math.floor(commit / 1000);
  if (context.inputs.CONDA_PREFIX_TO_PACK !== undefined) return oldestSeconds;
  return (await readCommitTime(context)) ?? oldestSeconds;
}

/** `undefined` where there is no git or no repository: neither is needed to pack. */
async function readCommitTime(context: PackContext): Promise<number | undefined> {
  const { environment, log, clock, signal, cwd, inputs } = context;
  try {
    const workFolder = await context.workFolder();
    const git = await openGit({ workFolder, environment, log, clock, signal });
    const { head, gitDirectory, root } = await openCheckout(git, resolve(cwd, inputs.PROJECT_DIR));
    if (head === undefined) return undefined;
    const text = await git.text(["show", "--no-patch", "--format=%ct", head], {
      gitDirectory,
      config: [["safe.directory", root]],
    });
    return Number.parseInt(text, 10);
  } catch (error) {
    if (error instanceof StepError) return undefined;
    throw error;
  }
}
