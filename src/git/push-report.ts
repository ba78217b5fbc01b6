/** What git says of one reference after a push (`--porcelain`). */
export interface RefReport {
  readonly ref: string;
  readonly accepted: boolean;
  /** Git's own words on a rejection: `stale info`, `pre-receive hook declined`. */
  readonly reason: string;
  /** Whether the server said it, not git on this side. */
  readonly byServer: boolean;
}

/** Reads `<flag>\t<from>:<to>\t<summary> (<reason>)` lines; anything else is not about a reference. */
export function parsePushReport(stdout: string): readonly RefReport[] {
  return stdout.split("\n").flatMap((line) => {
    const [flag, names, summary] = line.split("\t");
    const ref = names?.slice(names.indexOf(":") + 1);
    if (flag === undefined || flag.length !== 1 || !ref || summary === undefined) return [];
    return [
      {
        ref,
        accepted: flag !== "!",
        reason: /\((.*)\)\s*$/.exec(summary)?.[1] ?? "",
        byServer: summary.startsWith("[remote "),
      },
    ];
  });
}
