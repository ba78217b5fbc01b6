import type { XmlAttributes } from "../xml/attributes.ts";
import { KeyHash } from "./keys.ts";
import { word } from "./vocabulary.ts";

const underscore = 95;

/** A testsuite or testsuites element (or a strange root) while it is open. */
export class SuiteFrame {
  readonly parent: SuiteFrame | undefined;
  readonly kind: number;
  readonly line: number;
  readonly column: number;
  readonly name: string | undefined;
  /** The beginning of the keys of its cases: `name_`, as GitLab joins them. */
  readonly key = new KeyHash();
  readonly nameBytes: number;
  readonly declared: Readonly<
    Record<"tests" | "failures" | "errors" | "skipped", string | undefined>
  >;
  /** Cases below it at any depth, and those that have such a child. */
  readonly found = { tests: 0, failures: 0, errors: 0, skipped: 0 };

  readonly type: string | undefined;
  readonly isNil: boolean;
  readonly hasAttributes: boolean;
  /** GitLab comes here: the way from the root is testsuites, testsuite, … */
  readonly isReached: boolean;
  /** How many keys there were when it opened: GitLab loses those behind when the suite vanishes. */
  readonly firstKey: number;
  readonly rawBefore: number;
  strayText: string | undefined;
  children = 0;

  constructor(init: {
    parent: SuiteFrame | undefined;
    kind: number;
    depth: number;
    attributes: XmlAttributes;
    line: number;
    column: number;
    firstKey: number;
    raw: number;
  }) {
    const { attributes } = init;
    this.parent = init.parent;
    this.kind = init.kind;
    this.line = init.line;
    this.column = init.column;
    this.name = attributes.head(attributes.find(word.name), 4096);
    const nameBytes = Buffer.from(this.name ?? "");
    this.nameBytes = nameBytes.length;
    this.key.bytes(nameBytes, 0, nameBytes.length);
    this.key.byte(underscore);
    this.declared = {
      tests: attributes.valueOf(word.tests),
      failures: attributes.valueOf(word.failures),
      errors: attributes.valueOf(word.errors),
      skipped: attributes.valueOf(word.skipped),
    };
    this.type = attributes.valueOf(word.type);
    this.isNil = attributes.valueOf(word.nil) === "true";
    this.hasAttributes = attributes.count > 0;
    this.isReached = isReached(init.parent, init.kind, init.depth);
    this.firstKey = init.firstKey;
    this.rawBefore = init.raw;
  }

  /** Names of the suites down to this one, outermost first. */
  path(): string[] {
    const above = this.parent?.path() ?? [];
    const isNamed = this.name !== undefined && this.name !== "" && this.kind !== word.testsuites;
    return isNamed ? [...above, this.name] : above;
  }

  /** What is below it is also below its parent. */
  passOn(): void {
    if (this.parent === undefined) return;
    this.parent.found.tests += this.found.tests;
    this.parent.found.failures += this.found.failures;
    this.parent.found.errors += this.found.errors;
    this.parent.found.skipped += this.found.skipped;
  }

  /** Whether the element has gone from GitLab's tree, with all that is below it (GJ25, GJ27). */
  get vanishes(): boolean {
    return (
      this.strayText !== undefined || this.isNil || this.type === "string" || this.type === "array"
    );
  }
}

function isReached(parent: SuiteFrame | undefined, kind: number, depth: number): boolean {
  if (kind === word.testsuites) return depth === 1;
  if (kind !== word.testsuite) return false;
  return depth === 1 || (parent?.isReached ?? false);
}
