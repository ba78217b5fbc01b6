import { scanClass } from "./pattern-class.ts";
import { scanEscape } from "./pattern-escape.ts";
import { PatternError } from "./pattern-error.ts";
import { isName } from "./words.ts";

export { PatternError } from "./pattern-error.ts";

/** The flags that hold for the group that is being read. */
export interface ScopeFlags {
  verbose: boolean;
  multiline: boolean;
  dotAll: boolean;
}

interface OpenGroup {
  flags: ScopeFlags;
  holdsName: boolean;
  start: number;
}

/** What a quantifier that follows would repeat. */
type Atom = { kind: "none" | "anchor" | "quantified" } | { kind: "atom"; holdsName: boolean };

/** Reads one pattern from left to right and writes JavaScript's form of it. */
export class PatternScanner {
  readonly groups: string[] = [];
  ignoreCase = false;
  readonly #pattern: string;
  readonly #open: OpenGroup[] = [];
  #flags: ScopeFlags;
  #position = 0;
  #out = "";
  #atom: Atom = { kind: "none" };
  /** Whether a group that holds a name was opened at this depth: repeated, JavaScript would forget its captures. */
  #named = false;

  constructor(pattern: string, flags: ScopeFlags) {
    this.#pattern = pattern;
    this.#flags = flags;
  }

  scan(): string {
    while (this.#position < this.#pattern.length) this.#scanNext();
    const open = this.#open.at(-1);
    if (open !== undefined) throw new PatternError("missing ), unterminated group", open.start);
    return this.#out;
  }

  #scanNext(): void {
    const start = this.#position;
    const char = this.#pattern.charAt(start);
    if (this.#flags.verbose && this.#skipVerbose(char)) return;
    switch (char) {
      case "\\": {
        const escape = scanEscape(this.#pattern, start, this.groups);
        this.#position = escape.end;
        return escape.isAnchor ? this.#anchor(escape.source) : this.#push(escape.source);
      }
      case "[": {
        const { source, end } = scanClass(this.#pattern, start);
        this.#position = end;
        return this.#push(source);
      }
      case "(":
        return this.#openGroup();
      case ")":
        return this.#closeGroup();
      case "|":
        this.#position++;
        this.#out += "|";
        this.#atom = { kind: "none" };
        return;
      case ".":
        this.#position++;
        return this.#push(this.#flags.dotAll ? String.raw`[\s\S]` : String.raw`[^\n]`);
      case "^":
        this.#position++;
        return this.#anchor(this.#flags.multiline ? String.raw`(?<![^\n])` : "^");
      case "$":
        this.#position++;
        return this.#anchor(
          this.#flags.multiline ? String.raw`(?![^\n])` : String.raw`(?=\n?(?![\s\S]))`,
        );
      case "*":
      case "+":
      case "?":
        this.#position++;
        return this.#quantify(char, start, char !== "?");
      case "{":
        return this.#scanBraces(start);
      default:
        this.#position++;
        return this.#push("]}/".includes(char) ? `\\${char}` : char);
    }
  }

  #skipVerbose(char: string): boolean {
    if (char === "#") {
      const end = this.#pattern.indexOf("\n", this.#position);
      this.#position = end === -1 ? this.#pattern.length : end + 1;
      return true;
    }
    if (!/[ \t\n\r\f\v]/.test(char)) return false;
    this.#position++;
    return true;
  }

  #push(source: string): void {
    this.#out += source;
    this.#atom = { kind: "atom", holdsName: false };
  }

