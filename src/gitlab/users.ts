import type { GitLab } from "./client.ts";
import { gitlabError } from "./errors.ts";
import { listAll } from "./pages.ts";

/**
 * The numbers of users, by their names, in this order; a leading @ is no part of a name.
 *
 * @throws {StepError} E_USER_UNKNOWN with all names that nobody has.
 * @see https://docs.gitlab.com/api/users/#list-users
 */
export async function findUserIds(
  gitlab: GitLab,
  names: readonly string[],
): Promise<readonly number[]> {
  const found = await Promise.all(
    names.map(async (name) => {
      const username = name.replace(/^@/, "");
      const call = {
        path: "/users",
        query: { username },
        purpose: `find the user ${username}`,
        needs: "the scope read_api or read_user",
      };
      const users = await listAll(gitlab, call, "a user");
      const user = users.find(
        (fields) => fields.text("username").toLowerCase() === username.toLowerCase(),
      );
      return { username, id: user?.integer("id") };
    }),
  );
  const unknown = found.filter(({ id }) => id === undefined).map(({ username }) => username);
  if (unknown.length > 0)
    throw gitlabError("E_USER_UNKNOWN", `${gitlab.host} knows no user ${unknown.join(", ")}.`);
  return found.flatMap(({ id }) => id ?? []);
}
