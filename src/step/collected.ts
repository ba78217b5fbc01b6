import type { StepError } from "./errors.ts";
import type { Link } from "./report/annotations.ts";
import type { Block } from "./report/blocks.ts";
import type { EffectRecord } from "./run-effects.ts";

/** What a run has gathered so far; complete enough at any moment to be reported. */
export interface Collected {
  readonly effects: EffectRecord[];
  readonly outputs: Map<string, string>;
  readonly data: Record<string, unknown>;
  readonly blocks: Block[];
  readonly links: Link[];
  /** What would have been refused, had it not been a dry run. */
  readonly findings: StepError[];
  /** Why the run fails although everything was done. */
  readonly verdicts: StepError[];
  /** Variables that the plan read by itself. */
  readonly variables: Set<string>;
  /** Last registered first. */
  readonly cleanUps: (() => Promise<void> | void)[];
}

export function nothingCollected(): Collected {
  return {
    effects: [],
    outputs: new Map(),
    data: {},
    blocks: [],
    links: [],
    findings: [],
    verdicts: [],
    variables: new Set(),
    cleanUps: [],
  };
}
