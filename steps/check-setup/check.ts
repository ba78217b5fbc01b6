import { StepError } from "../../src/step/index.ts";

export type CheckState = "ok" | "warning" | "wrong" | "not provable";

/** What one check found, as it stands in `data.checks[]`. */
export interface Check {
  readonly id: string;
  readonly title: string;
  readonly state: CheckState;
  readonly found: string;
  readonly expected: string;
  /** What to do; of what is not provable, what would prove it. Empty for ok. */
  readonly cure: string;
}

/** The results that one check can have. */
export interface Verdicts {
  ok(found: string): Check;
  warning(found: string, cure: string): Check;
  wrong(found: string, cure: string): Check;
  notProvable(found: string, cure: string): Check;
  /** What a domain refused: its message is what was found, its hint the cure. */
  refused(error: StepError): Check;
}

export function verdicts(id: string, title: string, expected: string): Verdicts {
  const make = (state: CheckState, found: string, cure: string): Check => ({
    id,
    title,
    state,
    found,
    expected,
    cure,
  });
  return {
    ok: (found) => make("ok", found, ""),
    warning: (found, cure) => make("warning", found, cure),
    wrong: (found, cure) => make("wrong", found, cure),
    notProvable: (found, cure) => make("not provable", found, cure),
    refused: ({ message, hint }) => make("wrong", message, hint ?? ""),
  };
}

const rightsCodes = new Set(["E_TOKEN_SCOPE", "E_FORBIDDEN", "E_NOT_FOUND", "E_TOKEN_REFUSED"]);

/** Asks GitLab; what the token may not read is not provable, and `rights` say with what it would be. */
export async function asking(
  check: Verdicts,
  rights: string,
  work: () => Promise<Check>,
): Promise<Check> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    if (rightsCodes.has(error.code))
      return check.notProvable(error.message, `Provable with a token of ${rights}.`);
    return check.refused(error);
  }
}

/** Runs a check of this machine or checkout; what a domain refuses is wrong. */
export async function examining(check: Verdicts, work: () => Promise<Check>): Promise<Check> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StepError) return check.refused(error);
    throw error;
  }
}

/** What GitLab says, or `undefined` where the token may not ask. */
export async function orUnknown<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StepError) return undefined;
    throw error;
  }
}
