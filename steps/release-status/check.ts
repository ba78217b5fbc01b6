/** One part of a release. */
export interface Check {
  part: string;
  /** `waiting`: it is on its way. `unknown`: this token may not read it. `none`: it is not there and need not be. */
  state: "ok" | "missing" | "wrong" | "waiting" | "unknown" | "none";
  /** What was found, as a sentence without its full stop. */
  found: string;
  /** What to do about it, where there is something to do. */
  next?: string;
  url?: string | undefined;
}

/** What is asked about. */
export interface Question {
  tag: string;
  /** The pipeline that asks, if it is one. */
  ownPipeline: number | undefined;
  /** Patterns of files that must be there. */
  required: readonly string[];
  /** What must speak of the files. */
  attested: ReadonlySet<string>;
  wantsNextVersion: boolean;
}

/** Whether the release is not yet, or not, what it should be because of this. */
export function isOpen({ state }: Check): boolean {
  return state === "missing" || state === "wrong" || state === "waiting";
}
