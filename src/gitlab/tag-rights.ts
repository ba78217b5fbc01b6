import { type Project, role } from "./project.ts";
import type { ProtectedTag } from "./refs.ts";
import type { TokenSelf } from "./token-self.ts";

/** What is known of whoever wants to make a tag; `undefined` where the token may not read it. */
export interface TagCreatorCandidate {
  self: TokenSelf | undefined;
  project: Project | undefined;
}

/**
 * Whether somebody may make a protected tag: one creator that fits suffices, of whichever matching rule.
 *
 * @see https://docs.gitlab.com/user/project/protected_tags/
 */
export function mayCreateTag(
  rules: readonly ProtectedTag[],
  { self, project }: TagCreatorCandidate,
): "yes" | "no" | "unknown" {
  const creators = rules.flatMap((rule) => rule.creators);
  const level = project?.accessLevel;
  const answers = new Set(
    creators.map(({ accessLevel, userId, groupId, deployKeyId }) => {
      if (deployKeyId !== undefined) return "no";
      if (userId !== undefined) return verdict(self?.userId, (id) => id === userId);
      if (groupId !== undefined) return "unknown";
      if (accessLevel === undefined || accessLevel === role.none) return "no";
      return verdict(level, (own) => own >= accessLevel);
    }),
  );
  if (answers.has("yes")) return "yes";
  return answers.has("unknown") ? "unknown" : "no";
}

function verdict(
  known: number | undefined,
  fits: (value: number) => boolean,
): "yes" | "no" | "unknown" {
  if (known === undefined) return "unknown";
  return fits(known) ? "yes" : "no";
}
