import { lstat, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../outputs/replace-file.ts";
import type { Redactor } from "../redact/redactor.ts";
import { annotate, type Link } from "./annotations.ts";
import { type Block, escapeHtml, toHtml, toMarkdown } from "./blocks.ts";
import { openPage, placeSection } from "./page.ts";
import type { StepRecord } from "./record.ts";

/**
 * Makes the folder, with a `.gitignore` of its own so that no build and no commit takes it in.
 *
 * @returns whether it can be used: a link in the place of the folder is not followed, the built repository may have planted it (S12).
 */
export async function openReportFolder(folder: string, mayBeLink: boolean): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  if (!mayBeLink && (await lstat(folder)).isSymbolicLink()) return false;
  await replaceFile(join(folder, ".gitignore"), "*\n");
  return true;
}

/**
 * Writes a step's part of the report; parts of other steps of the job stay.
 *
 * @returns how many links GitLab would not take.
 */
export async function writeReport(
  folder: string,
  {
    record,
    blocks,
    links,
  }: { record: StepRecord; blocks: readonly Block[]; links: readonly Link[] },
  redactor: Redactor,
): Promise<number> {
  const at = (name: string) => join(folder, name);
  const heading = `${record.step}: ${outcome(record)}`;
  const all = [...overview(record), ...blocks];

  const [summary, page, earlier] = await Promise.all([
    readOr(at("summary.md"), ""),
    readOr(at("index.html"), ""),
    readOr(at("annotations.json"), "{}"),
  ]);
  const markdown = redactor.redact(`## ${heading}\n\n${toMarkdown(all)}`);
  const html = openPage("Slipway report", page);
  const mark = record.exitCode === 0 ? "ok" : "failed";
  const section = `<section>\n<h2 class="${mark}">${escapeHtml(heading)}</h2>\n${toHtml(all)}\n</section>`;
  const json = JSON.stringify(redactor.redactData(record), undefined, 2);
  const { content, leftOut } = annotate(earlier, record.step, links, redactor);
  await allWritten([
    replaceFile(at("summary.md"), placeSection(summary, record.step, markdown)),
    replaceFile(at("index.html"), placeSection(html, record.step, redactor.redact(section))),
    replaceFile(at(`${record.step}.json`), `${json}\n`),
    replaceFile(at("annotations.json"), content),
  ]);
  return leftOut;
}

/** Waits for all, also where one fails: nothing may still be written when the run is over. */
async function allWritten(writing: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(writing))
    if (outcome.status === "rejected") throw outcome.reason;
}

function outcome({ exitCode, error, dryRun }: StepRecord): string {
  if (error !== undefined) return `failed with ${error.code} (exit code ${exitCode})`;
  return dryRun ? "dry run, nothing was changed" : "done";
}

function overview({ error, effects, outputs }: StepRecord): readonly Block[] {
  const blocks: Block[] = [];
  if (error !== undefined) {
    blocks.push({ kind: "code", text: error.message });
    if (error.hint !== undefined)
      blocks.push({ kind: "paragraph", text: `What to do: ${error.hint}` });
  }
  if (effects.length > 0) {
    const rows = effects.map(({ sentence, state }) => [sentence, state]);
    blocks.push({ kind: "table", columns: ["Effect", "State"], rows });
  }
  if (Object.keys(outputs).length > 0) {
    blocks.push({ kind: "table", columns: ["Output", "Value"], rows: Object.entries(outputs) });
  }
  return blocks;
}

async function readOr(path: string, otherwise: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return otherwise;
  }
}
