import type { CaseState } from "../junit/case-state.ts";
import type { Problem } from "../junit/model.ts";
import { word } from "../junit/vocabulary.ts";
import { escapeText, escapeValue, possible } from "./escape-xml.ts";

/** What was changed in a copy, and how often. */
export type Changes = Map<string, number>;

export function noteChange(changes: Changes, change: string): void {
  changes.set(change, (changes.get(change) ?? 0) + 1);
}

/** A test case as GitLab reads it whole. */
export interface RepairedCase {
  suite: string;
  xml: string;
}

/** What a repair needs of its surroundings. */
export interface RepairContext {
  changes: Changes;
  /** Keys that are used up, over all files of the job: GitLab joins suite, class and name by `_`. */
  usedKeys: Set<string>;
  /** The path of an attachment relative to the project, or nothing where there is no such file. */
  attachment(path: string): string | undefined;
}

/** Writes a closed test case anew: one outcome with its message in the text, one output, plain seconds, its own name. */
export function repairCase(state: CaseState, context: RepairContext): RepairedCase {
  const { changes } = context;
  const suite = state.isDirect ? (state.suite?.name ?? "") : "";
  const name = uniqueName(state, suite, context);
  const file = state.attributes.head(state.attributes.find(word.file), 4096);
  const line = state.attributes.head(state.attributes.find(word.line), 32);
  const attributes = [
    attribute("classname", state.classname ?? state.suite?.name),
    attribute("name", name),
    attribute("file", file),
    attribute("line", line),
    attribute("time", state.seconds === undefined ? undefined : plainSeconds(state.seconds)),
  ].join("");
  if (state.seconds !== undefined && state.timeAt >= 0) noteTime(state, changes);
  if (state.strayText !== undefined) noteChange(changes, "text directly in a test case left out");
  const children = childrenOf(state, context);
  const xml =
    children === ""
      ? `    <testcase${attributes}/>\n`
      : `    <testcase${attributes}>${children}</testcase>\n`;
  return { suite, xml };
}

function noteTime(state: CaseState, changes: Changes): void {
  const written = state.attributes.head(state.timeAt, 64) ?? "";
  if (!/^[0-9]+(?:\.[0-9]+)?$/.test(written)) noteChange(changes, "times written as plain seconds");
}

function uniqueName(state: CaseState, suite: string, { usedKeys, changes }: RepairContext): string {
  const name = state.name ?? `test ${state.ordinal}`;
  const key = (candidate: string): string =>
    [suite, state.classname ?? state.suite?.name ?? "", candidate].join("_");
  let unique = name;
  for (let number = 2; usedKeys.has(key(unique)); number += 1) unique = `${name} (${number})`;
  usedKeys.add(key(unique));
  if (unique !== name) noteChange(changes, "repeated names numbered");
  return unique;
}

function childrenOf(state: CaseState, context: RepairContext): string {
  const { outcome } = state;
  if (outcome === "passed") {
    if (state.output.bytes + state.errorOutput.bytes > 0)
      noteChange(context.changes, "outputs of passed tests left out");
    return "";
  }
  if (outcome === "skipped") return skippedElement(state, context.changes);
  const element = outcome === "failed" ? "failure" : "error";
  const deciding = state.problems.map((problem) => problemText(problem, context.changes));
  if (state.problems.length > 1) noteChange(context.changes, "several outcomes joined into one");
  const text = deciding.filter((part) => part !== "").join("\n\n");
  return `<${element}>${escape(text, context.changes)}</${element}>${outputs(state, context)}`;
}

function skippedElement({ problems }: CaseState, changes: Changes): string {
  const text = problems.map((problem) => problemText(problem, changes)).join("\n\n");
  return text === "" ? "<skipped/>" : `<skipped>${escape(text, changes)}</skipped>`;
}

/** GitLab shows the text alone, so the message comes first in it. */
function problemText({ message, type, text }: Problem, changes: Changes): string {
  const told = message ?? "";
  if (told !== "" && !text.includes(told)) {
    noteChange(changes, "messages moved into the text");
    return text.trim() === "" ? told : `${told}\n${text}`;
  }
  return text.trim() === "" && type !== undefined && told === "" ? type : text;
}

function outputs(state: CaseState, { changes, attachment }: RepairContext): string {
  const { attachments } = state;
  const first = attachments.map(({ path }) => attachment(path)).find((path) => path !== undefined);
  const out = withoutAttachments(state.output.text());
  const err = state.errorOutput.text();
  if (state.systemOuts > 1) noteChange(changes, "several system-out joined into one");
  if (first !== undefined && first !== attachments[0]?.path)
    noteChange(changes, "attachment paths made relative to the project");
  const shown = [first === undefined ? "" : `[[ATTACHMENT|${first}]]`, out].filter(
    (text) => text.trim() !== "",
  );
  return [
    shown.length === 0 ? "" : `<system-out>${escape(shown.join("\n"), changes)}</system-out>`,
    err.trim() === "" ? "" : `<system-err>${escape(err, changes)}</system-err>`,
  ].join("");
}

function withoutAttachments(text: string): string {
  return text.replaceAll(/\[\[ATTACHMENT\|[^[\]|]+?\]\]/g, "");
}

function escape(text: string, changes: Changes): string {
  if (/… \d+ bytes left out …/.test(text)) noteChange(changes, "long texts cut in the middle");
  if (possible(text) !== text) noteChange(changes, "control characters made visible");
  return escapeText(text);
}

function attribute(name: string, value: string | undefined): string {
  return value === undefined || value === "" ? "" : ` ${name}="${escapeValue(value)}"`;
}

function plainSeconds(seconds: number): string {
  return String(Number(seconds.toFixed(6)));
}
