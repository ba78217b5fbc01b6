import type { Repository } from "../../src/reports/cobertura/source-names.ts";
import { listTree, makePrivateRepository, openCheckout, openGit } from "../../src/git/index.ts";
import type { StepContext } from "../../src/step/index.ts";

/**
 * The tracked files, which GitLab compares file names of coverage with.
 *
 * @returns a sentence where they or the project's path are not known: then these rules are not checked
 */
export async function readRepository(context: StepContext): Promise<Repository | string> {
  const { cwd, environment, log, clock, signal, variable } = context;
  const project = variable("CI_PROJECT_PATH");
  if (project === undefined) return "CI_PROJECT_PATH is not set";
  try {
    const workFolder = await context.workFolder();
    const git = await openGit({ workFolder, environment, log, clock, signal });
    const checkout = await openCheckout(git, cwd);
    if (checkout.head === undefined) return "the repository has no commit";
    const repository = await makePrivateRepository(git, checkout);
    const files = await listTree(repository, checkout.head);
    return { project, tree: new Set(files.map(({ path }) => path)) };
  } catch (cause) {
    signal.throwIfAborted();
    return cause instanceof Error ? cause.message : String(cause);
  }
}
