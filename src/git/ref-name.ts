import { gitErrors } from "./errors.ts";

/** What is wrong with a branch or tag name, or `undefined`: the rules of `git check-ref-format`, and no leading hyphen (G19). */
export function refNameProblem(name: string): string | undefined {
  return rules.find(({ breaks }) => breaks.test(name))?.problem;
}

/**
 * Checks all names before any of them reaches git.
 *
 * @throws {StepError} E_REF_NAME naming every bad one.
 */
export function requireRefNames(names: readonly { what: string; name: string }[]): void {
  const problems = names.flatMap(({ what, name }) => {
    const problem = refNameProblem(name);
    return problem === undefined ? [] : [`${what} '${visible(name)}' ${problem}`];
  });
  if (problems.length > 0) throw gitErrors("E_REF_NAME", `${problems.join("; ")}.`);
}

const rules: readonly { breaks: RegExp; problem: string }[] = [
  { breaks: /^$/, problem: "is empty" },
  { breaks: /^-/, problem: "begins with a hyphen, as an option does" },
  { breaks: /\p{Cc}/u, problem: "holds a control character" },
  { breaks: /[ ~^:?*[\\]/, problem: "holds a blank or one of ~ ^ : ? * [ \\" },
  { breaks: /\.\.|@\{/, problem: "holds .. or @{" },
  { breaks: /^\/|\/$|\/\//, problem: "begins or ends with a slash, or has two in a row" },
  { breaks: /(?:^|\/)\./, problem: "has a part that begins with a dot" },
  { breaks: /\.lock(?:\/|$)|\.$/, problem: "ends with .lock or a dot" },
  { breaks: /^(?:@|HEAD)$/, problem: "is a name that git keeps for itself" },
];

function visible(name: string): string {
  return name.replace(/\p{Cc}/gu, "?");
}
