import { roles } from "../access/roles.ts";
import type { Project, User } from "../world/model.ts";
import { createToken } from "../world/tokens.ts";
import { createProjectBot, createUser } from "../world/users.ts";
import type { World } from "../world/world.ts";
import type { NewToken, ProjectName, TokenHandle } from "./admin-types.ts";

/** Makes a token with the user, the membership and the bot that its kind asks for. */
export function newToken(
  world: World,
  init: NewToken,
  projectOf: (name: ProjectName) => Project,
  userOf: (id: number) => User,
  host: string,
): TokenHandle {
  const { kind, scopes, role = "developer", name = `${kind} token`, expiresAt, revoked } = init;
  const project = init.project === undefined ? undefined : projectOf(init.project);
  const owner = (): User | undefined => {
    if (kind === "deploy") return undefined;
    if (init.userId !== undefined) return userOf(init.userId);
    if (kind === "project" && project !== undefined) {
      return createProjectBot(world, project, name, host);
    }
    const prefix = kind === "group" ? "group_bot" : "user";
    return createUser(world, {
      username: `${prefix}_${world.nextId("username")}`,
      bot: kind === "group",
    });
  };
  const user = owner();
  if (user !== undefined) {
    if (project !== undefined) project.members.set(user.id, roles[role]);
    for (const below of world.projects.values()) {
      if (init.group !== undefined && below.path.startsWith(`${init.group}/`)) {
        below.members.set(user.id, roles[role]);
      }
    }
  }
  const token = createToken(world, {
    kind,
    name: kind === "deploy" ? `gitlab+deploy-token-${world.nextId("deploy token")}` : name,
    scopes,
    user,
    projectId: project?.id,
    expiresAt,
    revoked,
  });
  const { id, value } = token;
  return { id, value, username: user?.username ?? token.name, userId: user?.id };
}
