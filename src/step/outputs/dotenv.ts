/** GitLab's limits of `artifacts:reports:dotenv`; the number of variables is the default of a self-managed server. */
const sizeLimitBytes = 5120;
const variableLimit = 20;

const assignment = /^([^=]*)=(.*)$/s;
const key = /^[A-Za-z0-9_]+$/;

/** Reads what earlier steps of the job left; a line that is no assignment is not ours and is dropped. */
export function parseDotenv(content: string): Map<string, string> {
  const variables = new Map<string, string>();
  for (const line of content.replace(/^\uFEFF/, "").split("\n")) {
    const [, name = "", value = ""] = assignment.exec(line) ?? [];
    if (key.test(name.trim())) variables.set(name.trim(), value.trim());
  }
  return variables;
}

export interface Dotenv {
  readonly content: string;
  /** Outputs that GitLab would refuse or change, each with the reason. */
  readonly leftOut: readonly { name: string; reason: string }[];
}

/**
 * Renders outputs so that GitLab's parser keeps them unharmed: no quoting, no escapes, nothing that it refuses.
 *
 * A value that cannot be kept is left out with a reason instead of being changed (R10): GitLab expands `$` in later
 * jobs, strips blanks, and refuses a whole file for one bad line.
 */
export function renderDotenv(
  earlier: ReadonlyMap<string, string>,
  outputs: ReadonlyMap<string, string>,
  isSecret: (value: string) => boolean = () => false,
): Dotenv {
  const kept = new Map(earlier);
  const leftOut = [];
  for (const [name, value] of outputs) {
    const reason = isSecret(value) ? "it holds a secret" : refusal(name, value, kept);
    if (reason === undefined) kept.set(name, value);
    else {
      kept.delete(name);
      leftOut.push({ name, reason });
    }
  }
  return { content: render(kept), leftOut };
}

function refusal(
  name: string,
  value: string,
  kept: ReadonlyMap<string, string>,
): string | undefined {
  if (!key.test(name)) return "GitLab takes only letters, digits and _ in the name";
  if (value.includes("$")) return "it holds a $, which GitLab expands in later jobs";
  if (/[\u0000-\u001F\u007F\u0085\u2028\u2029]/.test(value))
    return "it holds a line break or control character";
  if (!value.isWellFormed()) return "it is no valid Unicode";
  if (value.trim() !== value) return "GitLab strips the blanks at its edges";
  const next = new Map(kept).set(name, value);
  if (next.size > variableLimit) return `a dotenv report holds at most ${variableLimit} variables`;
  if (Buffer.byteLength(render(next)) >= sizeLimitBytes) {
    return `a dotenv report must stay below ${sizeLimitBytes} bytes`;
  }
  return undefined;
}

function render(variables: ReadonlyMap<string, string>): string {
  return [...variables].map(([name, value]) => `${name}=${value}\n`).join("");
}
