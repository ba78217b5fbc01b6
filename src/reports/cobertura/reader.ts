import { FindingList } from "../lint/findings.ts";
import type { XmlAttributes } from "../xml/attributes.ts";
import type { NoticeLevel } from "../xml/namespaces.ts";
import type { XmlName } from "../xml/names.ts";
import type { XmlEvents, XmlScanner } from "../xml/scanner.ts";
import { GitlabLines } from "./gitlab-lines.ts";
import type { BranchCount, FileLines } from "./model.ts";
import { word } from "./vocabulary.ts";
import { parseWholeNumber } from "./whole-number.ts";

/** A class of the report, for the rules about names. */
export interface ClassRecord {
  /** As written; `undefined` where the attribute is absent. */
  filename: string | undefined;
  line: number;
  column: number;
  package: number;
  lines: number;
}

const mostSources = 100_000;

/** Folds the elements of a Cobertura report into lines and branches of files. */
export class CoberturaReader implements XmlEvents {
  readonly findings = new FindingList();
  readonly files = new Map<string, FileLines>();
  readonly sources: string[] = [];
  readonly classRecords: ClassRecord[] = [];
  readonly gitlab = new GitlabLines();
  readonly rootAttributes = new Map<number, string>();
  readonly rootChildren = new Set<string>();
  root = "";
  packages = 0;
  classes = 0;
  sourceCount = 0;
  isPrefixed = false;
  hasInvalidLine = false;

  readonly #kinds: number[] = [];
  #scanner: XmlScanner | undefined;
  #source = "";
  #class: ClassRecord | undefined;
  #file: FileLines | undefined;
  #ownBranches: Map<number, BranchCount> | undefined;
  #methodBranches = new Map<number, BranchCount>();
  #hasOwnLines = false;

  attach(scanner: XmlScanner): void {
    this.#scanner = scanner;
  }

  open(name: XmlName, attributes: XmlAttributes): void {
    const depth = this.#kinds.push(name.kind);
    if (depth === 1) this.#openRoot(name, attributes);
    if (depth === 2) this.rootChildren.add(name.local);
    if (name.prefix !== "" && name.kind !== 0) this.isPrefixed = true;
    if (name.kind === word.line) this.#line(attributes, name.prefix !== "");
    else if (name.kind === word.class) this.#openClass(attributes);
    else if (name.kind === word.package) this.packages += 1;
    else if (name.kind === word.source) this.#source = "";
  }

  text(buffer: Buffer, start: number, end: number): void {
    if (this.#kinds.at(-1) !== word.source) return;
    if (this.#source.length < 65_536) this.#source += buffer.toString("utf8", start, end);
  }

  close(name: XmlName): void {
    this.#kinds.pop();
    if (name.kind === word.source) this.#closeSource();
    else if (name.kind === word.class) this.#closeClass(name.prefix !== "");
  }

  notice(level: NoticeLevel, text: string): void {
    if (level === "error") this.#note("GC01", text);
  }

  #note(rule: "GC01" | "GC02" | "GC18", message: string): void {
    const { tagLine = 1, tagColumn = 1 } = this.#scanner ?? {};
    this.findings.add(rule, tagLine, tagColumn, () => message);
  }

  #openRoot(name: XmlName, attributes: XmlAttributes): void {
    this.root = name.local;
    for (let at = 0; at < attributes.count; at += 1) {
      const attribute = attributes.name(at);
      if (attribute !== undefined && attribute.kind !== 0)
        this.rootAttributes.set(attribute.kind, attributes.head(at, 64) ?? "");
    }
  }

