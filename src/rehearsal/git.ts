/** The part of git's door that a rehearsal needs: runs a command in a closed environment, resolves with what it prints. */
export interface Git {
  text(
    args: readonly string[],
    options?: {
      gitDirectory?: string;
      workTree?: string;
      cwd?: string;
      variables?: Readonly<Record<string, string>>;
    },
  ): Promise<string>;
}
