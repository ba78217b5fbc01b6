import { randomBytes } from "node:crypto";
import type { Project, User } from "./model.ts";
import type { World } from "./world.ts";

export interface UserInit {
  readonly username: string;
  readonly name?: string;
  readonly email?: string;
  readonly bot?: boolean;
}

export function createUser(world: World, { username, name, email, bot = false }: UserInit): User {
  const user: User = {
    id: world.nextId("user"),
    username,
    name: name ?? username,
    email: email ?? `${username}@example.com`,
    bot,
    createdAt: world.now(),
  };
  world.users.set(user.id, user);
  return user;
}

/** The bot behind a project access token. https://docs.gitlab.com/user/project/settings/project_access_tokens/ */
export function createProjectBot(world: World, project: Project, name: string, host: string): User {
  const username = `project_${project.id}_bot_${randomBytes(16).toString("hex")}`;
  return createUser(world, { username, name, email: `${username}@noreply.${host}`, bot: true });
}

export function findUser(world: World, username: string): User | undefined {
  return [...world.users.values()].find((user) => user.username === username);
}
