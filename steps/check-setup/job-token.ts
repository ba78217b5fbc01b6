import { type GitLab, readJobTokenScope } from "../../src/gitlab/index.ts";
import { asking, type Check, verdicts } from "./check.ts";

/** Whose jobs may come in with their job token. */
export function checkJobTokenScope(gitlab: GitLab): Promise<Check> {
  const check = verdicts(
    "job-token-scope",
    "Who may come in with a job token",
    "only the projects on the allowlist",
  );
  return asking(check, "the role Maintainer and the scope read_api", async () => {
    const { isLimited, allowed } = await readJobTokenScope(gitlab);
    if (isLimited) return check.ok(`limited to ${allowed.join(", ")}`);
    return check.warning(
      "the jobs of every project whose starter is a member here",
      "Limit it (Settings, CI/CD, Job token permissions, Only this project and any groups and projects in the allowlist), and list the projects that download from here.",
    );
  });
}
