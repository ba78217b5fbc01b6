import { lintRules, type LintLevel, type LintRuleId } from "./rules.ts";

/** Something GitLab's reader drops or misreads, where it is, and how often. */
export interface LintFinding {
  rule: LintRuleId;
  level: LintLevel;
  /** One-based; 0 where it concerns the whole file. */
  line: number;
  column: number;
  message: string;
  /** How often it is there, this one included. */
  count: number;
}

/** How many findings of one rule are kept in words; of the others only the number. */
const wordy = 10;

/** Collects what is found in one file, in bounded memory. */
export class FindingList {
  readonly #byRule = new Map<string, LintFinding[]>();

  /** @param level where it differs from the rule's own */
  add(
    rule: LintRuleId,
    line: number,
    column: number,
    message: () => string,
    level: LintLevel = lintRules[rule].level,
  ): void {
    const key = `${rule} ${level}`;
    const found = this.#byRule.get(key);
    if (found === undefined) {
      this.#byRule.set(key, [{ rule, level, line, column, message: message(), count: 1 }]);
    } else if (found.length < wordy) {
      found.push({ rule, level, line, column, message: message(), count: 1 });
    } else {
      const last = found.at(-1);
      if (last !== undefined) last.count += 1;
    }
  }

  has(rule: LintRuleId): boolean {
    return [...this.#byRule.values()].some((found) => found[0]?.rule === rule);
  }

  /** Worst first; what concerns the whole file comes after what is at a place. */
  sorted(): LintFinding[] {
    return [...this.#byRule.values()].flat().toSorted(compareFindings);
  }
}

/** Errors, then losses, then the rest in the order of the file. */
export function compareFindings(one: LintFinding, other: LintFinding): number {
  return (
    severity(one.level) - severity(other.level) ||
    Number(isAboutWholeFile(one)) - Number(isAboutWholeFile(other)) ||
    one.line - other.line ||
    one.column - other.column ||
    one.rule.localeCompare(other.rule)
  );
}

function severity(level: LintLevel): number {
  if (level === "E") return 0;
  return level === "L" ? 1 : 2;
}

function isAboutWholeFile(finding: LintFinding): boolean {
  return finding.line === 0;
}
