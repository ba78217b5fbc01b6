/** The variables of the process, handed in by the step. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable's value; unset where it is empty, as GitLab passes it. */
export function variable(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === "" ? undefined : value;
}