  #openClass(attributes: XmlAttributes): void {
    this.classes += 1;
    const filename = attributes.head(attributes.find(word.filename), 4096);
    this.#class = {
      filename,
      line: this.#scanner?.tagLine ?? 1,
      column: this.#scanner?.tagColumn ?? 1,
      package: this.packages,
      lines: 0,
    };
    this.classRecords.push(this.#class);
    this.#file = filename === undefined ? undefined : this.#fileOf(filename.replaceAll("\\", "/"));
    this.#hasOwnLines = false;
    this.#ownBranches = undefined;
    this.#methodBranches.clear();
  }

  #fileOf(name: string): FileLines {
    const known = this.files.get(name);
    if (known !== undefined) return known;
    const file: FileLines = { name, lines: new Map(), branches: new Map() };
    this.files.set(name, file);
    return file;
  }

  #line(attributes: XmlAttributes, isPrefixed: boolean): void {
    const number = wholeNumber(attributes, word.number);
    const hits = wholeNumber(attributes, word.hits);
    if (number === undefined || hits === undefined) {
      this.hasInvalidLine = true;
      const shown = `number="${attributes.valueOf(word.number) ?? ""}" hits="${attributes.valueOf(word.hits) ?? ""}"`;
      this.#note("GC02", `a line with ${shown}`);
      return;
    }
    if (number.isOctal) this.#note("GC18", `line number="${attributes.valueOf(word.number)}"`);
    if (!isPrefixed) this.gitlab.line(number.value, hits.value);
    if (this.#class !== undefined) this.#class.lines += 1;
    const file = this.#file;
    if (file === undefined) return;
    const isHit = hits.value > 0;
    if (isHit || !file.lines.has(number.value))
      file.lines.set(number.value, isHit || (file.lines.get(number.value) ?? false));
    this.#branches(number.value, attributes);
  }

  /** Branches count at the lines of the class; those of its methods only where it has no lines of its own. */
  #branches(number: number, attributes: XmlAttributes): void {
    const isMethodLine = this.#kinds.includes(word.method);
    if (!isMethodLine) this.#hasOwnLines = true;
    const at = attributes.find(word["condition-coverage"]);
    if (at < 0) return;
    const match = /\(\s*([0-9]{1,9})\s*\/\s*([0-9]{1,9})\s*\)/.exec(attributes.head(at, 64) ?? "");
    if (match === null) return;
    this.#ownBranches ??= new Map();
    const into = isMethodLine ? this.#methodBranches : this.#ownBranches;
    addBranches(into, number, { covered: Number(match[1]), valid: Number(match[2]) });
  }

  #closeSource(): void {
    this.sourceCount += 1;
    if (this.sources.length < mostSources) this.sources.push(this.#source);
  }

  #closeClass(isPrefixed: boolean): void {
    const file = this.#file;
    const branches = this.#hasOwnLines ? this.#ownBranches : this.#methodBranches;
    if (file !== undefined && branches !== undefined)
      for (const [number, count] of branches) addBranches(file.branches, number, count);
    if (!isPrefixed) this.gitlab.closeClass(this.#class?.filename);
    this.#class = undefined;
    this.#file = undefined;
  }
}

function addBranches(into: Map<number, BranchCount>, number: number, count: BranchCount): void {
  const known = into.get(number);
  into.set(number, {
    covered: (known?.covered ?? 0) + count.covered,
    valid: (known?.valid ?? 0) + count.valid,
  });
}

function wholeNumber(
  attributes: XmlAttributes,
  kind: number,
): { value: number; isOctal: boolean } | undefined {
  const at = attributes.find(kind);
  if (at < 0) return undefined;
  const quick = plainDigits(attributes, at);
  if (quick >= 0) return { value: quick, isOctal: false };
  const parsed = parseWholeNumber(attributes.head(at, 64) ?? "");
  return parsed.kind === "whole" ? parsed : undefined;
}

/** The number straight from its digits; -1 where it needs a closer look. */
function plainDigits(attributes: XmlAttributes, at: number): number {
  const start = attributes.start(at);
  const end = attributes.end(at);
  const first = attributes.buffer[start] ?? 0;
  if (end - start > 15 || start === end || (first === 48 && end - start > 1)) return -1;
  let value = 0;
  for (let index = start; index < end; index += 1) {
    const digit = (attributes.buffer[index] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
