/** What GitLab allows in the generic package registry. @see https://docs.gitlab.com/user/packages/generic_packages/ */
const rules = {
  name: {
    pattern: /^[A-Za-z0-9._+-]+$/,
    text: "letters, digits, dots, underscores, hyphens and plus signs",
  },
  version: {
    pattern: /^(?!.*\.\.)[A-Za-z0-9_+.-]+$/,
    text: "letters, digits, underscores, plus signs, hyphens and dots, no two dots in a row",
  },
  file: {
    pattern: /^(?![~@])[A-Za-z0-9._+~@-]+(?<![~@])$/,
    text: "letters, digits, dots, underscores, hyphens, plus signs, and ~ or @ except at the ends",
  },
} as const;

const longest = 255;

/**
 * Whether the registry takes a name (H24).
 *
 * @returns what is wrong with it, with the rule, or `undefined`.
 */
export function nameProblem(kind: keyof typeof rules, name: string): string | undefined {
  const { pattern, text } = rules[kind];
  const what = kind === "file" ? "file name" : `package ${kind}`;
  if (name.length > longest)
    return `The ${what} ${JSON.stringify(name)} is longer than ${longest} characters.`;
  // A name of dots alone is read as a way up by GitLab's check for path traversal.
  if (pattern.test(name) && !/^\.{1,2}$/.test(name)) return undefined;
  return `The ${what} ${JSON.stringify(name)} is not allowed: only ${text}.`;
}
