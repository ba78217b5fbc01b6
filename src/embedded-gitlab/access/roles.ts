/** GitLab's access levels. https://docs.gitlab.com/api/access_requests/#valid-access-levels */
export const roles = {
  none: 0,
  guest: 10,
  planner: 15,
  reporter: 20,
  developer: 30,
  maintainer: 40,
  owner: 50,
  admin: 60,
} as const;

export type RoleName = keyof typeof roles;
export type Role = (typeof roles)[RoleName];

/** Whether a text is the name of a role. */
export function isRoleName(value: unknown): value is RoleName {
  return typeof value === "string" && Object.hasOwn(roles, value);
}

/** Whether a number is one of GitLab's access levels. */
export function isRole(value: unknown): value is Role {
  return Object.values(roles).some((role) => role === value);
}

/** What the web interface calls an access level; `access_level_description` in GitLab's answers. */
export function describeAccessLevel(level: number): string {
  return descriptions[level] ?? "No one";
}

const descriptions: Readonly<Record<number, string>> = {
  0: "No one",
  30: "Developers + Maintainers",
  40: "Maintainers",
  60: "Instance admins",
};
