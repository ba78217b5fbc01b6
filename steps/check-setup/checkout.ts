import { openCheckout, openGit } from "../../src/git/index.ts";
import { type Check, examining, verdicts } from "./check.ts";
import type { SetupContext } from "./inputs.ts";

/** Whether git works here, and has the history that is needed. */
export async function checkCheckout(
  context: SetupContext,
  folder: string,
  isFromTags: boolean,
): Promise<Check> {
  const check = verdicts(
    "git-history",
    "Checkout",
    "a git work tree with the history that is needed",
  );
  return examining(check, async () => {
    const { environment, log, clock, signal, variable, inputs } = context;
    const workFolder = await context.workFolder();
    const git = await openGit({ workFolder, environment, log, clock, signal });
    const { head, shallowFile } = await openCheckout(git, folder);
    const depth = variable("GIT_DEPTH");
    const found = `${head?.slice(0, 8) ?? "no commit"}, ${shallowFile === undefined ? "whole history" : `shallow${depth === undefined ? "" : ` (GIT_DEPTH ${depth})`}`}`;
    if (head === undefined) return check.wrong(found, "Push a first commit with a version in it.");
    if (shallowFile === undefined) return check.ok(found);
    if (isFromTags)
      return check.wrong(
        found,
        "The version is that of the newest tag, which a shallow clone may lack: set GIT_DEPTH: 0.",
      );
    const hasToken =
      inputs.CI_JOB_TOKEN ?? inputs.GITLAB_TOKEN ?? inputs.CI_PROJECT_PASSWORD ?? undefined;
    if (inputs.VERSION_BUMP === "auto" && hasToken === undefined)
      return check.wrong(
        found,
        "VERSION_BUMP=auto reads the commits since the last release: set GIT_DEPTH: 0, or give a token to fetch them with.",
      );
    return check.ok(`${found}, which is enough`);
  });
}
