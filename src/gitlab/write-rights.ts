import { StepError } from "../step/errors.ts";
import type { GitLab } from "./client.ts";
import { gitlabError } from "./errors.ts";
import { findProject, role, roleName } from "./project.ts";
import { readTokenSelf } from "./token-self.ts";

/**
 * Whether the token is known to be unable to write packages and releases: for dry runs, which try nothing.
 *
 * @param purpose what it is needed for, imperative.
 * @returns the refusal to expect, or `undefined` where nothing speaks against it.
 */
export async function expectedRefusal(
  gitlab: GitLab,
  purpose: string,
): Promise<StepError | undefined> {
  const { token } = gitlab;
  // A job token says nothing of itself; it has the role of whoever started the pipeline.
  if (token.kind === "job") return undefined;
  try {
    const { scopes } = await readTokenSelf(gitlab);
    if (!scopes.includes("api"))
      return gitlabError(
        "E_TOKEN_SCOPE",
        `To ${purpose}, the token in ${token.variable} needs the scope api; it has ${scopes.join(", ")}.`,
      );
    const level = (await findProject(gitlab))?.accessLevel;
    if (level !== undefined && level < role.developer)
      return gitlabError(
        "E_FORBIDDEN",
        `To ${purpose}, the role Developer is needed; the user of the token in ${token.variable} is ${roleName(level)}.`,
      );
    return undefined;
  } catch (error) {
    if (error instanceof StepError) return error;
    throw error;
  }
}