  #anchor(source: string): void {
    this.#out += source;
    this.#atom = { kind: "anchor" };
  }

  #scanBraces(start: number): void {
    const braces = /\{(?<low>\d*)(?<comma>,(?<high>\d*))?\}/y;
    braces.lastIndex = start;
    const found = braces.exec(this.#pattern);
    const { low = "", comma, high = "" } = found?.groups ?? {};
    if (found === null || found[0] === "{}") {
      this.#position++;
      return this.#push(String.raw`\{`);
    }
    this.#position = start + found[0].length;
    const upper = comma === undefined ? low : high;
    if (upper !== "" && BigInt(upper) < BigInt(low || "0"))
      throw new PatternError("min repeat greater than max repeat", start);
    const repeats = upper === "" || BigInt(upper) > 1n;
    this.#quantify(`{${low || "0"}${comma === undefined ? "" : `,${high}`}}`, start, repeats);
  }

  #quantify(source: string, start: number, repeats: boolean): void {
    const atom = this.#atom;
    if (atom.kind === "quantified") throw new PatternError("multiple repeat", start);
    if (atom.kind !== "atom") throw new PatternError("nothing to repeat", start);
    if (repeats && atom.holdsName)
      throw new PatternError("a repeated group that holds a named group is not supported", start);
    this.#out += source;
    this.#atom = { kind: "quantified" };
    const next = this.#pattern.charAt(this.#position);
    if (next === "+")
      throw new PatternError("possessive quantifiers are not supported", this.#position);
    if (next !== "?") return;
    this.#position++;
    this.#out += "?";
  }

  #openGroup(): void {
    const start = this.#position;
    const rest = this.#pattern.slice(start);
    const named = /^\(\?P<(?<name>[^>]*)>/u.exec(rest);
    const back = /^\(\?P=(?<name>[^)]*)\)/u.exec(rest);
    const flags = /^\(\?(?<on>[aiLmsux]*)(?:-(?<off>[imsx]+))?(?<end>[):])/u.exec(rest);
    const plain = /^\((?:\?(?::|=|!|<=|<!))?/u.exec(rest)?.[0] ?? "(";
    if (rest.startsWith("(?#")) return this.#skipComment(start);
    if (back !== null) return this.#backReference(back[0], back.groups?.["name"] ?? "", start);
    if (named !== null) return this.#openNamed(named[0], named.groups?.["name"] ?? "", start);
    if (plain === "(" && rest.startsWith("(?")) {
      if (flags !== null) return this.#applyFlags(flags, start);
      throw new PatternError(`unsupported group ${rest.slice(0, 4)}`, start);
    }
    if (rest.startsWith("(?:")) return this.#enter("(?:", plain.length, start, this.#flags);
    this.#enter(plain, plain.length, start, this.#flags);
  }

  #skipComment(start: number): void {
    const end = this.#pattern.indexOf(")", start);
    if (end === -1) throw new PatternError("missing ), unterminated comment", start);
    this.#position = end + 1;
  }

  #backReference(token: string, name: string, start: number): void {
    if (!this.groups.includes(name)) throw new PatternError(`unknown group name '${name}'`, start);
    this.#position = start + token.length;
    this.#push(String.raw`\k<${name}>`);
  }

  #openNamed(token: string, name: string, start: number): void {
    if (!isName(name)) throw new PatternError(`bad character in group name '${name}'`, start + 4);
    if (this.groups.includes(name))
      throw new PatternError(`redefinition of group name '${name}'`, start);
    this.groups.push(name);
    this.#enter(`(?<${name}>`, token.length, start, this.#flags);
    this.#named = true;
  }

  #applyFlags(found: RegExpExecArray, start: number): void {
    const { on = "", off = "", end = "" } = found.groups ?? {};
    if (on.includes("L")) throw new PatternError("the flag L is not supported", start);
    const flags: ScopeFlags = {
      verbose: (this.#flags.verbose || on.includes("x")) && !off.includes("x"),
      multiline: (this.#flags.multiline || on.includes("m")) && !off.includes("m"),
      dotAll: (this.#flags.dotAll || on.includes("s")) && !off.includes("s"),
    };
    if (end === ":") {
      const modifiers = `${on.includes("i") ? "i" : ""}${off.includes("i") ? "-i" : ""}`;
      return this.#enter(`(?${modifiers}:`, found[0].length, start, flags);
    }
    if (this.#out !== "" || off !== "")
      throw new PatternError("global flags not at the start of the expression", start);
    this.#position = start + found[0].length;
    this.#flags = flags;
    this.ignoreCase ||= on.includes("i");
  }

  #enter(source: string, length: number, start: number, flags: ScopeFlags): void {
    this.#open.push({ flags: this.#flags, holdsName: this.#named, start });
    this.#flags = flags;
    this.#named = false;
    this.#out += source;
    this.#position = start + length;
    this.#atom = { kind: "none" };
  }

  #closeGroup(): void {
    const group = this.#open.pop();
    if (group === undefined) throw new PatternError("unbalanced parenthesis", this.#position);
    const holdsName = this.#named;
    this.#position++;
    this.#out += ")";
    this.#flags = group.flags;
    this.#named ||= group.holdsName;
    this.#atom = { kind: "atom", holdsName };
  }
}
