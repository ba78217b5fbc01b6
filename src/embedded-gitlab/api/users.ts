import { assertUser } from "../access/permissions.ts";
import type { Answer } from "../http/answer.ts";
import { queryParameters } from "../http/body.ts";
import type { Exchange } from "../http/exchange.ts";
import { page } from "../http/pagination.ts";
import { route } from "../http/router.ts";
import { showUser } from "./user-entity.ts";

/** https://docs.gitlab.com/api/users/#list-users */
export const userRoutes = [route("GET", "/users", listUsers, { scopes: ["read_user"] })];

async function listUsers(exchange: Exchange): Promise<Answer> {
  assertUser(exchange);
  const query = queryParameters(exchange.query);
  // GitLab compares user names without regard to case.
  const username = query.text("username")?.toLowerCase();
  const search = query.text("search")?.toLowerCase();
  const found = [...exchange.world.users.values()]
    .filter((user) => username === undefined || user.username.toLowerCase() === username)
    .filter(({ name, username: login }) =>
      search === undefined ? true : `${name} ${login}`.toLowerCase().includes(search),
    );
  return page(exchange, found.toReversed(), (user) => showUser(exchange, user));
}
