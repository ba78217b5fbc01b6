import {
  findMembership,
  type GitLab,
  type Project,
  type PushFinding,
  readCurrentUser,
  readTokenSelf,
  role,
  roleName,
} from "../../src/gitlab/index.ts";
import { asking, type Check, verdicts } from "./check.ts";

const dayMs = 86_400_000;
const soonDays = 30;

/** Whose token pushes, what it may do, and until when. */
export async function checkToken(
  gitlab: GitLab,
  project: Project | undefined,
  problems: readonly PushFinding[],
): Promise<readonly Check[]> {
  const kind = await checkKind(gitlab, problems);
  if (kind.state === "wrong" || gitlab.token.kind === "job") return [kind];
  return [
    kind,
    await checkScopes(gitlab),
    await checkExpiry(gitlab),
    await checkRole(gitlab, project),
  ];
}

async function checkKind(gitlab: GitLab, problems: readonly PushFinding[]): Promise<Check> {
  const { variable, kind } = gitlab.token;
  const check = verdicts("token-kind", "Kind of the token that pushes", "a project access token");
  const refusal = problems.find(({ topic, state }) => topic === "token" && state === "refused");
  if (refusal !== undefined) return check.wrong(refusal.found, refusal.cure);
  if (kind === "job")
    return check.warning(
      `${variable}, the job's own: it pushes only where the project lets job tokens push, and cannot read what it may do.`,
      "Store a project access token of role Maintainer with the scopes api and write_repository in the masked, protected CI/CD variable CI_PROJECT_PASSWORD.",
    );
  return asking(check, "the scope read_user or read_api", async () => {
    const { username, isBot } = await readCurrentUser(gitlab);
    if (isBot) return check.ok(`${variable}: an access token of its own, of the bot ${username}.`);
    return check.warning(
      `${variable}: a token of the person ${username}; it ends when that account does, and has all of that person's projects.`,
      "Make a project access token (Settings, Access tokens) and store it instead.",
    );
  });
}

function checkScopes(gitlab: GitLab): Promise<Check> {
  const check = verdicts(
    "token-scopes",
    "Scopes of the token",
    "api, or write_repository with read_api",
  );
  return asking(check, "any kind but the job token", async () => {
    const { scopes } = await readTokenSelf(gitlab);
    const found = scopes.join(", ") || "none";
    if (scopes.includes("api")) return check.ok(found);
    if (!scopes.includes("write_repository"))
      return check.wrong(found, "Make a token with the scopes api and write_repository.");
    if (scopes.includes("read_api")) return check.ok(found);
    return check.warning(
      found,
      "It may push, but not read what it may push: give it read_api as well, so that refusals are found before the push.",
    );
  });
}

function checkExpiry(gitlab: GitLab): Promise<Check> {
  const check = verdicts("token-expiry", "End of the token", `later than in ${soonDays} days`);
  return asking(check, "any kind but the job token", async () => {
    const { expiresAt, active, revoked } = await readTokenSelf(gitlab);
    const cure = `Make or rotate the token (Settings, Access tokens) and store it in ${gitlab.token.variable}.`;
    if (revoked || !active) return check.wrong(revoked ? "revoked" : "not active", cure);
    if (expiresAt === undefined) return check.ok("it never ends");
    const days = daysUntil(expiresAt, gitlab.clock.now());
    const found = `${expiresAt}, in ${days} days`;
    if (days <= 0) return check.wrong(`it ended on ${expiresAt}`, cure);
    return days <= soonDays ? check.warning(found, cure) : check.ok(found);
  });
}

function checkRole(gitlab: GitLab, project: Project | undefined): Promise<Check> {
  const check = verdicts(
    "token-role",
    "Role of the token's user",
    "Developer or more; Maintainer for what is protected",
  );
  return asking(check, "the scope read_api", async () => {
    const { userId } = await readTokenSelf(gitlab);
    const membership = userId === undefined ? undefined : await findMembership(gitlab, userId);
    const level = membership?.accessLevel ?? project?.accessLevel;
    if (level === undefined)
      return check.notProvable(
        "GitLab does not say",
        "Provable with a token of a member with the scope read_api.",
      );
    const found = roleName(level);
    if (level < role.developer)
      return check.wrong(
        found,
        "Give the token's user the role Maintainer: make the token anew with that role.",
      );
    const ends = membership?.expiresAt;
    if (ends === undefined) return check.ok(found);
    const days = daysUntil(ends, gitlab.clock.now());
    const until = `${found} until ${ends}`;
    return days <= soonDays
      ? check.warning(until, "Extend the membership (Manage, Members) before it ends.")
      : check.ok(until);
  });
}

function daysUntil(date: string, now: Date): number {
  return Math.ceil((Date.parse(`${date}T00:00:00Z`) - now.getTime()) / dayMs);
}
