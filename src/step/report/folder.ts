import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../outputs/replace-file.ts";
import type { Redactor } from "../redact/redactor.ts";
import { type Block, escapeHtml, toHtml, toMarkdown } from "./blocks.ts";
import { page, placeSection } from "./page.ts";
import type { StepRecord } from "./record.ts";

export interface Link {
  readonly label: string;
  readonly url: string;
}

/** Makes the folder, with a `.gitignore` of its own so that no build and no commit takes it in. */
export async function openReportFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, ".gitignore"), "*\n");
}

/** Writes a step's part of the report; parts of other steps of the job stay. */
export async function writeReport(
  folder: string,
  {
    record,
    blocks,
    links,
  }: { record: StepRecord; blocks: readonly Block[]; links: readonly Link[] },
  redactor: Redactor,
): Promise<void> {
  const at = (name: string) => join(folder, name);
  const heading = `${record.step}: ${outcome(record)}`;
  const all = [...overview(record), ...blocks];

  const summary = await readOr(at("summary.md"), "");
  const markdown = redactor.redact(`## ${heading}\n\n${toMarkdown(all)}`);
  await replaceFile(at("summary.md"), placeSection(summary, record.step, markdown));

  const html = await readOr(at("index.html"), page("Slipway report", ""));
  const mark = record.exitCode === 0 ? "ok" : "failed";
  const section = `<section>\n<h2 class="${mark}">${escapeHtml(heading)}</h2>\n${toHtml(all)}\n</section>`;
  await replaceFile(at("index.html"), placeSection(html, record.step, redactor.redact(section)));

  const json = JSON.stringify(redactor.redactData(record), undefined, 2);
  await replaceFile(at(`${record.step}.json`), `${json}\n`);
  await replaceFile(
    at("annotations.json"),
    await annotations(at("annotations.json"), record.step, links, redactor),
  );
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

/** GitLab's limits of `artifacts:reports:annotations` leave room for 20 sections; a job has fewer steps. */
async function annotations(
  path: string,
  step: string,
  links: readonly Link[],
  redactor: Redactor,
): Promise<string> {
  const sections = parseObject(await readOr(path, "{}"));
  delete sections[step];
  if (links.length > 0) {
    sections[step] = links.slice(0, 100).map(({ label, url }) => ({
      external_link: { label: redactor.redact(label), url: redactor.redact(url) },
    }));
  }
  return `${JSON.stringify(sections, undefined, 2)}\n`;
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? { ...parsed }
      : {};
  } catch {
    return {};
  }
}

async function readOr(path: string, otherwise: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return otherwise;
  }
}
